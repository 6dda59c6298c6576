import { loadModel, openDevice } from "@tare/core";
import { loadTokenizer } from "@tare/data";
import { modelReward } from "@tare/finetune";
import type { ScoreRow } from "@tare/server";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { StageError } from "../errors.ts";
import { openFolder } from "../files.ts";
import { fingerprint } from "../fingerprint.ts";
import { silent, TemporaryFolder, writeTinyModel } from "../testing.ts";
import { openLocalScore } from "./local_score.ts";

const cpu = { device: "cpu", threads: 1 } as const;

/** Rows of many lengths. */
const rows: ScoreRow[] = Array.from({ length: 23 }, (_, i) => {
  const [prompt, response] = [`Say ${"the cat ".repeat(i % 7)}${i}:`, ` it${" is".repeat((i * 5) % 11)}.`];
  return { promptId: `p${i}`, prompt, response, text: `<s>${prompt}${response}${i % 2 ? "</s>" : ""}` };
});

Deno.test("openLocalScore() gives the bits of scoring offline, whatever the batch", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path, { score: true });
  const files = await openFolder(folder.path);
  using device = await openDevice(cpu);
  using _scope = device.scope();
  const [{ config, params, score: head }, tokenizer] = [await loadModel(device, files), await loadTokenizer(files)];
  const offline = modelReward({ device, model: { config, params, score: head! }, id: "", tokenizer });
  const expected = await offline(rows);
  assertEquals(new Set(expected).size, rows.length, "the test could not tell rows apart");

  using score = await openLocalScore({ ...cpu, reward: folder.path, "micro-tokens": 64 }, silent);
  assertEquals([score.id, score.specials], [await fingerprint(files), { begin: "<s>", end: ["</s>"] }]);
  for (const size of [1, 5, rows.length]) {
    const batches = Array.from(
      { length: Math.ceil(rows.length / size) },
      (_, i) => rows.slice(i * size, (i + 1) * size),
    );
    const parts = await Promise.all(batches.map((batch) => score(batch)));
    assertEquals(parts.flatMap((part) => Array.from(part)), [...expected]);
  }
  const asSent = rows.slice(0, 2).map((row) => ({ ...row, text: `${row.text}</s></s>` }));
  assertEquals(await score(asSent), expected.slice(0, 2), "what ends the text as it was sent is not read");

  const long = { ...rows[0]!, response: "a".repeat(5000) };
  await assertRejects(async () => await score([rows[0]!, long]), RangeError, 'prompt "p0" and its response');
  assert(score.failure === undefined);
  assertEquals(await score(rows), expected, "a row that is too long ends nothing");
});

Deno.test("openLocalScore() refuses what is no reward model, with the sentence of every command", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const open = (reward: string) => openLocalScore({ ...cpu, reward }, silent);
  await assertRejects(() => open(folder.path), StageError, "Expected a reward model but found one without a score");
  await assertRejects(() => open(`${folder.path}/no`), StageError, "there is no such folder");
});
