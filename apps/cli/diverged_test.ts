import { assertRejects } from "@std/assert";
import { openDevice } from "@tare/core";
import { DivergenceError, type TrainingState, type TrainingStep } from "@tare/finetune";
import { openRun } from "./run_folder.ts";
import { silent, TemporaryFolder } from "./testing.ts";
import { train } from "./training.ts";
import type { TrainingValues } from "./training_flags.ts";

const record = { ...{ tare: "0.1.0", command: "sft", device: "cpu" }, settings: {}, inputs: {} };

/** Steps up to one that shows that the parameters before it were no good any more. */
async function* diverging(at: number): AsyncGenerator<TrainingStep> {
  for (let step = 1; step < at; step++) {
    const state = { step, best: null } as unknown as TrainingState;
    yield { ...{ step, steps: 20, epoch: step }, metrics: { loss: 1 }, best: false, state };
  }
  throw new DivergenceError("Training diverged", { step: at, value: NaN, unharmed: true });
}

Deno.test("train() names the last checkpoint that is good, and none whose parameters diverged", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const cases: [at: number, message: (run: string) => string][] = [
    [2, () => "diverged; it was before the first checkpoint"],
    [6, (run) => `diverged; the only checkpoint, ${run}/step-5, has the parameters that gave this`],
    [7, (run) => `diverged; the last good checkpoint is ${run}/step-5`],
  ];
  for (const [at, message] of cases) {
    await using folder = new TemporaryFolder();
    using run = await openRun(folder.path, { resume: false, force: false });
    const training = { device, run, record, steps: () => diverging(at), checkpoint: () => [] };
    const values = { "save-every": 5 } as TrainingValues;
    await assertRejects(() => train(training, values, silent), DivergenceError, message(folder.path));
  }
});
