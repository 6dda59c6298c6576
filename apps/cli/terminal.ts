/** What a command writes: stdout, stderr, and a bar that makes way for both. */
import { type Bar, terminalBar } from "./progress.ts";

/** Bars on the screen at this moment. */
let bars = 0;

/** A bar in the terminal. */
export function bar(): Bar {
  const { show, [Symbol.dispose]: end } = terminalBar();
  bars++;
  return {
    show,
    [Symbol.dispose]() {
      bars--;
      end();
    },
  };
}

/** Gives the terminal back as it was, where the program ends with a bar on the screen: that turned wrapping of lines off. */
export function restore(): void {
  if (bars > 0 && Deno.stderr.isTerminal()) write(Deno.stderr, "\x1b[?7h\n");
}

/** Writes all of a text to stdout, so that a closed pipe is noticed. */
export function print(text: string): void {
  makeWay();
  write(Deno.stdout, text);
}

/** Writes a line to stderr; that nobody reads it is no failure. */
export function note(line: string): void {
  try {
    makeWay();
    write(Deno.stderr, line + "\n");
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Takes the line of a bar off the screen; the bar comes back below, with its next step. */
function makeWay(): void {
  if (bars > 0 && Deno.stderr.isTerminal()) write(Deno.stderr, "\r\x1b[2K");
}

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  for (let bytes = new TextEncoder().encode(text); bytes.length > 0;) bytes = bytes.subarray(to.writeSync(bytes));
}
