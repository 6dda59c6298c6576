import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findings } from "./findings.ts";
import type { Comparison } from "./sources/comparison.ts";
import type { PpoRun } from "./sources/ppo_run.ts";
import { viewOf } from "./view.ts";

const rate = (value: number, half = 0.05) => ({ value, low: value - half, high: value + half });
const policy = (name: string) => ({ name, length: 10, eosRate: 1 });
const none = { runs: [], comparisons: [], baselines: [], stages: [] };

/** Plain PPO against contrastive rewards, told from the side of the plain one. */
function comparison(plainRate: number): Comparison {
  return {
    ...{ name: "eval", reference: "sft", prompts: 100, seed: 7, note: "One run of each.", responses: [] },
    policies: ["sft", "ppo", "cr"].map(policy),
    pairs: [{
      ...{ a: "ppo", b: "cr", by: "gold", win: 20, tie: 30, lose: 50 },
      ...{ rate: rate(plainRate), difference: rate(-0.2, 0.1) },
    }],
  };
}

function run(name: string, contrastive: boolean, ...evaluations: readonly (readonly number[])[]): PpoRun {
  const metrics = evaluations.map(([gold, score], i) => ({
    ...{ step: i + 1, "eval/gold": gold!, "eval/score": score!, "objective/kl": i },
  }));
  return { name, contrastive, metrics, episodes: [] };
}

const arms = [run("cr", true), run("ppo", false)];

Deno.test("findings() says who is ahead, who is not, and when that cannot be told", () => {
  const first = (plainRate: number) =>
    findings(viewOf({ ...none, runs: arms, comparisons: [comparison(plainRate)] }))[0]!;
  assertStringIncludes(first(0.3), "By the gold score, cr is ahead of ppo in this run.");
  assertStringIncludes(first(0.7), "contrastive rewards did not win in this run: ppo is ahead of cr.");
  assertStringIncludes(first(0.52), "this run does not tell cr from ppo.");
  assertStringIncludes(
    first(0.3),
    "Of 100 held-out prompts cr wins 50\u202f%, ties 30\u202f% and loses 20\u202f%: a win rate of 70\u202f% " +
      "(65\u202f% to 75\u202f%), ties as halves. Its mean score is +0.200 (+0.100 to +0.300) beside ppo’s.",
  );
});

Deno.test("findings() hears judges that were asked before the reward model, and none that decided nothing", () => {
  const { pairs: [pair], ...rest } = comparison(0.3);
  const by = (by: string, change: object = {}) => ({ ...pair!, b: "sft", by, difference: undefined, ...change });
  const pairs = [by("reward"), by("mute", { win: 0, tie: 0, lose: 0, invalid: 100, rate: rate(NaN) }), by("gpt")];
  const [first] = findings(viewOf({ ...none, comparisons: [{ ...rest, pairs }] }));
  assertEquals(first, "Against sft, by the judge gpt, the rates are 30\u202f% for ppo (25\u202f% to 35\u202f%).");
});

Deno.test("findings() notices gold that falls while the reward model’s score rises, and nothing else", () => {
  const of = (...evaluations: readonly (readonly number[])[]) =>
    findings(viewOf({ ...none, runs: [run("ppo", false, ...evaluations)] })).filter((text) =>
      text.includes("was highest")
    );
  const [sentence] = of([0.4, 0], [0.7, 1], [0.6, 2], [0.5, 3]);
  assertStringIncludes(sentence!, "In ppo held-out gold was highest at iteration 2 (0.700) and ended at 0.500");
  assertEquals(of([0.4, 0], [0.7, 1], [0.6, 1.5], [0.5, 0.9]), [], "the score fell too");
  assertEquals(of([0.4, 0], [0.5, 1], [0.6, 2], [0.7, 3]), [], "gold rose");
  assertEquals(of([0.4, 0], [0.5, 1], [0.7, 2], [0.69, 3]), [], "it hardly fell");
  const compared = { ...none, runs: [run("ppo", false, [0.4, 0], [0.7, 1], [0.65, 2], [0.61, 3])] };
  const sentences = findings(viewOf({ ...compared, comparisons: [comparison(0.5)] }));
  assertEquals(sentences.filter((text) => text.includes("was highest")), [], "other prompts can make that, ± 0.1");
});

