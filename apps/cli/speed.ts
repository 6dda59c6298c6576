/** A short check of a device's speed on gpt-5m. */
import {
  adamw,
  type Device,
  disposeTree,
  forward,
  initParams,
  matmul,
  mean,
  mul,
  type Params,
  tokenBatch,
  tokenLogProb,
  valueAndGrad,
} from "@tare/core";
import { localSampler } from "@tare/sampler";
import { shapes } from "./shapes.ts";

/** What was measured. */
export interface Speed {
  /** Of a product of two 1024 × 1024 matrices. */
  readonly gflops: number;
  /** Seconds of a training step of gpt-5m, 16 × 128 tokens. */
  readonly trainSeconds: number;
  /** Tokens that gpt-5m generates a second: 32 sequences at a time, 96 tokens after 32. */
  readonly tokensPerSecond: number;
}

const config = shapes["gpt-5m"]!;
const newTokens = 96;

/** Measures for about ten seconds: three of each, after one run to warm up. */
export async function measureSpeed(device: Device, signal: AbortSignal, seconds = 3): Promise<Speed> {
  using _scope = device.scope();
  const n = 1024;
  const matrix = device.full([n, n], 0.5);
  const product = await fastest(device, signal, seconds, () => [matmul(matrix, matrix, { transposeB: true })]);
  const params = initParams(device, config, 1);
  const trainSeconds = await fastest(device, signal, seconds, trainStep(device, params));
  const decodeSeconds = await fastest(device, signal, seconds, () => decode(device, params));
  return { gflops: 2 * n ** 3 / product / 1e9, trainSeconds, tokensPerSecond: 32 * newTokens / decodeSeconds };
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
      await run();
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

/** Completes 32 prompts of 32 tokens by 96 each. */
async function decode(device: Device, params: Params): Promise<void> {
  const sampler = localSampler({ device, config, params });
  const prompts = Array.from({ length: 32 }, (_, s) => ({
    id: `${s}`,
    tokens: Array.from({ length: 32 }, (_, i) => (31 * i + s) % config.vocabulary),
  }));
  for await (const _ of sampler.sample(prompts, { maxTokens: newTokens, minTokens: newTokens }));
}
