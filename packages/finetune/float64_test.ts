/**
 * One update of each trainer against the same in plain float64 numbers: the transformer and the losses written down once
 * more, their gradients by central differences, and AdamW by its formula. Nothing of the engine but its parameters is used.
 */
import { type Device, entriesOf, openDevice, type Tensor, type Trainable } from "@tare/core";
import { assertClose } from "@tare/core/testing";
import type { RatedSequence, Sequence, SequencePair } from "@tare/data";
import { dpo } from "./dpo.ts";
import { pairs, ratings, sequences, tinyConfig, tinyModel } from "./fakes.ts";
import { reward } from "./reward.ts";
import { sft } from "./sft.ts";
import type { TrainingStep } from "./step.ts";

type Numbers = Map<string, Float64Array>;
const { heads, kvHeads, headDim, normEps, rope, windows } = tinyConfig;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

function linear(at: Numbers, name: string, x: number[]): number[] {
  const [weight, bias] = [at.get(`${name}.weight`)!, at.get(`${name}.bias`)];
  return Array.from(
    { length: weight.length / x.length },
    (_, i) => dot(x, weight.subarray(i * x.length, (i + 1) * x.length)) + (bias?.[i] ?? 0),
  );
}

function norm(at: Numbers, name: string, x: number[]): number[] {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + normEps);
  return x.map((value, i) => value * scale * at.get(`${name}.weight`)![i]!);
}

/** Splits a row into heads, each normed and turned by its position: element i and i + headDim / 2 are a pair. */
function placed(at: Numbers, name: string, row: number[], position: number): number[][] {
  return Array.from({ length: row.length / headDim }, (_, h) => {
    const x = norm(at, name, row.slice(h * headDim, (h + 1) * headDim));
    const half = headDim / 2;
    return x.map((value, i) => {
      const angle = position * rope!.frequencies[i % half]!;
      return value * Math.cos(angle) + (i < half ? -x[i + half]! : x[i - half]!) * Math.sin(angle);
    });
  });
}

/** Hidden states of a sequence, a row for each token. */
function hiddenStates(at: Numbers, { tokens }: Sequence): number[][] {
  const embedding = at.get("params.embedding")!;
  let rows = Array.from(tokens, (id) => [...embedding.subarray(id * 8, id * 8 + 8)]);
  windows.forEach((window = Infinity, layer) => {
    const block = `params.blocks.${layer}`;
    const normed = rows.map((x) => norm(at, `${block}.attentionNorm`, x));
    const queries = normed.map((x, t) => placed(at, `${block}.queryNorm`, linear(at, `${block}.query`, x), t));
    const keys = normed.map((x, t) => placed(at, `${block}.keyNorm`, linear(at, `${block}.key`, x), t));
    const values = normed.map((x) => linear(at, `${block}.value`, x));
    rows = rows.map((x, t) => {
      const mixed = queries[t]!.flatMap((query, h) => {
        const group = Math.floor(h / (heads / kvHeads));
        const seen = Array.from({ length: t + 1 }, (_, s) => s).filter((s) => t - s < window);
        const weights = seen.map((s) => Math.exp(dot(query, keys[s]![group]!) / Math.sqrt(headDim)));
        const total = weights.reduce((a, b) => a + b, 0);
        return Array.from(
          { length: headDim },
          (_, i) => seen.reduce((sum, s, j) => sum + weights[j]! / total * values[s]![group * headDim + i]!, 0),
        );
      });
      const attended = linear(at, `${block}.output`, mixed).map((value, i) => x[i]! + value);
      const g = norm(at, `${block}.mlpNorm`, attended);
      const up = linear(at, `${block}.up`, g);
      const active = linear(at, `${block}.gate`, g).map((gate, i) => gate / (1 + Math.exp(-gate)) * up[i]!);
      return linear(at, `${block}.down`, active).map((value, i) => attended[i]! + value);
    });
  });
  return rows.map((x) => norm(at, "params.norm", x));
}