Deno.test("findings() compares at equal KL, and says when the gap is smaller than what prompts can make", () => {
  const at = (name: string, contrastive: boolean, ...golds: readonly number[]): PpoRun => ({
    ...{ name, contrastive, episodes: [] },
    metrics: golds.map((gold, i) => ({ step: i + 1, "eval/gold": gold, "eval/kl": 4 * i })),
  });
  const sentence = (gold: number, comparisons: Comparison[]) =>
    findings(viewOf({ ...none, runs: [at("cr", true, 0.4, 0.5), at("ppo", false, 0.4, gold, 0.9)], comparisons }))
      .find((text) => text.includes("nats"))!;
  assertStringIncludes(
    sentence(0.55, [comparison(0.5)]),
    "At the end cr is 4.00 nats a response from the reference and ppo 8.00",
  );
  assertStringIncludes(sentence(0.55, [comparison(0.5)]), "no larger than the choice of prompts can make it");
  assertStringIncludes(
    sentence(0.75, [comparison(0.5)]),
    "0.500 for cr and 0.750 for ppo (on lines between 2 evaluations): ppo is ahead",
  );
  assertStringIncludes(sentence(0.3, [comparison(0.5)]), "cr is ahead there.");
  assertStringIncludes(sentence(0.75, []), "that is a hint.");
});

Deno.test("findings() repeats the last of each alarm that PPO sounds over the logged numbers", () => {
  const rates = [0.9, 0.4, 0.8, 0.3];
  const metrics = rates.map((eos_rate, i) => ({ step: i + 1, eos_rate }));
  const sentences = findings(viewOf({ ...none, runs: [{ name: "ppo", contrastive: false, metrics, episodes: [] }] }));
  const alarms = sentences.filter((text) => text.includes("iteration"));
  assertEquals(alarms.length, 1);
  assertStringIncludes(
    alarms[0]!,
    "In ppo, iteration 4: Only 30 % of the responses end by themselves, 90 % did at first",
  );
});

Deno.test("findings() names a run that is not finished, and always says what one run cannot tell", () => {
  const record = { tare: "1", command: "ppo", device: "cpu", settings: { iterations: 9 }, inputs: {} };
  const sentences = findings(viewOf({ ...none, runs: [{ ...run("ppo", false, [0.4, 0]), record }] }));
  assert(sentences.includes("ppo is not finished: 1 of 9 iterations are done."));
  assertStringIncludes(sentences.at(-1)!, "spread between runs");
  assertStringIncludes(findings(viewOf({ ...none, comparisons: [comparison(0.5)] })).at(-1)!, "one run of each policy");
  assertEquals(findings(viewOf(none)), []);
});

Deno.test("findings() says so where neither PPO arm is the best", () => {
  const table = comparison(0.3);
  const pairs = [
    ...table.pairs,
    { a: "sft", b: "dpo", by: "gold", win: 1, tie: 0, lose: 9, rate: rate(0.1) } as const,
    { a: "cr", b: "sft", by: "gold", win: 6, tie: 0, lose: 4, rate: rate(0.6) } as const,
  ];
  const policies = [...table.policies, policy("dpo")];
  const text = findings(viewOf({ ...none, runs: arms, comparisons: [{ ...table, policies, pairs }] }))[1]!;
  assertStringIncludes(
    text,
    "Against sft, by the gold score, the rates are 90\u202f% for dpo (85\u202f% to 95\u202f%) and 60",
  );
  assertStringIncludes(text, "The best of them, dpo, is neither of the two PPO arms.");
});

Deno.test("findings() says of the reward model that both arms were trained on it", () => {
  const table = comparison(0.3);
  const pairs = [...table.pairs, { ...table.pairs[0]!, by: "reward" as const }];
  const sentences = findings(viewOf({ ...none, runs: arms, comparisons: [{ ...table, pairs }] }));
  assertStringIncludes(sentences[1]!, "By the reward model, which both were trained on, the rate is 70");
});
