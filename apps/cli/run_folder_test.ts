import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { modelFolder, openCheckpoint, publish, readPointer, saveCheckpoint, stateFile } from "./checkpoints.ts";
import { UsageError } from "./flags.ts";
import { openRun } from "./run_folder.ts";
import type { RunRecord } from "./run_record.ts";
import { TemporaryFolder } from "./testing.ts";

const record: RunRecord = {
  ...{ tare: "0.1.0", command: "sft", device: "cpu" },
  settings: { batch: 8, learningRate: 1e-3 },
  inputs: { data: { file: "a.jsonl", sha256: "12" } },
};
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const file = (name: string, text: string) => ({ name, bytes: new Blob([text]).stream() });
const checkpoint = (text: string) =>
  ["config.json", "model.safetensors", "adapter/a", stateFile].map((name) => file(name, text));
const fresh = { resume: false, force: false };

Deno.test("openRun() begins in a new folder, refuses one with a run or other files, and leaves none behind in vain", async () => {
  await using temporary = new TemporaryFolder();
  const path = `${temporary.path}/runs/sft`;
  {
    using run = await openRun(path, fresh);
    assertEquals(run.kind, "new");
    await assertRejects(() => openRun(path, fresh), UsageError, "another program is at work in it");
  }
  assertEquals(names(`${temporary.path}/runs`), []);
  {
    using run = await openRun(path, fresh);
    assertEquals(await run.latest(record), undefined);
    using _metrics = await run.begin(record);
    assertEquals(names(path), [".lock", "metrics.jsonl", "run.json"]);
  }
  assertEquals(JSON.parse(await Deno.readTextFile(`${path}/run.json`)), record);
  await assertRejects(
    () => openRun(path, fresh),
    UsageError,
    "it holds a run; go on with it by --resume, or replace it",
  );
  await assertRejects(() => openRun(path, { resume: true, force: true }), UsageError, "but found both");
  await Deno.writeTextFile(`${temporary.path}/mine.txt`, "");
  for (const resume of [true, false]) {
    const open = () => openRun(temporary.path, { resume, force: !resume });
    await assertRejects(open, UsageError, "it holds other files, such as ");
  }
});

Deno.test("openRun() with resume goes on after the latest checkpoint, with the metrics up to there, and refuses other settings", async () => {
  await using temporary = new TemporaryFolder();
  const path = temporary.path;
  {
    using run = await openRun(path, fresh);
    using metrics = await run.begin(record);
    for (const step of [1, 2, 3, 4]) {
      await metrics.write({ step });
      if (step === 2) await saveCheckpoint(path, step, checkpoint("2"));
    }
  }
  await Deno.writeTextFile(`${path}/metrics.jsonl`, '{"step":', { append: true }); // broken off
  await Deno.mkdir(`${path}/.step-4.0123.tmp`);
  const changed = { ...record, settings: { batch: 9, learningRate: 1e-3, steps: 5 } };
  {
    using run = await openRun(path, { resume: true, force: false });
    const error = await assertRejects(() => run.latest(changed), UsageError, ": batch is 9 and was 8");
    assertStringIncludes(error.message, "; steps is 5 and was not there");
    assertEquals([run.kind, await run.latest(record)], ["begun", 2]);
    using metrics = await run.begin(record);
    await metrics.write({ step: 3 });
  }
  assertEquals(await Deno.readTextFile(`${path}/metrics.jsonl`), '{"step":1}\n{"step":2}\n{"step":3}\n');
  assertEquals(names(path), ["latest", "metrics.jsonl", "run.json", "step-2"]);
});

