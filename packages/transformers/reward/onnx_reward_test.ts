/** Held against PyTorch's logits of the same models, which scored each row alone. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { rewardJudge, type RewardRow, scoreJudge } from "@tare/eval";
import bert from "../fixtures/bert/expected.json" with { type: "json" };
import llama from "../fixtures/llama/expected.json" with { type: "json" };
import roberta from "../fixtures/roberta/expected.json" with { type: "json" };
import { copyOf, fixture, withFolder } from "../model/testing.ts";
import { onnxReward, type OnnxRewardOptions } from "./onnx_reward.ts";

const first = (logits: readonly number[]) => logits[0]!;
const cases: readonly [string, OnnxRewardOptions, typeof bert, (logits: readonly number[]) => number][] = [
  ["bert", {}, bert, first],
  ["roberta", { form: "text", label: "bad" }, roberta, first],
  ["roberta", { form: "text", label: "good" }, roberta, (logits) => logits[1]!],
  ["roberta", { form: "text", label: ["good", "bad"] }, roberta, (logits) => logits[1]! - logits[0]!],
  ["llama", {}, llama, first],
];

for (const [name, options, expected, scoreOf] of cases) {
  const wanted = expected.rows.map(({ logits }) => scoreOf(logits));
  const what = `${name}${options.label ? ` (${[options.label].flat().join(" − ")})` : ""}`;

  Deno.test(`onnxReward() is PyTorch, whatever rows stand beside a row: ${what}`, async () => {
    await using reward = await onnxReward(fixture(name), options);
    const together = await reward(expected.rows);
    const turned = (await reward(expected.rows.toReversed())).toReversed();
    for (const [i, row] of expected.rows.entries()) {
      const [alone] = await reward([row]);
      assertAlmostEquals(together[i]!, wanted[i]!, 1e-4);
      assertAlmostEquals(turned[i]!, wanted[i]!, 1e-4);
      assertAlmostEquals(alone!, together[i]!, 1e-5);
    }
    await using small = await onnxReward(fixture(name), { ...options, batch: 2 });
    const inPairs = await small(expected.rows);
    inPairs.forEach((score, i) => assertAlmostEquals(score, wanted[i]!, 1e-4));
  });

  Deno.test(`onnxReward() cuts the prompt's beginning, as PyTorch with truncation_side left: ${what}`, async () => {
    const { maxTokens, logits, ...row } = expected.long;
    await using reward = await onnxReward(fixture(name), { ...options, maxTokens });
    const [cut, whole, tooLong] = await reward([row, expected.rows[1]!, { prompt: "", response: row.prompt }]);
    assertAlmostEquals(cut!, scoreOf(logits), 1e-4);
    assertAlmostEquals(whole!, wanted[1]!, 1e-4);
    assertEquals(tooLong, NaN);
  });
}

Deno.test("onnxReward() pads with nothing where the configuration names no token for it", async () => {
  await withFolder(async (folder) => {
    const copy = await copyOf("llama", folder, { "config.json": (config) => ({ ...config, pad_token_id: null }) });
    await using reward = await onnxReward(copy);
    const rows = [...llama.rows, ...llama.rows];
    const scores = await reward(rows);
    scores.forEach((score, i) => assertAlmostEquals(score, rows[i]!.logits[0]!, 1e-4));
  });
});

Deno.test("onnxReward() scores rows alone where activations are scaled by the whole batch", async () => {
  await using reward = await onnxReward(fixture("bert"), { dtype: "q8" });
  const together = await reward(bert.rows);
  for (const [i, row] of bert.rows.entries()) {
    assertEquals((await reward([row]))[0], together[i]);
    assertAlmostEquals(together[i]!, row.logits[0]!, 0.2);
  }
});

Deno.test("onnxReward() takes the token types that the tokenizer's class or its configuration asks for", async () => {
  await withFolder(async (folder) => {
    const model_input_names = ["input_ids", "token_type_ids", "attention_mask"];
    const copies = await Promise.all([
      copyOf("bert", `${folder}/a`, {
        "tokenizer_config.json": (c) => ({ ...c, tokenizer_class: "PreTrainedTokenizer", model_input_names }),
      }),
      copyOf("bert", `${folder}/b`, {
        "tokenizer_config.json": (c) => ({ ...c, tokenizer_class: "PreTrainedTokenizer" }),
      }),
    ]);
    await using typed = await onnxReward(copies[0]!);
    await using untyped = await onnxReward(copies[1]!);
    const [a] = await typed(bert.rows.slice(0, 1));
    const [b] = await untyped(bert.rows.slice(0, 1));
    assertAlmostEquals(a!, bert.rows[0]!.logits[0]!, 1e-4);
    assert(Math.abs(b! - a!) > 1e-3);
  });
});

Deno.test("onnxReward() makes a judge, and a response that is too long gives no verdict", async () => {
  await using reward = await onnxReward(fixture("bert"));
  const judge = scoreJudge({
    id: reward.id,
    score: async (prompt, response, signal) => (await reward([{ prompt, response }], signal))[0]!,
  });
  const [long, short] = bert.rows;
  const { prompt } = long!;
  const pair = { promptId: "p", prompt, a: long!.response, b: short!.response };
  assertEquals(await judge.compare(pair), { winner: long!.logits[0]! > short!.logits[0]! ? "a" : "b" });
  assertEquals(await judge.compare({ ...pair, a: pair.b }), { winner: "tie" });
  assertEquals((await judge.compare({ ...pair, a: "the cat ".repeat(40) })).winner, "invalid");
});

Deno.test("onnxReward() has an id of name, files and settings", async () => {
  await withFolder(async (folder) => {
    const id = async (path: string, options?: OnnxRewardOptions) => {
      await using reward = await onnxReward(path, options);
      return reward.id;
    };
    const bertId = await id(fixture("bert"));
    assertMatch(bertId, /^bert@[0-9a-f]{12}:fp32:pair:64$/);
    assertEquals(await id(await copyOf("bert", `${folder}/x/bert`)), bertId);
    assertNotEquals(await id(fixture("bert"), { maxTokens: 32 }), bertId);
    assertNotEquals(await id(fixture("bert"), { form: "text" }), bertId);
    assertMatch(await id(fixture("roberta"), { label: ["good", "bad"] }), /:pair:64:good:bad$/);
    const other = await copyOf("bert", `${folder}/y/bert`, {
      "tokenizer.json": (json) => ({ ...json, version: "1.1" }),
    });
    assertNotEquals(await id(other), bertId);
    const turned = await copyOf("bert", `${folder}/t/bert`);
    const bytes = await Deno.readFile(`${turned}/onnx/model.onnx`);
    await Deno.writeFile(`${turned}/onnx/model.onnx`, bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1));
    assertNotEquals(await id(turned), bertId);
    const moved = await copyOf("bert", `${folder}/z/bert`);
    await Deno.rename(`${moved}/onnx/model.onnx`, `${moved}/model.onnx`);
    await Deno.remove(`${moved}/onnx`, { recursive: true });
    assertEquals(await id(moved), bertId);
    await Deno.writeFile(`${moved}/model.onnx_data`, new Uint8Array(1));
    assertNotEquals(await id(moved), bertId);
  });
});

Deno.test("onnxReward() ends before the next batch, and not at all in the middle of nothing", async () => {
  await using reward = await onnxReward(fixture("bert"), { batch: 1 });
  const stop = new AbortController();
  const reason = new Error("enough");
  const many = Array.from({ length: 200 }, () => bert.rows[0]!);
  const scoring = reward(many, stop.signal);
  setTimeout(() => stop.abort(reason), 1);
  assertEquals(await assertRejects(() => scoring), reason);
  assertEquals(await assertRejects(() => reward([], stop.signal)), reason);
  assertEquals(await reward([]), new Float32Array(0));
  assertEquals((await reward(bert.rows)).length, bert.rows.length);
});

Deno.test("onnxReward() waits for what is under way before it is disposed of, and says so afterwards", async () => {
  const reward = await onnxReward(fixture("bert"));
  const scoring = reward(bert.rows);
  await reward.dispose();
  assertEquals((await scoring).length, bert.rows.length);
  await reward.dispose();
  await assertRejects(() => reward(bert.rows), TypeError, "disposed of: load it again");
});

Deno.test("onnxReward() says in a sentence what it cannot load", async () => {
  const refuses = async (path: string, options: OnnxRewardOptions, ErrorClass: typeof TypeError, message: string) => {
    const error = await assertRejects(() => onnxReward(path, options), ErrorClass, message);
    assert(!error.message.includes("\n"));
  };
  const at = fixture("bert");
  await refuses(
    "no/such",
    {},
    TypeError,
    "but found nothing at no/such: name a folder, or take it from the hub",
  );
  await refuses(at, { dtype: "q4" }, TypeError, "Expected onnx/model_q4.onnx");
  await refuses(at, { dtype: "f32" as "fp32" }, TypeError, "Expected dtype to be one of fp32, fp16");
  await refuses(at, { form: "chat" }, TypeError, "Expected a chat template");
  await refuses(at, { batch: 0 }, RangeError, "Expected batch to be 1 or more but found 0");
  await refuses(at, { maxTokens: 65 }, RangeError, "from 1 to 64, which the model can take, but found 65");
  await refuses(at, { label: "good" }, TypeError, "Expected label to be one of LABEL_0 but found good");
  await refuses(fixture("gpt2"), {}, TypeError, "but found GPT2LMHeadModel: name a reward model");
  await refuses(
    fixture("roberta"),
    {},
    TypeError,
    "but found none: name one of bad, good, or a better and a worse one",
  );
  await withFolder(async (folder) => {
    const without = async (name: string) => {
      const copy = await copyOf("bert", `${folder}/${name.replaceAll("/", "-")}`);
      await Deno.remove(`${copy}/${name}`);
      return copy;
    };
    for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"]) {
      await refuses(await without(name), {}, TypeError, `Expected ${name} in ${folder}/`);
    }
    const broken = await copyOf("bert", `${folder}/broken`);
    await Deno.writeTextFile(`${broken}/onnx/model.onnx`, "no graph");
    await refuses(broken, {}, TypeError, `Cannot load ${broken}: `);
    await Deno.writeTextFile(`${broken}/config.json`, "{");
    await refuses(broken, {}, TypeError, "Expected JSON in config.json");
    const unnamed = (config: object) => ({ ...config, architectures: undefined });
    const language = await copyOf("gpt2", `${folder}/language`, { "config.json": unnamed });
    await using reward = await onnxReward(language, { label: "LABEL_0", form: "text" });
    await assertRejects(() => reward(bert.rows), Error, "Cannot score 5 rows with");
  });
});

Deno.test("rewardJudge() of onnxReward() decides as PyTorch's rewards do, and scores pairs together", async () => {
  await using reward = await onnxReward(fixture("bert"));
  const { rows } = bert;
  let calls = 0;
  const score = (some: readonly RewardRow[]) => (calls++, reward(some));
  const judge = rewardJudge({ id: reward.id, score });
  const verdicts = await Promise.all(
    rows.slice(1).map(({ prompt, response }, i) =>
      judge.compare({ promptId: `${i}`, prompt, a: response, b: `${response} ${response}` })
    ),
  );
  const doubled = await reward(
    rows.slice(1).map(({ prompt, response }) => ({ prompt, response: `${response} ${response}` })),
  );
  const wanted = rows.slice(1).map(({ logits }, i) => logits[0]! > doubled[i]! ? "a" : "b");
  assertEquals([verdicts.map(({ winner }) => winner), calls], [wanted, 1]);
});
