import { adamw, type Device, leaves, openDevice } from "@tare/core";
import { assertClose, eachDevice } from "@tare/core/testing";
import { assert, assertEquals } from "@std/assert";
import { fillPpoConfig } from "./config.ts";
import { criticOf } from "./critic.ts";
import { fullOptions, outcomeOf, prompts, tinyModel } from "./fakes.ts";
import { rollouts } from "./rollout.ts";
import { begin, type Beginning } from "./state.ts";
import { ppo } from "./trainer.ts";
import { type Experience, update } from "./update.ts";

const optimizer = adamw();

/** Students and what they are to learn from: advantages and returns of one sign, so that no sum is near zero. */
async function lesson(device: Device): Promise<{ run: Beginning; experiences: Experience[] }> {
  const config = fillPpoConfig({ episodes: 8, maxTokens: 6, temperature: 0.8 });
  const model = tinyModel(device);
  const run = begin({ policy: { device, model }, critic: criticOf({ device, model }) }, config);
  const episodes = await rollouts(run.policy, prompts, { config })(0);
  const experiences = episodes.map((episode, i) => ({
    ...episode,
    advantages: Float32Array.from(episode.tokens, (_, t) => 1 + 0.1 * i + 0.3 * t),
    values: new Float32Array(episode.tokens.length),
    returns: Float32Array.from(episode.tokens, (_, t) => 2 - 0.1 * i + 0.2 * t),
  }));
  return { run, experiences };
}

const optionsOf = (microTokens: number) => ({
  config: fillPpoConfig({ microTokens, temperature: 0.8, entropyCoefficient: 0.1, maxNorm: Infinity, valueClip: 9 }),
  ...{ optimizer, learningRate: 1e-3, criticLearningRate: 1e-3 },
});

await eachDevice(
  Deno.test,
  "update() has the losses and the gradient of the whole minibatch, however it is cut",
  async (device) => {
    const outcomes = [];
    for (const microTokens of [1000, 1, 17]) {
      using _scope = device.scope();
      const { run, experiences } = await lesson(device);
      using _run = run;
      const students = { policy: run.policy, critic: run.critic! };
      const numbers = await update(students, experiences, optionsOf(microTokens));
      const { policy, critic } = students;
      const means = await device.read(leaves([policy.learner.optimizer.m, critic.learner.optimizer.m]));
      outcomes.push({ numbers, means: means as Float32Array[], experiences });
    }
    const [whole, ...cut] = outcomes;
    const all = (name: "advantages" | "returns") => whole!.experiences.flatMap((each) => [...each[name]!]);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const { numbers } = whole!;
    assertClose([numbers["loss/policy"]!], [-mean(all("advantages"))], { rtol: 1e-4 }); // every ratio is 1
    assertClose([numbers["loss/value"]!], [mean(all("returns").map((x) => x * x / 2))], { rtol: 1e-5 });
    const largest = Math.max(...whole!.means.flatMap((mean) => [...mean.map(Math.abs)]));
    for (const { numbers, means } of cut) {
      assertClose(Object.values(numbers), Object.values(whole!.numbers), { rtol: 1e-4, atol: 2e-5 });
      means.forEach((mean, i) => assertClose(mean, whole!.means[i]!, { atol: 1e-5 * largest }));
    }
  },
);

Deno.test("update() leaves alone who is not asked to learn", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const { run, experiences } = await lesson(device);
  using _run = run;
  const numbers = ({ policy }: Beginning) => device.read(leaves(policy.learner.params));
  const before = await numbers(run);
  const shown = await update({ critic: run.critic! }, experiences, optionsOf(1000));
  assertEquals(await numbers(run), before);
  assertEquals(Object.keys(shown).toSorted(), ["critic/grad_norm", "loss/value", "val/clipfrac"]);
  await update({ policy: run.policy }, experiences, optionsOf(1000));
  assert((await numbers(run)).some((part, i) => part.some((x, j) => x !== before[i]![j])));
});

Deno.test("policy, critic and reference may sit on devices of their own, and give the same bits there", async () => {
  using home = await openDevice({ device: "cpu", threads: 1 });
  using away = await openDevice({ device: "cpu", threads: 1 });
  const outcomes = [];
  for (const device of [home, away]) {
    using _home = home.scope();
    using _away = away.scope();
    const { critic, reference } = fullOptions(device);
    const { steps } = await outcomeOf(
      home,
      (async function* () {
        for await (const step of ppo({ ...fullOptions(home), critic, reference })) {
          yield { ...step, state: { ...step.state, critic: null } };
        }
      })(),
    );
    outcomes.push(steps);
  }
  assertEquals(outcomes[0], outcomes[1]);
});
