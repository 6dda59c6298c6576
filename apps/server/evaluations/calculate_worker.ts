/** The thread that computes: one thing at a time, whatever it is told. */
import { type Calculations, calculations } from "./calculate.ts";

// deno-lint-ignore no-explicit-any -- the library's types are those of a page, not of a worker
const self: any = globalThis;

self.onmessage = ({ data: { name, input } }: MessageEvent<{ name: keyof Calculations; input: never }>) => {
  try {
    self.postMessage({ found: calculations[name](input) });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.stack ?? error.message : `${error}` });
  }
};