/** Log-probability of each token of the completion, and of no other. */
function logProbs(at: Numbers, sequence: Sequence): number[] {
  const states = hiddenStates(at, sequence);
  const embedding = at.get("params.embedding")!;
  return [...sequence.tokens.subarray(sequence.start)].map((token, i) => {
    const logits = Array.from(
      { length: embedding.length / 8 },
      (_, id) => dot(states[sequence.start - 1 + i]!, embedding.subarray(id * 8, id * 8 + 8)),
    );
    return logits[token]! - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  });
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const softplus = (x: number) => Math.log1p(Math.exp(x));
const scoreOf = (at: Numbers, sequence: Sequence) => dot(hiddenStates(at, sequence).at(-1)!, at.get("score.weight")!);

function sftLoss(at: Numbers, examples: Sequence[]): number {
  const all = examples.flatMap((example) => logProbs(at, example));
  return -sum(all) / all.length;
}

function pairLoss(at: Numbers, examples: SequencePair[]): number {
  return sum(examples.map(({ chosen, rejected, margin }) => {
    const [good, bad] = [scoreOf(at, chosen), scoreOf(at, rejected)];
    return softplus(-(good - bad - margin)) + 0.2 * (good + bad) ** 2;
  })) / examples.length;
}

function ratingLoss(at: Numbers, examples: RatedSequence[]): number {
  return sum(examples.map((example) => (scoreOf(at, example) - example.rating) ** 2)) / examples.length;
}

/** `from` is the reference: at the first update it is the same, at the second one update away. */
function dpoLoss(loss: "dpo" | "ipo") {
  return (at: Numbers, examples: SequencePair[], from: Numbers) =>
    sum(examples.map(({ chosen, rejected }) => {
      const gain = (sequence: Sequence) => sum(logProbs(at, sequence)) - sum(logProbs(from, sequence));
      const z = gain(chosen) - gain(rejected);
      return loss === "ipo" ? (z - 1 / 4) ** 2 : 0.8 * softplus(-2 * z) + 0.2 * softplus(2 * z);
    })) / examples.length;
}

async function numbersOf(device: Device, tree: Trainable): Promise<Numbers> {
  const entries = entriesOf(tree);
  const values = await device.read(entries.map(([, tensor]) => tensor as Tensor<"f32">));
  return new Map(entries.map(([path], i) => [path, Float64Array.from(values[i]!)]));
}

/** Every 29th coordinate of the gradient, by central differences. */
function gradient(at: Numbers, loss: (at: Numbers) => number): Map<string, Map<number, number>> {
  const step = 1e-5;
  let next = 0;
  return new Map(
    [...at].map(([path, values]) => {
      const found = new Map<number, number>();
      for (; next < values.length; next += 29) {
        const x = values[next]!;
        const [up, down] = [x + step, x - step].map((moved) => {
          values[next] = moved;
          return loss(at);
        });
        values[next] = x;
        found.set(next, (up! - down!) / (2 * step));
      }
      next -= values.length;
      return [path, found];
    }),
  );
}

const config = { steps: 2, batch: 4, microTokens: 20, learningRate: 2e-3, weightDecay: 0.3 };

/** Runs two updates of four examples, in several micro-batches of unequal size, and computes each of them again. */
async function checkUpdates<E>(
  train: E[],
  run: (device: Device, train: E[], maxNorm: number) => AsyncIterable<TrainingStep>,
  begin: (model: ReturnType<typeof tinyModel>) => Trainable,
  loss: (at: Numbers, examples: E[], from: Numbers) => number,
): Promise<void> {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const from = await numbersOf(device, begin(tinyModel(device)));
  let [before, m, v] = [copyOf(from), zeros(from), zeros(from)]; // differences move what they are taken of
  const maxNorm = 0.5;
  for await (const { step, metrics, state } of run(device, train, maxNorm)) {
    assertClose([metrics.loss!], [loss(before, train, from)], { rtol: 2e-5 });
    const after = await numbersOf(device, state.params);
    const [nextM, nextV] = [await numbersOf(device, state.optimizer.m), await numbersOf(device, state.optimizer.v)];
    const clip = Math.min(1, maxNorm / (metrics.grad_norm! + 1e-6));
    for (const [path, found] of gradient(before, (at) => loss(at, train, from))) {
      for (const [i, exact] of found) {
        const g = clip * exact;
        const where = { rtol: 2e-3, atol: 2e-5 * maxNorm };
        assertClose([nextM.get(path)![i]!], [0.9 * m.get(path)![i]! + 0.1 * g], where);
        assertClose([nextV.get(path)![i]!], [0.95 * v.get(path)![i]! + 0.05 * g * g], where);
        const x = before.get(path)![i]! * (1 - (isMatrix(path) ? 0.3 * metrics.learning_rate! : 0));
        const [mean, square] = [nextM.get(path)![i]! / (1 - 0.9 ** step), nextV.get(path)![i]! / (1 - 0.95 ** step)];
        const moved = x - metrics.learning_rate! * mean / (Math.sqrt(square) + 1e-8);
        assertClose([after.get(path)![i]!], [moved], { rtol: 1e-5, atol: 1e-6 });
      }
    }
    [before, m, v] = [after, nextM, nextV];
  }
}

const copyOf = (numbers: Numbers): Numbers => new Map([...numbers].map(([path, values]) => [path, values.slice()]));
const zeros = (like: Numbers): Numbers => new Map([...like].map(([path, values]) => [path, values.map(() => 0)]));
const isMatrix = (path: string) => /embedding|(query|key|value|output|gate|up|down|score)\.weight$/.test(path);

Deno.test("sft() does in two updates what float64 does: completions' tokens alone, each with the same weight", async () => {
  await checkUpdates(
    sequences(4, 3),
    (device, train, maxNorm) => sft({ device, model: tinyModel(device), train, config: { ...config, maxNorm } }),
    ({ params }) => ({ params }),
    sftLoss,
  );
});

Deno.test("reward() from pairs does in two updates what float64 does, with margins and centring", async () => {
  await checkUpdates(
    pairs(4, 3),
    (device, train, maxNorm) =>
      reward({ device, model: tinyModel(device), train, config: { ...config, centring: 0.2, maxNorm } }),
    ({ params, score }) => ({ params, score }),
    pairLoss,
  );
});

Deno.test("reward() from ratings does in two updates what float64 does", async () => {
  await checkUpdates(
    ratings(4, 3),
    (device, train, maxNorm) => reward({ device, model: tinyModel(device), train, config: { ...config, maxNorm } }),
    ({ params, score }) => ({ params, score }),
    ratingLoss,
  );
});

for (const [loss, labelSmoothing] of [["dpo", 0.2], ["ipo", 0]] as const) {
  Deno.test(`dpo() with the loss ${loss} does in two updates what float64 does, over the model as it came`, async () => {
    await checkUpdates(
      pairs(4, 3),
      (device, train, maxNorm) =>
        dpo({
          ...{ device, model: tinyModel(device), train },
          config: { ...config, loss, labelSmoothing, beta: 2, maxNorm },
        }),
      ({ params }) => ({ params }),
      dpoLoss(loss),
    );
  });
}
