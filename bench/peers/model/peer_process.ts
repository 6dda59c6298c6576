/** A peer in a process of its own: a JSON line asks, a JSON line answers. */

/** A running peer. */
export interface PeerProcess {
  /**
   * Asks and waits for the answer.
   *
   * @throws {Error} If the process ends, or answers with an error.
   */
  ask<T>(request: Readonly<Record<string, unknown>>): Promise<T>;
  /** Lets the process end. */
  end(): Promise<void>;
}

/** Starts a peer. What it says on its standard error goes to ours. */
export function startPeer(command: string, args: readonly string[]): PeerProcess {
  const child = new Deno.Command(command, { args: [...args], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  const answers = lines(child.stdout);
  return {
    async ask<T>(request: Readonly<Record<string, unknown>>) {
      await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} ended without an answer`);
      const answer = JSON.parse(value);
      if (answer.error) throw new Error(answer.error);
      return answer as T;
    },
    async end() {
      await writer.close().catch(() => {}); // it may have ended by itself
      await child.status;
    },
  };
}

/** The lines of a stream of bytes. */
export async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
