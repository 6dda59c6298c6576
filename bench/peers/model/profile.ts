/** Where a program's time goes: the kernels of a CPU device by name. */
import type { Device } from "@tare/core";
import { type Column, markdown, round } from "../table.ts";

/** What one kernel took. */
export interface KernelTime {
  readonly name: string;
  /** How often it ran. */
  readonly runs: number;
  /** Milliseconds in all. */
  readonly ms: number;
}

/**
 * Times every kernel that a program runs. For the CPU, whose kernels have ended when `device.run` returns.
 *
 * @param device Where the program runs; `device.run` is wrapped meanwhile.
 * @param program The program.
 * @param now The clock, in milliseconds.
 * @returns The kernels, the longest first, and what passed between them under the name "between kernels".
 */
export async function profile(
  device: Device,
  program: () => unknown,
  now: () => number = () => performance.now(),
): Promise<KernelTime[]> {
  const found = new Map<string, { name: string; runs: number; ms: number }>();
  const run = device.run.bind(device);
  const timed: Device["run"] = (kernel, buffers, params) => {
    const start = now();
    run(kernel, buffers, params);
    const ms = now() - start;
    const name = nameOf(kernel.name, params);
    const time = found.get(name) ?? { name, runs: 0, ms: 0 };
    time.runs++;
    time.ms += ms;
    found.set(name, time);
  };
  const start = now();
  Object.defineProperty(device, "run", { value: timed, configurable: true });
  try {
    await program();
  } finally {
    Reflect.deleteProperty(device, "run"); // what the class says shows again
  }
  const times = [...found.values()];
  const between = now() - start - times.reduce((sum, { ms }) => sum + ms, 0);
  return [...times, { name: "between kernels", runs: 1, ms: between }].sort((a, b) => b.ms - a.ms);
}

/** Products of different sizes are different work. */
function nameOf(name: string, params: Readonly<Record<string, number>>): string {
  return name.startsWith("matmul") ? `${name} ${params.m}×${params.n}×${params.k}` : name;
}

const columns: readonly Column<KernelTime>[] = [
  ["kernel", ({ name }) => name],
  ["runs", ({ runs }) => round(runs), true],
  ["ms", ({ ms }) => round(ms), true],
  ["GFLOP/s", ({ name, runs, ms }) => rate(name, runs, ms), true],
];

/** The kernels as a Markdown table; those of less than 0.1 ms are left out. */
export function kernelTable(times: readonly KernelTime[]): string {
  return markdown(times.filter(({ ms }) => ms >= 0.1), columns);
}

/** Of products: their sizes are in the name. */
function rate(name: string, runs: number, ms: number): number | null {
  const sizes = /(\d+)×(\d+)×(\d+)$/.exec(name)?.slice(1).map(Number);
  return sizes ? round(2 * sizes.reduce((a, b) => a * b) * runs / ms / 1e6) : null;
}
