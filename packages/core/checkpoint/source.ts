/** Bytes that are read in pieces, wherever they are: a `Blob` fits, and so does a file or a blob of a hub. */

/** Random access to bytes. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `start` to before `end`, read when they are asked for. */
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/**
 * Reads some bytes.
 *
 * @throws {RangeError} If the source gives another number of them: a file that was cut while it was read.
 */
export async function readBytes(source: ByteSource, start: number, end: number, file: string): Promise<ArrayBuffer> {
  const bytes = await source.slice(start, end).arrayBuffer();
  if (bytes.byteLength !== end - start) {
    throw new RangeError(
      `Cannot read ${file}: expected ${end - start} bytes at ${start} but found ${bytes.byteLength}; ` +
        `was it changed meanwhile?`,
    );
  }
  return bytes;
}

/** A stream of what a generator gives, made as it is read; `ReadableStream.from`, which not every browser has. */
export function streamOf(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void await chunks.return(undefined),
  }, { highWaterMark: 0 });
}
