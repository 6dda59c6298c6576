import { copyTree, openDevice } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Episode, Prompt } from "@tare/sampler";
import { assert, assertRejects } from "@std/assert";
import { fullOptions, settings, tinyConfig } from "./fakes.ts";
import type { PpoOptions } from "./options.ts";
import { ppo } from "./trainer.ts";

Deno.test("ppo() refuses prompts that it could not train on, by their names", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const refuse = (prompts: Prompt[], message: string, kind: new () => Error = RangeError) =>
    assertRejects(() => ppo({ ...fullOptions(device), prompts }).next(), kind, message);
  const tokens = (count: number) => Array.from({ length: count }, (_, i) => 1 + i);
  await refuse([], "at least one prompt");
  await refuse(
    [{ id: "long", tokens: tokens(11) }],
    'at most 10 tokens but found 11 in prompt "long": the policy has 16',
  );
  await ppo({ ...fullOptions(device, { iterations: 1 }), prompts: [{ id: "fits", tokens: tokens(10) }] }).next();
  await refuse([{ id: "none", tokens: [] }], 'prompt "none" to have a token or more');
  await refuse([{ id: "text", text: "hello" }], 'prompt "text" to have tokens, or a text and a tokenizer', TypeError);
  await refuse([{ id: "a", tokens: [1] }, { id: "a", tokens: [2] }], 'found "a" twice');
  await refuse([{ id: "a", tokens: [1] }, { id: "b", tokens: [1] }], 'the same one as "a" and as "b"');
  await refuse([{ id: "far", tokens: [17] }], 'below 17, the policy\'s vocabulary, but found 17 in prompt "far"');
});

Deno.test("ppo() encodes prompts with the tokenizer", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const tokenizer = {
    ...{
      encode: (text: string) => [...text].map(Number),
      decode: (ids: ArrayLike<number>) => Array.from(ids).join(" "),
    },
    ends: [0],
  } as unknown as Tokenizer;
  const prompts = [{ id: "a", text: "123" }];
  const { value } = await ppo({ ...fullOptions(device, { iterations: 1 }), prompts, tokenizer }).next();
  for (const { promptTokens, prompt, tokens, response, finish } of value!.episodes) {
    assert(promptTokens.join() === "1,2,3" && prompt === "123");
    assert(response === tokens.subarray(0, tokens.length - (finish === "eos" ? 1 : 0)).join(" "), response);
  }
});

Deno.test("ppo() refuses rewards that are no number, or not one for each episode, naming the prompt", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const refuse = (score: (episodes: readonly Episode[]) => number[], message: string) => {
    const reward = Object.assign(
      (episodes: readonly Episode[]) => Promise.resolve(Float32Array.from(score(episodes))),
      { id: "odd" },
    );
    return assertRejects(() => ppo({ ...fullOptions(device), reward }).next(), RangeError, message);
  };
  const odd = (value: number) => (episodes: readonly Episode[]) =>
    episodes.map(({ promptId }) => promptId === "p4" ? value : 1);
  await refuse(odd(NaN), 'a finite reward of a response to prompt "p4" from the reward function "odd" but found NaN');
  await refuse(odd(-Infinity), "found -Infinity");
  await refuse((episodes) => episodes.slice(1).map(() => 1), "one number for each of 8 episodes but found 7");
});

Deno.test("ppo() refuses models that do not go together, and settings out of range", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const options = fullOptions(device);
  const refuse = (more: Partial<PpoOptions>, message: string, kind: new () => Error = TypeError) =>
    assertRejects(() => ppo({ ...options, ...more }).next(), kind, message);
  const { policy, reference } = options;
  await refuse({ critic: undefined }, "a critic with a scalar head for the advantages gae but found none");
  await refuse({ critic: { device, model: reference.model } }, "found one without");
  await refuse({ reference: policy }, "Expected the reference to share no tensor with what is trained of the policy");
  const critic = { device, model: { ...policy.model, score: options.critic.model.score! } };
  await refuse({ critic }, "Expected the critic to share no tensor with what is trained of the policy");
  const shared = { device, model: { ...reference.model, score: options.critic.model.score! } };
  await refuse({ critic: shared }, "Expected the reference to share no tensor with what is trained of the critic");
  const params = { ...copyTree(policy.model.params), embedding: device.zeros([18, 8]) };
  const wide = { device, model: { config: { ...tinyConfig, vocabulary: 18 }, params } };
  await refuse(
    { reference: wide },
    "Expected the reference to have the policy's vocabulary of 17 but found 18",
    RangeError,
  );
  await refuse({ config: { ...settings, clip: 0 } }, "clip of PPO", RangeError);
});
