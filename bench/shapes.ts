/**
 * Well-known shapes with random weights on the CPU, training steps and generation: seconds, and memory against its
 * prediction.
 *
 *     deno task bench:shapes [--threads N] [--steps 2] [--tokens 1024] [--only Qwen]
 */
import { parseArgs } from "@std/cli";
import {
  adamw,
  type Adapter,
  buildParams,
  type Device,
  disposeTree,
  forward,
  initAdapter,
  mean,
  type ModelConfig,
  mul,
  openDevice,
  type Params,
  predictMemory,
  type Tensor,
  tokenBatch,
  tokenLogProb,
  type Tree,
  valueAndGrad,
} from "@tare/core";
import { localSampler } from "@tare/sampler";
import { shapes } from "../apps/cli/shapes.ts";

type Mode = "sft" | "lora" | "generate";

/** What was measured of one shape. */
interface Row {
  readonly model: string;
  readonly mode: Mode;
  readonly tokens: number;
  /** Seconds of each training step; or of the whole generation. */
  readonly seconds: readonly number[];
  readonly losses: readonly number[];
  /** Most bytes alive. */
  readonly peak: number;
  /** Size of the WebAssembly memory. */
  readonly memory: number;
  readonly predictedPeak: number;
  readonly predictedMemory: number;
}

/** Sequences generated at a time. */
const sequences = 8;

const runs: readonly (readonly [model: string, mode: Mode])[] = [
  ["SmolLM2-135M", "generate"],
  ["SmolLM2-135M", "sft"],
  ["Qwen2.5-0.5B", "lora"],
];

/** Uniform random numbers of a deviation, made on the host: normal ones would take minutes for 500 million. */
function random(length: number, deviation: number, seed: number): Float32Array {
  const out = new Float32Array(length);
  const factor = deviation * Math.sqrt(12) * 2 ** -32;
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    out[i] = state * factor;
  }
  return out;
}

function fill(device: Device, config: ModelConfig): Params {
  let seed = 1;
  const matrix = (rows: number, cols: number, deviation: number) =>
    device.tensor(random(rows * cols, deviation, seed++), [rows, cols]);
  return buildParams(config, {
    ...{ table: matrix, matrix },
    vector: (length, value) => device.full([length], value),
  });
}

/** Runs some steps on random tokens. */
async function measure(
  model: string,
  mode: Mode,
  count: number,
  tokens: number,
  threads?: number,
): Promise<Row> {
  const config = shapes[model]!;
  using device = await openDevice({ device: "cpu", threads });
  using _scope = device.scope();
  const params = fill(device, config);
  const ids = random(tokens + 1, 1, 7).map((x) =>
    Math.floor(Math.abs(x) * config.vocabulary / Math.sqrt(3)) % config.vocabulary
  );
  const adapter = mode === "lora" ? initAdapter(device, config, { rank: 16, alpha: 32 }, 1) : undefined;
  const loss = (params: Params, adapter?: Adapter) => {
    const batch = tokenBatch(device, config, [ids.subarray(0, tokens)]);
    const hidden = forward(params, config, batch, { adapter, recompute: true, wanted: batch.rows });
    return mul(mean(tokenLogProb(params, hidden, device.tensor(Uint32Array.from(ids.subarray(1)))).logProb), -1);
  };
  const steps = mode === "generate"
    ? generate(device, config, params, ids.subarray(0, tokens - 16))
    : adapter
    ? train(device, adapter.params, (low) => loss(params, { ...adapter, params: low }), count)
    : train(device, params, loss, count);
  const [seconds, losses]: number[][] = [[], []];
  for await (const step of steps) {
    seconds!.push(step.seconds);
    if (step.loss !== undefined) losses!.push(step.loss);
  }
  const { peakBytes: peak, reservedBytes: memory } = device.stats();
  const predicted = predictMemory(config, {
    mode,
    tokens,
    recompute: true,
    rank: 16,
    threads: device.limits.threads,
    sequences,
  });
  return {
    ...{ model, mode, tokens, seconds: seconds!, losses: losses!, peak, memory },
    ...{ predictedPeak: predicted.peak, predictedMemory: predicted.reserved },
  };
}

/** Draws 16 tokens after one prompt, eight times. */
async function* generate(
  device: Device,
  config: ModelConfig,
  params: Params,
  prompt: ArrayLike<number>,
): AsyncGenerator<{ seconds: number; loss?: number }> {
  const start = performance.now();
  const sampler = localSampler({ device, config, params });
  const prompts = [{ id: "a", tokens: prompt }];
  for await (const _ of sampler.sample(prompts, { n: sequences, maxTokens: 16, minTokens: 16 }));
  yield { seconds: (performance.now() - start) / 1000 };
}

/** Trains, step by step. */
async function* train<P extends Tree<P>>(
  device: Device,
  params: P,
  loss: (params: P) => Tensor,
  count: number,
): AsyncGenerator<{ seconds: number; loss?: number }> {
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  for (let step = 0; step < count; step++) {
    const start = performance.now();
    using _step = device.scope();
    const { value, grads } = valueAndGrad(loss, params);
    optimizer.update(params, grads, state, { learningRate: 1e-4 });
    disposeTree(grads);
    yield { loss: await value.item(), seconds: (performance.now() - start) / 1000 };
  }
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["threads", "steps", "tokens", "only"],
    default: { steps: "2", tokens: "1024" },
  });
  const threads = args.threads === undefined ? undefined : Number(args.threads);
  const gb = (bytes: number) => (bytes / 1e9).toFixed(2).padStart(6);
  console.log(
    "model          mode       peak  predicted  ratio   memory  predicted  ratio   seconds         loss   (GB)",
  );
  const rows: Row[] = [];
  for (const [model, mode] of runs) {
    if (args.only && !`${model} ${mode}`.includes(args.only)) continue;
    const row = await measure(model, mode, Number(args.steps), Number(args.tokens), threads);
    rows.push(row);
    console.log(
      `${model.padEnd(14)} ${mode.padEnd(8)} ${gb(row.peak)}     ${gb(row.predictedPeak)}  ` +
        `${(row.predictedPeak / row.peak).toFixed(3)}   ${gb(row.memory)}     ${gb(row.predictedMemory)}  ` +
        `${(row.predictedMemory / row.memory).toFixed(3)}   ${
          row.seconds.map((s) => s.toFixed(1)).join(", ").padEnd(14)
        }  ` +
        row.losses.map((x) => x.toFixed(3)).join(", "),
    );
  }
  console.log(JSON.stringify({ rows }));
}
