/** What a command writes: stdout, stderr, and a bar that makes way for both. */
import { type Bar, terminalBar } from "./progress.ts";

/** Bars on the screen at this moment. */
let bars = 0;

/**
 * A text as a terminal may have it: what models, servers and files say of themselves is shown, and does nothing else. Control
 * characters become `�`; tabs and ends of lines stay.
 */
export function harmless(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what it is about
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/g, "�");
}

/** A bar in the terminal. */
export function bar(): Bar {
  const { show, [Symbol.dispose]: end } = terminalBar();
  bars++;
  return {
    show: (done, total, words) => show(done, total, harmless(words)),
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
  write(Deno.stdout, Deno.stdout.isTerminal() ? harmless(text) : text); // a file gets the bytes as they are
}

/** Writes a line to stderr; that nobody reads it is no failure. */
export function note(line: string): void {
  try {
    makeWay();
    write(Deno.stderr, `${Deno.stderr.isTerminal() ? harmless(line) : line}\n`);
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
