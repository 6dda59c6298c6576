/** Repositories of the hub, for commands: downloaded once, into a cache. */
import { type DownloadOptions, downloadRepository, type HubFolder } from "@tare/data/hub";
import type { Context } from "./command.ts";
import { downloadBar } from "./progress.ts";
import { folderStore } from "./store.ts";

/** Where models and data sets of the hub come from, and where they go. */
export interface HubOptions {
  /** Folder that keeps them. */
  readonly cache?: string;
  /** Branch, tag or commit. */
  readonly revision?: string;
  /** Address of the hub. */
  readonly hubUrl?: string;
}

/** Brings files of a repository into the cache. */
export async function openRepository(
  name: string,
  wanted: Pick<DownloadOptions, "type" | "files">,
  options: HubOptions,
  context: Context,
): Promise<HubFolder> {
  const { note, signal } = context;
  const cache = options.cache ?? defaultCache();
  note(`There is no ${wanted.type === "dataset" ? "file" : "folder"} ${name}: taking it from the hub, into ${cache}`);
  using bar = downloadBar(context);
  return await downloadRepository(name, folderStore(cache), {
    ...{ ...wanted, revision: options.revision, token: Deno.env.get("HF_TOKEN"), signal },
    hubUrl: options.hubUrl ?? Deno.env.get("HF_ENDPOINT"),
    progress: bar.show,
  });
}

function defaultCache(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? "."}/.cache`;
  return `${base}/tare`;
}
