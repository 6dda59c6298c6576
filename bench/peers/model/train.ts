/** The training step: loss, gradients and AdamW. */
import { type Device, openDevice } from "@tare/core";
import { microBenchKernel } from "../../../packages/core/kernels/matmul/micro_bench.ts";
import { agree } from "../check.ts";
import { round } from "../table.ts";
import { type Effort, median } from "../timing.ts";
import { compare, type Contestant, type Result } from "./contest.ts";
import { trainFlops } from "./flops.ts";
import { type KernelTime, profile } from "./profile.ts";
import { type Setup, threads } from "./setup.ts";
import { jaxTrainer } from "./train_jax.ts";
import { ourTrainer } from "./train_ours.ts";
import { batch, config } from "./workload.ts";

/** Steps whose losses must agree: one before any update, three after one, two and three. */
const checkedSteps = 4;

/** Rows of the training step, and where the time of ours goes, in milliseconds a step. */
export async function trainResults(
  setup: Setup,
  effort: Effort,
  say: (line: string) => void,
): Promise<{ results: Result[]; kernels: KernelTime[] }> {
  using device = await openDevice({ device: "cpu", threads });
  using single = await openDevice({ device: "cpu", threads: 1 });
  const { python } = setup;
  const [ours, alone, jax] = [ourTrainer(device), ourTrainer(single), await jaxTrainer(threads, setup.weights)];
  const torch = (name: string, kind: string): Contestant => ({
    ...{ name, threads },
    run: async () => [(await python!.ask<{ loss: number }>({ do: kind })).loss],
  });
  const contestants: Contestant[] = [
    { name: "Tare", threads, run: async () => [await ours()] },
    { name: "Tare", threads: 1, run: async () => [await alone()] },
    { name: "jax-js", threads, run: async () => [await jax()] },
    ...python ? [torch("PyTorch", "eager"), torch("PyTorch, compiled", "compiled")] : [],
  ];
  let first = NaN;
  const check = async ({ run }: Contestant) => {
    const losses: number[] = [];
    for (let i = 0; i < checkedSteps; i++) losses.push((await run())[0]!);
    first = losses[0]!;
    return losses;
  };
  const [sequences, tokens] = [batch.tokens.length, config.positions];
  const work = "train step";
  const rates: number[] = [];
  const measured = await compare(
    { work, tokens: sequences * tokens, contestants, check, tolerance: 1e-5 },
    effort,
    say,
    () => rates.push(microRate(single)),
  );
  if (python) {
    const { loss } = await python.ask<{ loss: number }>({ do: "reference" });
    agree("the loss of GPT2LMHeadModel", [first], [loss], 1e-5);
  }
  const flops = trainFlops(config, sequences, tokens);
  const share = ({ name, ms, threads }: Result) =>
    name === "Tare" ? { ofMicroKernel: round(flops / ms / 1e6 / threads / median(rates)) } : {};
  const steps = 3;
  const kernels = (await profile(device, async () => {
    for (let i = 0; i < steps; i++) await ours();
  })).map(({ name, runs, ms }) => ({ name, runs: runs / steps, ms: ms / steps }));
  return { results: measured.map((row) => ({ ...row, ...share(row) })), kernels };
}

/** GFLOP/s of the bare micro-kernel on one thread. */
function microRate(device: Device): number {
  using _scope = device.scope();
  const [k, repeats] = [256, 65536]; // both panels, 14 KiB, stay in the first-level cache; some 30 ms
  const buffers = { a: device.full([k, 6], 0.5), b: device.full([k, 8], 1e-3), out: device.zeros([6, 8]) };
  const start = performance.now();
  device.run(microBenchKernel, buffers, { k, repeats });
  return 96 * k * repeats / (performance.now() - start) / 1e6;
}
