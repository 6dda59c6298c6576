/** Files that a command makes anew each time: what they replace must be one of their kind. */
import { dirname, resolve } from "node:path";
import { head, isFolder, openFile, readText } from "./files.ts";
import { UsageError } from "./flags.ts";

/** What a report begins with. */
const beginnings: Readonly<Record<PageKind, RegExp>> = { html: /^\s*<(!doctype|html)/i, md: /^# / };

/** What a report may be. */
export type PageKind = "html" | "md";

/**
 * What a file will be, by the ending of its name.
 *
 * @throws {UsageError} If that says nothing.
 */
export function pageKindOf(out: string): PageKind {
  const [, kind] = /\.(html|md)$/.exec(out) ?? [];
  if (kind !== undefined) return kind as PageKind;
  throw new UsageError(`Cannot write ${out}: name a file that ends in .html or .md`);
}

/**
 * Refuses to write a report where it would replace something else.
 *
 * @throws {UsageError} If it is a folder or in none, or there is a file that is no such report.
 */
export async function checkPage(out: string, kind: PageKind): Promise<void> {
  await checkFile(out);
  const there = await openFile(resolve(out));
  if (!there || beginnings[kind].test(await readText(head(there)))) return;
  throw new UsageError(`Cannot write ${out}: there is a file of that name that is no report; name a .${kind} file`);
}

/**
 * Refuses what is no place for a file.
 *
 * @throws {UsageError} If it is a folder, or its own folder is not there.
 */
export async function checkFile(out: string): Promise<void> {
  if (await isFolder(resolve(out))) throw new UsageError(`Cannot write ${out}: it is a folder; name a file`);
  if (await isFolder(dirname(resolve(out)))) return;
  throw new UsageError(`Cannot write ${out}: there is no folder ${dirname(out)}`);
}
