/** What the tests of models share. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Path of a fixture. */
export function fixture(name: string): string {
  return decodeURIComponent(new URL(`../fixtures/${name}`, import.meta.url).pathname);
}

/** Runs a test with a folder that is gone afterwards. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tare-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Copies a fixture, with some of its JSON files changed; gives the path. */
export async function copyOf(
  name: string,
  to: string,
  changes: Readonly<Record<string, (json: Record<string, unknown>) => object>> = {},
): Promise<string> {
  await cp(fixture(name), to, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    await writeFile(join(to, file), JSON.stringify(change(JSON.parse(await readFile(join(to, file), "utf8")))));
  }
  return to;
}
