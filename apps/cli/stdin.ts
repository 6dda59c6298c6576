/** Text from the one who typed the command: piped in, or line by line. */
import type { Context } from "./command.ts";
import { UsageError } from "./flags.ts";

/**
 * Reads what is piped in, without the line break that ends it; Ctrl-C ends the waiting.
 *
 * @throws {UsageError} If nothing is piped in, or it is no text.
 */
export async function readAll({ signal }: Pick<Context, "signal">): Promise<string> {
  if (Deno.stdin.isTerminal()) throw new UsageError("Expected --prompt TEXT, a text piped in, or --chat");
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
  const bytes = await Promise.race([new Response(Deno.stdin.readable).bytes(), aborted]);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw new UsageError("Expected the prompt that is piped in to be UTF-8 text but found other bytes: convert it");
  }
}

/** Lines of stdin, until it ends or Ctrl-C; in a terminal after a sign that it is one's turn. */
export async function* lines({ signal }: Pick<Context, "signal">): AsyncGenerator<string> {
  const sign = () => Deno.stdin.isTerminal() && Deno.stderr.writeSync(new TextEncoder().encode("> "));
  const { promise: aborted, resolve } = Promise.withResolvers<{ done: true; value: undefined }>();
  signal.addEventListener("abort", () => resolve({ done: true, value: undefined }), { once: true });
  const reader = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  sign();
  while (true) {
    const { done, value } = await Promise.race([reader.read(), aborted]);
    if (signal.aborted) return;
    const parts = (rest + (value ?? "")).split("\n");
    rest = done ? "" : parts.pop()!;
    for (const line of parts) {
      if (done && line === "") continue; // nothing after the last line break
      yield line.replace(/\r$/, "");
      sign();
    }
    if (done) return;
  }
}
