import { openDevice } from "@tare/core";
import type { Episode } from "@tare/sampler";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openFolder } from "./files.ts";
import { fingerprint, tokenizerFingerprint } from "./fingerprint.ts";
import { UsageError } from "./flags.ts";
import { openReward } from "./reward_model.ts";
import { silent, TemporaryFolder, writeTinyModel } from "./testing.ts";

const episode: Episode = {
  ...{ promptId: "p", prompt: "Hello", response: " there", finish: "length" },
  ...{ promptTokens: Uint32Array.of(5, 6), tokens: Uint32Array.of(7, 8), logProbs: new Float32Array(2) },
};

Deno.test("openReward() scores the ids of a policy with the same tokenizer, and the text of any other", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path, { score: true });
  const files = await openFolder(folder.path);
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const open = (tokenizer?: string) => openReward({ reward: folder.path }, device, tokenizer, silent);
  const [same, other] = [await open(await tokenizerFingerprint(files)), await open()];
  assertEquals([same.reward.id, other.reward.id, same.positions], [await fingerprint(files), same.reward.id, 4096]);
  const elsewhere = { ...episode, prompt: "", response: "" };
  const otherIds = { ...episode, tokens: Uint32Array.of(9) };
  const [ids, alike, differ] = await same.reward([episode, elsewhere, otherIds]);
  assert(ids === alike && ids !== differ, "the text counts");
  const [text, again, another] = await other.reward([episode, otherIds, elsewhere]);
  assert(text === again && text !== another, "the ids count");
});

Deno.test("openReward() refuses a language model, and nothing at all", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const open = (reward?: string) => openReward({ reward }, device, undefined, silent);
  await assertRejects(
    () => open(folder.path),
    RangeError,
    `${folder.path}: Expected a reward model but found one without`,
  );
  await assertRejects(() => open(), Error, "Expected --reward");
  for (const flag of ["reward-kind", "reward-name"]) {
    const values = { reward: folder.path, [flag]: "classify" };
    await assertRejects(
      () => openReward(values, device, undefined, silent),
      UsageError,
      `Expected --reward-url beside --${flag}`,
    );
  }
});