Deno.test("openRun() refuses a run whose latest checkpoint has gone, and what is no record of a run", async () => {
  await using temporary = new TemporaryFolder();
  const path = temporary.path;
  {
    using run = await openRun(path, fresh);
    using _metrics = await run.begin(record);
    await saveCheckpoint(path, 2, checkpoint("2"));
  }
  await Deno.remove(`${path}/step-2`, { recursive: true });
  {
    using run = await openRun(path, { resume: true, force: false });
    await assertRejects(() => run.latest(record), RangeError, `the checkpoint that ${path}/latest names is not there`);
  }
  for (const content of ["null", "[]", "5", '{"settings":{}}', "{"]) {
    await Deno.writeTextFile(`${path}/run.json`, content);
    const open = () => openRun(path, { resume: true, force: false });
    await assertRejects(open, SyntaxError, `Cannot read ${path}/run.json: `, content);
  }
});

Deno.test("openRun() with force replaces a run, and nothing else", async () => {
  await using temporary = new TemporaryFolder();
  const path = temporary.path;
  {
    using run = await openRun(path, fresh);
    using _metrics = await run.begin(record);
    await saveCheckpoint(path, 2, checkpoint("2"), 2);
    await publish(path, 2);
  }
  await Deno.writeTextFile(`${path}/notes.txt`, "mine");
  using run = await openRun(path, { resume: false, force: true });
  assertEquals(run.kind, "replace");
  assert(names(path).includes("config.json"), "nothing is removed before begin()");
  using _metrics = await run.begin({ ...record, command: "dpo" });
  assertEquals(names(path), [".lock", "metrics.jsonl", "notes.txt", "run.json"]);
});

Deno.test("saveCheckpoint() keeps the latest and the best, the state of the latest alone; modelFolder() follows, publish() ends it", async () => {
  await using temporary = new TemporaryFolder();
  const run = temporary.path;
  const save = (step: number, best?: number) => saveCheckpoint(run, step, checkpoint(`${step}`), best);
  assertEquals(await modelFolder(run), run);
  await save(1);
  assertEquals(await modelFolder(run), `${run}/step-1`);
  await save(2, 2);
  await save(3, 2);
  await save(4, 2);
  assertEquals(names(run), ["best", "latest", "step-2", "step-4"]);
  assertEquals([await readPointer(run, "latest"), await readPointer(run, "best")], [4, 2]);
  assertEquals(names(`${run}/step-2`), ["adapter", "config.json", "model.safetensors"]);
  assertEquals(names(`${run}/step-4`), ["adapter", "config.json", "model.safetensors", stateFile]);
  assertEquals(await modelFolder(run), `${run}/step-2`);
  assert(await (await openCheckpoint(run, 4)).open(stateFile));
  await save(4, 2); // as after a kill between the folder and the pointer
  await publish(run, 2);
  assertEquals(await modelFolder(run), run);
  assertEquals(await Deno.readTextFile(`${run}/adapter/a`), "2");
  assertEquals(names(run), [
    ...["adapter", "best", "config.json", "latest", "model.safetensors", "step-2", "step-4"],
  ]);
  assertEquals(names(`${run}/step-4`).includes(stateFile), false);
});

Deno.test("saveCheckpoint() that fails leaves the checkpoint before it, and says where it could not write", async () => {
  await using temporary = new TemporaryFolder();
  const run = temporary.path;
  await saveCheckpoint(run, 1, checkpoint("1"), 1);
  const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: () => Promise.reject(full) });
  await assertRejects(
    () => saveCheckpoint(run, 2, [file("config.json", "2"), { name: "model.safetensors", bytes: failing }], 2),
    Error,
    `Cannot write ${run}/step-2: No space left on device`,
  );
  assertEquals(names(run), ["best", "latest", "step-1"]);
  assertEquals(await modelFolder(run), `${run}/step-1`);
});

Deno.test("readPointer() refuses a pointer that leads elsewhere", async () => {
  await using temporary = new TemporaryFolder();
  await Deno.writeTextFile(`${temporary.path}/latest`, "../step-1");
  await assertRejects(() => readPointer(temporary.path, "latest"), SyntaxError, "expected the name of a checkpoint");
});
