import { mapTree, openDevice, trainableOf } from "@tare/core";
import { localSampler } from "@tare/sampler";
import { assertEquals } from "@std/assert";
import { fillPpoConfig } from "./config.ts";
import { prompts, tinyConfig, tinyModel } from "./fakes.ts";
import { rollouts } from "./rollout.ts";
import { begin } from "./state.ts";

Deno.test("no two responses of a run share random numbers, nor one with an offline baseline", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  // Every token as likely as any other: a response of 12 tokens is what its random numbers are.
  const model = { ...tinyModel(device), config: { ...tinyConfig, tokens: { eos: [] } } };
  const flat = { ...model, params: mapTree(model.params, ({ shape }) => device.zeros(shape)) };
  const config = fillPpoConfig({ episodes: 16, samplesPerPrompt: 2, maxTokens: 12, advantages: "rloo", seed: 5 });
  using run = begin({ policy: { device, model: flat } }, config);
  assertEquals(run.policy.learner.params, trainableOf({ device, model: flat }));
  const rollout = rollouts(run.policy, prompts, { config });
  const responses: string[] = [];
  for (let iteration = 0; iteration < 5; iteration++) { // four passes over the prompts
    for (const { promptId, tokens } of await rollout(iteration)) responses.push(`${promptId}: ${tokens}`);
  }
  const sampler = localSampler({ device, config: flat.config, params: flat.params });
  for await (const { promptId, tokens } of sampler.sample(prompts, { n: 5, maxTokens: 12, seed: 5, stage: 1 })) {
    responses.push(`${promptId}: ${tokens}`);
  }
  assertEquals(new Set(responses).size, 5 * 16 + 50);
});

Deno.test("an iteration's rollouts depend on its number alone", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const config = fillPpoConfig({ episodes: 8, maxTokens: 4, advantages: "gae" });
  const policy = { placed: { device, model: tinyModel(device) }, learner: undefined! };
  const student = { ...policy, learner: { params: trainableOf(policy.placed), optimizer: undefined! } };
  const forth = rollouts(student, prompts, { config });
  const [first, second] = [await forth(0), await forth(1)];
  const back = rollouts(student, prompts, { config });
  assertEquals([await back(1), await back(0)], [second, first]);
});
