/** Matrix products on the CPU: packing included, against jax-js with as many threads and against the micro-kernel. */
import { type Device, matmul, openDevice } from "@tare/core";
import { microBenchKernel } from "../../packages/core/kernels/matmul/micro_bench.ts";
import { agree } from "./check.ts";
import { normals } from "./data.ts";
import { type Layout, layouts } from "./layouts.ts";
import { jaxOnCpu, put } from "./peer.ts";
import { type Row, row } from "./table.ts";
import { alternate, type Effort, type Run } from "./timing.ts";

const microSteps = 256; // both panels, 14 KiB, stay in the first-level cache
const microRepeats = 8192; // some 3 ms

/** A row for the micro-kernel, then one for each size, layout and number of threads. */
export async function matmulCpu(effort: Effort): Promise<Row[]> {
  using one = await openDevice({ device: "cpu", threads: 1 });
  using two = await openDevice({ device: "cpu", threads: 2 });
  const rows: Row[] = [];
  const microRates: number[] = [];
  for (const size of [512, 1024]) {
    for (const layout of layouts) {
      const { micro, times } = await timeLayout(size, layout, [one, two], effort);
      const gflops = (ms: number) => 2 * size ** 3 / ms / 1e6;
      const microRate = 96 * microSteps * microRepeats / micro / 1e6;
      microRates.push(microRate);
      const [ours1, peer1, ours2, peer2] = times.map(gflops) as [number, number, number, number];
      const facts = { name: `matmul ${layout.name}`, shape: `${size}×${size}×${size}`, unit: "GFLOP/s" } as const;
      rows.push(
        row({ ...facts, device: "cpu, 1 thread", ours: ours1, peer: peer1, ofMicroKernel: ours1 / microRate }),
        row({ ...facts, device: "cpu, 2 threads", ours: ours2, peer: peer2, ofOneThread: ours2 / ours1 }),
      );
    }
  }
  const ours = microRates.toSorted((a, b) => a - b)[microRates.length >> 1]!;
  const shape = `6×8×${microSteps}`;
  return [row({ name: "micro-kernel", device: "cpu, 1 thread", shape, ours, peer: null, unit: "GFLOP/s" }), ...rows];
}

/** Milliseconds of the micro-kernel and of four contestants: ours and the peer's with one thread, then with two. */
async function timeLayout(
  size: number,
  layout: Layout,
  devices: readonly [Device, Device],
  effort: Effort,
): Promise<{ micro: number; times: number[] }> {
  const [a, b] = [normals(size * size), normals(size * size)];
  using _one = devices[0].scope();
  using _two = devices[1].scope();
  const runs: Run[] = [microKernel(devices[0])];
  for (const threads of [1, 2] as const) {
    const device = devices[threads - 1]!;
    const [x, y] = [device.tensor(a, [size, size]), device.tensor(b, [size, size])];
    const jax = await jaxOnCpu(threads);
    const [u, v] = [await put(jax, "wasm", a, [size, size]), await put(jax, "wasm", b, [size, size])];
    const product = jax.jit(layout.peer(jax));
    agree(
      `matmul ${layout.name} ${size} with ${threads} threads`,
      await matmul(x, y, layout.options).data(),
      await product(u.ref, v.ref).data(),
      1e-5,
    );
    runs.push(() => matmul(x, y, layout.options).dispose(), async () => {
      const out = product(u.ref, v.ref);
      await out.blockUntilReady();
      out.dispose();
    });
  }
  const [micro, ...times] = await alternate(runs, effort);
  return { micro: micro!, times };
}

function microKernel(device: Device): Run {
  const [a, b] = [device.full([microSteps, 6], 0.5), device.full([microSteps, 8], 1e-3)];
  const out = device.zeros([6, 8]);
  return () => device.run(microBenchKernel, { a, b, out }, { k: microSteps, repeats: microRepeats });
}
