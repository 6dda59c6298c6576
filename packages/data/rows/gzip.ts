/** Unzips what is zipped, whatever its name says. */

/**
 * Unzips bytes that begin as gzip does; others stay as they are.
 *
 * @param stream The bytes.
 * @param file Names the file in errors.
 * @returns The bytes, unzipped.
 * @throws {SyntaxError} If they are damaged or end early.
 *
 * @example Usage
 * ```ts
 * import { unzip } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const zipped = new Blob(["Is it?"]).stream().pipeThrough(new CompressionStream("gzip"));
 * const bytes = ReadableStream.from(unzip(zipped, "prompts.txt.gz"));
 * assertEquals(await new Response(bytes).text(), "Is it?");
 * ```
 */
export async function* unzip(stream: ReadableStream<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const { head, whole } = await peek(stream, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* whole;
  try {
    yield* whole.pipeThrough(new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot unzip all of ${file}: it ends early, is damaged, or is several files in one; get it again, or unzip it ` +
        `with gunzip`,
      { cause },
    );
  }
}

/** The first bytes of a stream, fewer if it has fewer, and a stream of all of them. */
async function peek(
  stream: ReadableStream<Uint8Array>,
  count: number,
): Promise<{ head: number[]; whole: ReadableStream<Uint8Array> }> {
  const reader = stream.getReader();
  const first: Uint8Array[] = [];
  const head: number[] = [];
  while (head.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    first.push(value);
    head.push(...value.subarray(0, count - head.length));
  }
  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const value = first.shift() ?? (await reader.read()).value;
      if (value) controller.enqueue(value);
      else controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head, whole };
}
