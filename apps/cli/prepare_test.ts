import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openDevice, parseConfig, saveState } from "@tare/core";
import type { TrainingState } from "@tare/finetune";
import { readPointer, saveCheckpoint, stateFile } from "./checkpoints.ts";
import { checkRoom, readState } from "./prepare.ts";
import { openRun } from "./run_folder.ts";
import type { RunRecord } from "./run_record.ts";
import { silent, TemporaryFolder } from "./testing.ts";
import type { TrainingValues } from "./training_flags.ts";

const record: RunRecord = { ...{ tare: "0.1.0", command: "sft", device: "cpu" }, settings: {}, inputs: {} };

Deno.test("readState() lets best name the step of the state, where a kill came between the two pointers", async () => {
  await using temporary = new TemporaryFolder();
  const { path } = temporary;
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const save = async (step: number, best: number, pointer: number) => {
    const state = { name: stateFile, bytes: saveState({ step, best: { step: best, loss: 1 } }) };
    await saveCheckpoint(path, step, [state], pointer);
  };
  {
    using run = await openRun(path, { resume: false, force: false });
    using _metrics = await run.begin(record);
    assertEquals(await readState<TrainingState>(run, record, device, silent), undefined);
  }
  await save(1, 1, 1);
  await save(2, 2, 1);
  assertEquals(await readPointer(path, "best"), 1);
  using run = await openRun(path, { resume: true, force: false });
  const state = await readState<TrainingState>(run, record, device, silent);
  assertEquals([state?.step, await readPointer(path, "best")], [2, 2]);
  await Deno.remove(`${path}/step-2/${stateFile}`);
  await assertRejects(() => readState(run, record, device, silent), RangeError, "step-2 has no state.safetensors");
});

Deno.test("checkRoom() refuses a micro-batch that cannot fit, and takes examples that fill none", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const config = parseConfig({
    ...{ model_type: "gpt2", n_embd: 2048, n_head: 16, n_layer: 12, vocab_size: 1000, n_positions: 1024 },
  });
  const values = { "micro-tokens": 4096, batch: 32, recompute: true } as TrainingValues;
  assertThrows(() => checkRoom(device, config, values, [1000, 900]), RangeError, "Full fine-tuning with 1900");
  checkRoom(device, config, { ...values, "lora-rank": 4 }, [10]);
});
