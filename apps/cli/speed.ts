/** A short check of a device's speed on gpt-5m. */
import {
  adamw,
  type Device,
  disposeTree,
  forward,
  initParams,
  kvCache,
  logits,
  matmul,
  mean,
  mul,
  type Params,
  tokenBatch,
  tokenLogProb,
  tokenPlaces,
  valueAndGrad,
} from "@tare/core";
import { shapes } from "./shapes.ts";

/** What was measured. */
export interface Speed {
  /** Of a product of two 1024 × 1024 matrices. */
  readonly gflops: number;
  /** Seconds of a training step of gpt-5m, 16 × 128 tokens. */
  readonly trainSeconds: number;
  /** Tokens that gpt-5m generates a second, 32 sequences at a time, without drawing them. */
  readonly tokensPerSecond: number;
}

const config = shapes["gpt-5m"]!;

/** Measures for about ten seconds: three of each, after one run to warm up. */
export async function measureSpeed(device: Device, signal: AbortSignal, seconds = 3): Promise<Speed> {
  using _scope = device.scope();
  const n = 1024;
  const matrix = device.full([n, n], 0.5);
  const product = await fastest(device, signal, seconds, () => [matmul(matrix, matrix, { transposeB: true })]);
  const params = initParams(device, config, 1);
  const trainSeconds = await fastest(device, signal, seconds, trainStep(device, params));
  const step = await fastest(device, signal, seconds, decodeStep(device, params));
  return { gflops: 2 * n ** 3 / product / 1e9, trainSeconds, tokensPerSecond: 32 / step };
}

/** Seconds of the fastest run. */
async function fastest(device: Device, signal: AbortSignal, seconds: number, run: () => unknown): Promise<number> {
  let best = Infinity;
  const end = performance.now() + 1000 * seconds;
  for (let i = 0; i < 2 || performance.now() < end; i++) {
    signal.throwIfAborted();
    const start = performance.now();
    {
      using _run = device.scope();
      run();
      await device.sync();
    }
    if (i > 0) best = Math.min(best, (performance.now() - start) / 1000);
    await new Promise((resolve) => setTimeout(resolve)); // let Ctrl-C in
  }
  return best;
}

/** Forward, backward, AdamW. */
function trainStep(device: Device, params: Params): () => void {
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  const sequences = Array.from(
    { length: 16 },
    (_, s) => Uint32Array.from({ length: 128 }, (_, i) => (31 * i + s) % 4096),
  );
  return () => {
    const batch = tokenBatch(device, config, sequences);
    const { grads } = valueAndGrad(
      (p: Params) => mul(mean(tokenLogProb(p, forward(p, config, batch), batch.tokens).logProb), -1),
      params,
    );
    optimizer.update(params, grads, state, { learningRate: 1e-4 });
    disposeTree(grads);
  };
}

/** One token of 32 sequences, with 80 before it: the middle of a prompt of 32 and 96 new tokens. */
function decodeStep(device: Device, params: Params): () => void {
  const [sequences, length] = [32, 80];
  const store = kvCache(device, config, sequences * length);
  const all = Array.from({ length: sequences }, (_, i) => i);
  return () => {
    const ranges = all.map((i) => ({ qStart: i, qLength: 1, kStart: i * length, kLength: length }));
    const rows = device.tensor(Uint32Array.from(all, (i) => (i + 1) * length - 1));
    const places = tokenPlaces(device, config, all.map(() => length - 1), ranges);
    logits(
      params,
      forward(params, config, { ...places, tokens: device.tensor(Uint32Array.from(all)) }, {
        cache: { store, rows },
      }),
    );
  };
}
