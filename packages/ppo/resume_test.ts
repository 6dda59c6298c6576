import { type Device, initAdapter, loadState, openDevice } from "@tare/core";
import { assertEquals, assertRejects } from "@std/assert";
import { criticOf } from "./critic.ts";
import { fullOptions, outcomeOf, settings, tinyConfig, tinyModel } from "./fakes.ts";
import type { PpoState } from "./step.ts";
import type { PpoOptions } from "./options.ts";
import { ppo } from "./trainer.ts";

const cpu = () => openDevice({ device: "cpu", threads: 1 });

/** Checks that a run from the bytes of each state of another has the steps that were left, and the same numbers. */
async function assertResumes(
  device: Device,
  begin: () => PpoOptions,
  resume: (options: PpoOptions, state: PpoState) => PpoOptions,
): Promise<void> {
  const whole = await outcomeOf(device, ppo(begin()), true);
  assertEquals(whole.saved.length, settings.iterations);
  for (const [i, saved] of whole.saved.entries()) {
    using _scope = device.scope();
    const state = await loadState<PpoState>(device, saved);
    const { steps, numbers } = await outcomeOf(device, ppo(resume(begin(), state)));
    assertEquals(steps, whole.steps.slice(i + 1));
    if (steps.length > 0) assertEquals(numbers, whole.numbers);
  }
}

Deno.test("ppo() goes on from the bytes of any state with the same bits", async () => {
  using device = await cpu();
  using _scope = device.scope();
  await assertResumes(
    device,
    () => fullOptions(device, { rewardScale: "running", klTarget: 1, klHorizon: 100, warmup: 0.5, criticWarmup: 1 }),
    (options, state) => ({
      ...{ ...options, state },
      policy: { device, model: { config: tinyConfig, params: state.policy.params.params! } },
      critic: {
        device,
        model: { config: tinyConfig, params: state.critic!.params.params!, score: state.critic!.params.score! },
      },
    }),
  );
});

Deno.test("ppo() goes on from any state of adapters, and of RLOO, with the same bits", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const model = tinyModel(device);
  const begin = (config: PpoOptions["config"]) => (): PpoOptions => ({
    ...fullOptions(device, { samplesPerPrompt: 2, ...config }),
    policy: { device, model, adapter: initAdapter(device, tinyConfig, { rank: 2, alpha: 4 }, 1) },
    critic: criticOf({ device, model }, { adapter: { rank: 2, alpha: 4 }, seed: 2 }),
    reference: { device, model },
  });
  const resume = (options: PpoOptions, state: PpoState): PpoOptions => ({ ...options, state });
  await assertResumes(device, begin({}), resume);
  await assertResumes(device, begin({ advantages: "rloo" }), resume);
});

Deno.test("ppo() refuses a state of a run that trained other parts", async () => {
  using device = await cpu();
  using _scope = device.scope();
  const options = fullOptions(device, { iterations: 1 });
  const { state } = (await ppo(options).next()).value!;
  const policy = { ...options.policy, adapter: initAdapter(device, tinyConfig, { rank: 2, alpha: 4 }, 1) };
  const message = "Expected a state of a run that trained adapter but found one that trained params";
  await assertRejects(() => ppo({ ...options, policy, state }).next(), TypeError, message);
  const withoutCritic = ppo({ ...options, state: { ...state, critic: null } });
  await assertRejects(() => withoutCritic.next(), TypeError, "found one without a critic");
});
