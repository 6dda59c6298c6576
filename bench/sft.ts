/**
 * What the trainer costs beside the engine: steps of `sft` and bare steps of the same batch, in alternation, on gpt-5m.
 *
 *     deno task bench:sft [--batch 32] [--context 512] [--micro-tokens 2048] [--steps 3] [--threads 1]
 */
import { parseArgs } from "@std/cli";
import { accumulateGrads, adamw, type Device, forward, initParams, openDevice } from "@tare/core";
import { type Params, predictions, tokenBatch, tokenLogProb } from "@tare/core";
import type { Sequence } from "@tare/data";
import { sft, sftLoss } from "@tare/finetune";
import { shapes } from "../apps/cli/shapes.ts";

const config = shapes["gpt-5m"]!;

/** Steps of the engine alone: tokens are on the device beforehand, in micro-batches of equal size. */
function bareSteps(device: Device, sequences: readonly Sequence[], perPass: number): () => Promise<void> {
  const params = initParams(device, config, 1);
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  const passes = Array.from({ length: Math.ceil(sequences.length / perPass) }, (_, i) => {
    const tokens = sequences.slice(i * perPass, (i + 1) * perPass).map(({ tokens }) => tokens);
    return { batch: tokenBatch(device, config, tokens), ...predictions(device, tokens) };
  });
  return async () => {
    using _step = device.scope();
    const { values, grads } = accumulateGrads(
      (params: Params, { batch, rows, targets }: typeof passes[0]) => {
        const hidden = forward(params, config, batch, { wanted: rows });
        return sftLoss(tokenLogProb(params, hidden, targets).logProb);
      },
      params,
      passes,
    );
    const { gradNorm } = optimizer.update(params, grads, state, { learningRate: 1e-4 });
    await device.read([gradNorm, ...values]);
  };
}

async function seconds(f: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await f();
  return (performance.now() - start) / 1000;
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["batch", "context", "micro-tokens", "steps", "threads"],
    default: { batch: "32", context: "512", "micro-tokens": "2048", steps: "3", threads: "1" },
  });
  const [batch, context, microTokens, steps] = [args.batch, args.context, args["micro-tokens"], args.steps].map(Number);
  using device = await openDevice({ device: "cpu", threads: Number(args.threads) });
  using _scope = device.scope();
  const train = Array.from({ length: batch! }, (_, i): Sequence => ({
    tokens: Uint32Array.from({ length: context! }, (_, t) => (7919 * i + 104729 * t + t * t) % config.vocabulary),
    start: 1,
  }));
  const bare = bareSteps(device, train, Math.max(1, Math.floor(microTokens! / context!)));
  const model = { config, params: initParams(device, config, 1) };
  const trainer = sft({
    device,
    model,
    train,
    config: { batch: batch!, microTokens: microTokens!, steps: steps! + 1 },
  });
  await bare(); // the first ones warm up
  await trainer.next();
  const pairs: { bare: number; sft: number }[] = [];
  for (let i = 0; i < steps!; i++) pairs.push({ bare: await seconds(bare), sft: await seconds(() => trainer.next()) });
  await trainer.return();
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const time = median(pairs.map(({ sft }) => sft));
  console.log(
    `${batch} x ${context} tokens, ${microTokens} a pass: engine ${
      median(pairs.map(({ bare }) => bare)).toFixed(2)
    } s, ` +
      `sft ${time.toFixed(2)} s a step (median of ${steps}), ratio ${
        median(pairs.map(({ bare, sft }) => sft / bare)).toFixed(3)
      }, ${Math.round(batch! * context! / time)} tokens/s`,
  );
}
