import { openDevice } from "@tare/core";
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Episode, Reward } from "../episode.ts";
import { drawAll, letters, prompts as tinyPrompts, tiny } from "../local/fakes.ts";
import type { SampleOptions, Sampler } from "../sampler.ts";
import { type BaselineOptions, type BaselinePrompt, sampleBaselines } from "./baselines.ts";
import { textHash } from "./text_hash.ts";

const prompts: BaselinePrompt[] = tinyPrompts.map((prompt) => ({ ...prompt, text: letters.decode(prompt.tokens!) }));

/** How many letters a come; what is cut off is worth nothing more. */
const countA: Reward = rewardOf(({ response, finish }) =>
  response.split("a").length - 1 - (finish === "length" ? 0.5 : 0)
);

function rewardOf(score: (episode: Episode) => number, id = "a"): Reward {
  return Object.assign((episodes: readonly Episode[]) => Promise.resolve(Float32Array.from(episodes, score)), { id });
}

/** All rows. */
function rowsOf(options: Omit<BaselineOptions, "prompts"> & Partial<BaselineOptions>) {
  return Array.fromAsync(sampleBaselines({ prompts, k: 3, maxTokens: 6, seed: 4, ...options }));
}

/** A sampler that nobody may ask. */
const nobody: Sampler = {
  id: "nobody",
  sample: () => {
    throw new Error("asked");
  },
};

Deno.test("sampleBaselines() gives the draws of stage 1, the likeliest response and the data's, with their rewards", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const sampler = tiny(device, { id: "policy" });
  const answered = prompts.map((prompt, i) => ({
    ...prompt,
    ...i !== 1 && { answer: { text: "aba", tokens: [1, 2, 1, 0] } },
  }));
  const rows = await rowsOf({ sampler, reward: countA, prompts: answered, greedy: true, template: "t", group: 2 });
  assertEquals(rows.map(({ promptId }) => promptId), prompts.map(({ id }) => id));
  const drawn = await drawAll(sampler, prompts, { n: 3, maxTokens: 6, seed: 4, stage: 1 });
  const likely = await drawAll(sampler, prompts, { maxTokens: 6, temperature: 0 });
  for (const [i, row] of rows.entries()) {
    const { responses, rewards, greedy, dataset, ...rest } = row;
    const own = drawn.filter(({ promptId }) => promptId === row.promptId);
    assertEquals(responses, own.map(({ text }) => text));
    assertEquals(rewards, own.map(({ text, finish }) => text.split("a").length - 1 - (finish === "length" ? 0.5 : 0)));
    assertEquals(greedy!.response, likely[i]!.text);
    assertEquals(dataset, i === 1 ? undefined : { response: "aba", reward: 2 });
    assertEquals(rest, {
      ...{ promptId: prompts[i]!.id, prompt: prompts[i]!.text, promptHash: await textHash(prompts[i]!.text) },
      ...{ policy: "policy", rewardModel: "a", template: "t" },
      sampling: { k: 3, temperature: 1, maxTokens: 6, seed: 4 },
    });
  }
  assert(new Set(rows.flatMap(({ rewards }) => rewards)).size > 2, "all rewards are alike");
});

Deno.test("sampleBaselines() gives the same row in any group, and from any prompt on", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const sampler = tiny(device);
  const whole = await rowsOf({ sampler, reward: countA });
  for (const group of [1, 3]) assertEquals(await rowsOf({ sampler, reward: countA, group }), whole);
  const rest = await rowsOf({ sampler, reward: countA, prompts: prompts.slice(2), group: 2 });
  assertEquals(rest, whole.slice(2));
  assertNotEquals(await rowsOf({ sampler, reward: countA, seed: 5 }), whole);
});

Deno.test("sampleBaselines() draws nothing that a rollout may draw", async () => {
  const asked: SampleOptions[] = [];
  const sampler: Sampler = {
    id: "spy",
    async *sample(some, options = {}) {
      asked.push(options);
      for (const { id } of some) {
        for (let index = 0; index < (options.n ?? 1); index++) {
          const none = { promptTokens: new Uint32Array(), tokens: new Uint32Array() };
          const numbers = { logProbs: new Float32Array(), samplingLogProbs: new Float32Array() };
          yield await Promise.resolve({ promptId: id, index, text: "a", finish: "eos" as const, ...none, ...numbers });
        }
      }
    },
  };
  await rowsOf({ sampler, reward: countA, group: 2, k: 5 });
  assertEquals(asked.map(({ n, stage, draw = 0 }) => [n, stage, draw]), Array(3).fill([5, 1, 0]));
});

Deno.test("sampleBaselines() refuses what makes no baseline before anything is drawn", async () => {
  const cases: [Partial<BaselineOptions>, kind: ErrorConstructor, message: string][] = [
    [{ k: 0 }, RangeError, "Expected k of baselines to be an integer of 1 or more but found 0: without a response"],
    [{ k: 1.5 }, RangeError, "but found 1.5"],
    [{ group: 0 }, RangeError, "Expected group of baselines"],
    [{ temperature: 0 }, RangeError, "at which all responses are the same"],
    [{ temperature: NaN }, RangeError, "Expected temperature of a draw"],
    [{ maxTokens: 0 }, RangeError, "Expected maxTokens of a draw"],
    [{ prompts: [prompts[0]!, prompts[0]!] }, RangeError, 'found "p0" twice'],
    [{ prompts: [{ id: "x", tokens: [1] } as unknown as BaselinePrompt] }, TypeError, 'prompt "x" to have a text'],
    [{ positions: 12 }, RangeError, 'Expected prompt "p2" to have at most 6 tokens, which the response leaves'],
  ];
  for (const [options, kind, message] of cases) {
    await assertRejects(() => rowsOf({ sampler: nobody, reward: countA, ...options }), kind, message);
  }
  assertEquals(await rowsOf({ sampler: nobody, reward: countA, prompts: [] }), []);
});

Deno.test("sampleBaselines() refuses rewards that are no numbers, naming the prompt, and too few of them", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const sampler = tiny(device);
  const rows: string[] = [];
  const reward = rewardOf(({ promptId }) => promptId === "p3" ? NaN : 1, "rm");
  const failing = async () => {
    for await (const { promptId } of sampleBaselines({ sampler, reward, prompts, k: 1, maxTokens: 2, group: 2 })) {
      rows.push(promptId);
    }
  };
  await assertRejects(failing, RangeError, 'Expected reward "rm" to give finite numbers but found NaN for prompt "p3"');
  assertEquals(rows, ["p0", "p1"]);
  const short: Reward = Object.assign(() => Promise.resolve(new Float32Array(2)), { id: "rm" });
  await assertRejects(() => rowsOf({ sampler, reward: short }), RangeError, "for each of 15 episodes but found 2");
});

Deno.test("sampleBaselines() ends by its signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => rowsOf({ sampler: nobody, reward: countA, signal }), Error, "enough");
});

Deno.test("textHash() is SHA-256 of UTF-8", async () => {
  assertEquals(await textHash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assertNotEquals(await textHash("ä"), await textHash("a"));
});
