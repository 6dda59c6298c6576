/**
 * jax-js with a number of threads.
 *
 * It starts one worker for each of `navigator.hardwareConcurrency` and keeps them in its module. To have it with one
 * thread and with two in one process we tell it that number while it loads, and load it twice: as an ES module and as
 * CommonJS. Both are the same code.
 */
import { createRequire } from "node:module";
import type { Device } from "@tare/core";
import type { Run } from "./timing.ts";

/** The library. */
export type Jax = typeof import("@jax-js/jax");
/** An array of the library. */
export type JaxArray = InstanceType<Jax["Array"]>;

const loaded = new Map<number, Promise<Jax>>();

/** jax-js on the CPU with as many threads. */
export function jaxOnCpu(threads: 1 | 2): Promise<Jax> {
  const jax = loaded.get(threads) ?? load(threads);
  loaded.set(threads, jax);
  return jax;
}

/** jax-js on the GPU, or `undefined` if there is no adapter. */
export async function jaxOnWebGpu(): Promise<Jax | undefined> {
  const jax = await jaxOnCpu(2);
  return (await jax.init("webgpu")).includes("webgpu") ? jax : undefined;
}

async function load(threads: 1 | 2): Promise<Jax> {
  await Promise.all(loaded.values()); // one at a time: they read the same number
  Object.defineProperty(navigator, "hardwareConcurrency", { value: threads, configurable: true });
  try {
    const jax: Jax = threads === 1 ? createRequire(import.meta.url)("@jax-js/jax") : await import("@jax-js/jax");
    await jax.init("wasm");
    return jax;
  } finally {
    Reflect.deleteProperty(navigator, "hardwareConcurrency"); // what the prototype says shows again
  }
}

/** Puts numbers on one of its devices. */
export async function put(
  jax: Jax,
  device: "wasm" | "webgpu",
  data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
  shape: number[],
): Promise<JaxArray> {
  const array = jax.numpy.array(data, { shape, device });
  return await array.blockUntilReady();
}

/** A timed run of ours: what it makes ends with its scope. */
export function ourRun(device: Device, run: () => unknown): Run {
  return () => {
    using _scope = device.scope();
    run();
  };
}

/** A timed run of the peer: waits for what it makes, then disposes of it. */
export function peerRun(jax: Jax, run: () => JaxArray[]): Run {
  return async () => {
    const out = run();
    await jax.blockUntilReady(out);
    for (const x of out) x.dispose();
  };
}
