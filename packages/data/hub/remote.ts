/** What a repository holds, and how its files are read. */
import { downloadFile, listFiles } from "@huggingface/hub";
import { z } from "zod";
import type { DownloadOptions } from "./download.ts";
import { request } from "./errors.ts";
import type { RemoteFile } from "./file.ts";
import { recordName } from "./record.ts";

/** Files of the repository as the hub has them now. */
export async function listRemote(
  repository: string,
  revision: string,
  { type = "model", token, hubUrl = "https://huggingface.co", signal, fetch: ask = fetch }: DownloadOptions,
): Promise<RemoteFile[]> {
  checkToken(token);
  const own = URL.canParse(hubUrl) ? new URL(hubUrl).origin : undefined;
  const careful: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    const url = input instanceof Request ? input.url : `${input}`;
    if (!URL.canParse(url) || new URL(url).origin !== own) headers.delete("authorization"); // an answer may name any host
    return ask(input, { ...init, headers, signal });
  };
  const common = { repo: { type, name: repository }, hubUrl, fetch: careful, ...token && { accessToken: token } };
  return await request(repository, hubUrl, async () => {
    const files: RemoteFile[] = [];
    const paths = new Set<string>();
    // The list's address takes the revision as it is; the download's is encoded by the library.
    for await (const entry of listFiles({ ...common, revision: encodeURIComponent(revision), recursive: true })) {
      if (entry?.type !== "file") continue;
      const { path, size, oid, lfs } = entrySchema.parse(entry);
      checkPath(path);
      if (paths.has(path)) throw new Error(`its list of files has ${JSON.stringify(path)} twice`); // or goes round in circles
      paths.add(path);
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

/** A file as the hub lists it. */
const entrySchema = z.object({
  path: z.string(),
  size: z.int().nonnegative(),
  oid: z.string().optional(),
  lfs: z.object({ oid: z.string() }).optional(),
});

/** A token that no header can hold would stand in the error of the one who tries. */
function checkToken(token: string | undefined): void {
  if (token === undefined || /^[\x21-\x7e]*$/.test(token)) return;
  throw new TypeError("Expected an access token of printable characters but found others in it, such as a line break");
}

/** Names come from elsewhere: none may lead out of its folder, or be the name of our own record. */
function checkPath(path: string): void {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(path) || path.startsWith(recordName)) {
    throw new RangeError(`Cannot store ${JSON.stringify(path)}: a file must not be called so`);
  }
  if (!path.startsWith("/") && !path.includes("\\") && path.split("/").every((part) => !/^\.*$/.test(part))) return;
  throw new RangeError(`Cannot store ${JSON.stringify(path)}: a file's path must not lead out of its folder`);
}
