/** Files that were streamed into memory, to be opened again. */

/**
 * Reads streams to their ends.
 *
 * @param files Names and contents.
 * @returns The files by name, and what opens them.
 */
export async function memoryFiles(
  files: readonly { readonly name: string; readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>> }[],
): Promise<{ blobs: Map<string, Blob>; open: (name: string) => Promise<Blob | undefined> }> {
  const blobs = new Map<string, Blob>();
  for (const { name, bytes } of files) blobs.set(name, await new Response(bytes).blob());
  return { blobs, open: (name) => Promise.resolve(blobs.get(name)) };
}
