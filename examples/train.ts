/**
 * Trains a small transformer to sort digits, with nothing but the engine.
 *
 *     deno run -A examples/train.ts [--device cpu|webgpu|auto] [--steps 300] [--seed 7]
 */
import { parseArgs } from "@std/cli";
import {
  adamw,
  attention,
  type Device,
  disposeTree,
  gatherRows,
  logProb,
  matmul,
  mean,
  mul,
  normal,
  openDevice,
  philox,
  rmsNorm,
  rope,
  ropeTable,
  type Segments,
  segments,
  swiglu,
  type Tensor,
  valueAndGrad,
  warmupCosine,
} from "@tare/core";

const vocabulary = 11; // ten digits and the sign that says "now sorted"
const then = 10;
const [width, heads, hidden, layers, sequences] = [64, 4, 128, 2, 64];

/** One layer's weights, each [out, in]. */
interface Block {
  norm1: Tensor;
  query: Tensor;
  key: Tensor;
  value: Tensor;
  output: Tensor;
  norm2: Tensor;
  gate: Tensor;
  up: Tensor;
  down: Tensor;
}

/** All weights. */
interface Params {
  embedding: Tensor;
  blocks: Block[];
  norm: Tensor;
}

/** Sequences end to end: digits, the sign, the same digits sorted. */
interface Batch {
  tokens: Tensor;
  positions: Tensor;
  segments: Segments;
  /** The rows that predict a sorted digit, and that digit. */
  rows: Tensor;
  targets: Tensor<"u32">;
}

/** Random weights from a seed. */
export function init(device: Device, seed: number): Params {
  let stream = 0;
  const weight = (rows: number, cols: number) =>
    device.tensor(normal(rows * cols, [seed, stream++]).map((x) => x / Math.sqrt(cols)), [rows, cols]);
  const ones = () => device.full([width], 1);
  return {
    embedding: weight(vocabulary, width),
    blocks: Array.from({ length: layers }, () => ({
      ...{ norm1: ones(), query: weight(width, width), key: weight(width, width), value: weight(width, width) },
      ...{ output: weight(width, width), norm2: ones(), gate: weight(hidden, width), up: weight(hidden, width) },
      down: weight(width, hidden),
    })),
    norm: ones(),
  };
}

/** Draws a batch of lists of 3 to 8 digits. */
export function draw(device: Device, seed: number, step: number): Batch {
  const [tokens, positions, rows, targets, lengths] = [[], [], [], [], []] as number[][];
  for (let i = 0; i < sequences; i++) {
    const bits = [0, 1, 2].flatMap((block) => philox([seed, 99], [step, i, 0, block]));
    const digits = bits.slice(1, 4 + bits[0]! % 6).map((b) => b % 10);
    const sorted = digits.toSorted((a, b) => a - b);
    const sequence = [...digits, then, ...sorted.slice(0, -1)];
    sorted.forEach((digit, j) => {
      rows!.push(tokens!.length + digits.length + j);
      targets!.push(digit);
    });
    tokens!.push(...sequence);
    positions!.push(...sequence.keys());
    lengths!.push(sequence.length);
  }
  const ids = (list: number[]) => device.tensor(Uint32Array.from(list));
  return {
    ...{ tokens: ids(tokens!), positions: ids(positions!), rows: ids(rows!), targets: ids(targets!) },
    segments: segments(device, lengths!),
  };
}

/** Log-probability of the sorted digits, and the model's own first choices. */
export function predict(params: Params, batch: Batch, table: Tensor): ReturnType<typeof logProb> {
  let x = gatherRows(params.embedding, batch.tokens);
  for (const block of params.blocks) {
    const h = rmsNorm(x, block.norm1);
    const project = (weight: Tensor) => matmul(h, weight, { transposeB: true });
    const turn = (y: Tensor) => rope(y, batch.positions, table, { heads });
    const mixed = attention(
      turn(project(block.query)),
      turn(project(block.key)),
      project(block.value),
      batch.segments,
      { heads },
    );
    x = matmul(mixed, block.output, { transposeB: true, residual: x });
    const g = rmsNorm(x, block.norm2);
    const gated = swiglu(matmul(g, block.gate, { transposeB: true }), matmul(g, block.up, { transposeB: true }));
    x = matmul(gated, block.down, { transposeB: true, residual: x });
  }
  return logProb(rmsNorm(gatherRows(x, batch.rows), params.norm), params.embedding, batch.targets);
}

/** Trains, and yields the loss of every step together with the share of digits that the model would get right. */
export async function* train(
  device: Device,
  { steps, seed }: { steps: number; seed: number },
): AsyncGenerator<{ step: number; loss: number; correct: number; tokens: number }> {
  using _scope = device.scope();
  const params = init(device, seed);
  const table = ropeTable(device, { dim: width / heads, positions: 32 });
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  const rate = warmupCosine({ peak: 3e-3, warmup: Math.min(20, steps >> 1), total: steps });
  for (let step = 0; step < steps; step++) {
    using _step = device.scope();
    const batch = draw(device, seed, step);
    const { value, grads, aux } = valueAndGrad((p: Params) => {
      const { logProb, argmax } = predict(p, batch, table);
      return [mul(mean(logProb), -1), { argmax }] as const;
    }, params);
    optimizer.update(params, grads, state, { learningRate: rate(step) });
    disposeTree(grads);
    // One wait for the device a step; it also lets timers and Ctrl-C in.
    const [loss, choices, targets] = await device.read([value, aux.argmax, batch.targets] as Tensor[]);
    await new Promise((resolve) => setTimeout(resolve));
    const right = targets!.filter((digit, i) => digit === choices![i]).length;
    yield { step, loss: loss![0]!, correct: right / targets!.length, tokens: batch.tokens.size };
  }
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["device", "steps", "seed"],
    default: { device: "auto", steps: "300", seed: "7" },
    unknown(name) {
      console.error(`Unknown argument "${name}": expected --device, --steps or --seed`);
      Deno.exit(2);
    },
  });
  const [steps, seed] = [Number(args.steps), Number(args.seed)];
  if (!Number.isInteger(steps) || steps < 1 || !Number.isInteger(seed) || !/^(auto|cpu|webgpu)$/.test(args.device)) {
    console.error("Expected --device auto, cpu or webgpu, --steps of 1 or more and an integer --seed");
    Deno.exit(2);
  }
  // Without it, as in containers, Vulkan drivers complain at every start.
  if (Deno.build.os === "linux" && !Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  using device = await openDevice({ device: args.device as "auto" }).catch((error: Error) => {
    console.error(error.message);
    Deno.exit(2);
  });
  console.log(`A transformer of ${layers} layers learns to sort 3 to 8 digits on ${device.kind} (${device.name}).`);
  const start = performance.now();
  let tokens = 0;
  for await (const { step, loss, correct, tokens: n } of train(device, { steps, seed })) {
    tokens += n;
    if (step % 30 === 0 || step === steps - 1) {
      const rate = Math.round(tokens / (performance.now() - start) * 1000);
      console.log(
        `step ${String(step).padStart(4)}  loss ${loss.toFixed(4)}  digits right ${
          (100 * correct).toFixed(1).padStart(5)
        } %` +
          `  ${rate} tokens/s`,
      );
    }
  }
}
