/** What a repository holds, and how its files are read. */
import { downloadFile, listFiles } from "@huggingface/hub";
import type { DownloadOptions } from "./download.ts";
import { request } from "./errors.ts";
import type { RemoteFile } from "./file.ts";

/** Files of the repository as the hub has them now. */
export async function listRemote(
  repository: string,
  revision: string,
  { type = "model", token, hubUrl = "https://huggingface.co", signal, fetch: ask = fetch }: DownloadOptions,
): Promise<RemoteFile[]> {
  const abortable: typeof fetch = (input, init) => ask(input, { ...init, signal });
  const common = { repo: { type, name: repository }, hubUrl, fetch: abortable, ...token && { accessToken: token } };
  return await request(repository, hubUrl, async () => {
    const files: RemoteFile[] = [];
    // The list's address takes the revision as it is; the download's is encoded by the library.
    for await (const entry of listFiles({ ...common, revision: encodeURIComponent(revision), recursive: true })) {
      const { path, size, oid, lfs } = entry;
      if (entry.type !== "file") continue;
      checkPath(path);
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      const open = () => downloadFile({ ...common, revision, path: encoded, xet: false });
      const read = async (start: number) =>
        size === 0 ? new Blob([]).stream() : await request(`${path} of ${repository}`, hubUrl, async () => {
          const blob = await open();
          if (!blob) throw new Error("the hub has no such file any more");
          return blob.slice(start, size).stream() as ReadableStream<Uint8Array<ArrayBuffer>>;
        });
      files.push({ path, size, hash: lfs?.oid ?? oid ?? "", read });
    }
    return files;
  });
}

/** Names come from elsewhere: none may lead out of its folder. */
function checkPath(path: string): void {
  if (!path.startsWith("/") && !path.includes("\\") && path.split("/").every((part) => !/^\.*$/.test(part))) return;
  throw new RangeError(`Cannot store ${JSON.stringify(path)}: a file's path must not lead out of its folder`);
}
