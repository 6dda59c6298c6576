/** From what policies said to what people compare. */
import { groupBy } from "../group_by.ts";
import type { ResponseRow } from "../rows.ts";
import { randomIntegers } from "../stats/random.ts";
import type { StudyTask } from "./study.ts";

/** What to compare, and how much of it. */
export interface StudyTasksOptions {
  /** Pairs of policies. @default {every pair} */
  readonly pairs?: readonly (readonly [string, string])[];
  /** How many prompts each pair is compared on, the same for all. @default {all that are no gold checks} */
  readonly prompts?: number;
  /** How many gold checks there are for each pair: a response to the prompt against one to another prompt. @default {0} */
  readonly gold?: number;
  /** Draws prompts, and which policy is right in a gold check: an integer of 0 or more. @default {0} */
  readonly seed?: number;
}

/**
 * Makes the tasks of a study from responses. Prompts are drawn from those that every policy of a pair answered; the order of
 * the rows does not matter. A gold check has a prompt of its own, one that is compared nowhere else. Read the checks before
 * people do: a response to another prompt may by chance be as good.
 *
 * @param responses Lines of `responses.jsonl`.
 * @param options Pairs, how many prompts and gold checks, and the seed.
 * @returns The tasks: those to compare, by prompt and then by pair, and then gold checks.
 * @throws {RangeError} If a policy said two things to a prompt, a prompt has two texts, a pair names a policy that said nothing,
 * there are fewer prompts than asked for, or no response is unlike the right one.
 *
 * @example Usage
 * ```ts
 * import { studyTasks } from "@tare/eval/human";
 * import { assertEquals } from "@std/assert";
 *
 * const responses = ["1", "2", "3", "4"].flatMap((promptId) =>
 *   ["ppo", "sft"].map((policy) => ({ policy, promptId, prompt: `${promptId}?`, response: `${policy} to ${promptId}` }))
 * );
 * const tasks = studyTasks(responses, { prompts: 2, gold: 1 });
 * assertEquals(tasks.map(({ gold }) => gold !== undefined), [false, false, true]);
 * assertEquals(new Set(tasks.map(({ promptId }) => promptId)).size, 3);
 * const { promptId, a, b } = tasks[0]!;
 * assertEquals([a.response, b.response], [`ppo to ${promptId}`, `sft to ${promptId}`]);
 * ```
 */
export function studyTasks(responses: Iterable<ResponseRow>, options: StudyTasksOptions = {}): StudyTask[] {
  const { gold = 0, seed = 0 } = options;
  const policies = new Map(
    [...groupBy(responses, ({ policy }) => policy)].map(([name, rows]) => [name, byPrompt(rows)]),
  );
  const pairs = options.pairs ?? everyPair([...policies.keys()].sort());
  const of = (policy: string) => policies.get(policy) ?? missing(policy, [...policies.keys()]);
  const said = [...new Set(pairs.flat())].map(of);
  if (said.length === 0) throw new RangeError("Expected a pair of policies to compare but found none");
  const common = [...said[0]!.keys()].filter((promptId) => said.every((rows) => rows.has(promptId))).sort();

  const draw = randomIntegers(seed);
  const order = shuffled(common, draw);
  const checks = gold * pairs.length;
  const prompts = options.prompts ?? order.length - checks;
  for (const [what, count, least] of [["prompts", prompts, 1], ["gold checks", gold, 0]] as const) {
    if (Number.isSafeInteger(count) && count >= least) continue;
    throw new RangeError(`Expected ${least} or more ${what} but found ${count}: answer more prompts, or check fewer`);
  }
  if (prompts + checks > order.length) {
    throw new RangeError(
      `Expected ${prompts} prompts and ${checks} more for gold checks but found ${order.length} that all policies answered`,
    );
  }

  const compared = order.slice(0, prompts).flatMap((promptId) =>
    pairs.map(([a, b]): StudyTask => taskOf(of(a).get(promptId)!, of(b).get(promptId)!))
  );
  const spare = order.slice(prompts); // a prompt for each check, and what is beside its point
  const checking = Array.from({ length: checks }, (_, i): StudyTask => {
    const [a, b] = pairs[i % pairs.length]!;
    const right = draw(2) === 0 ? "a" : "b";
    const [good, bad] = right === "a" ? [a, b] : [b, a];
    const row = of(good).get(spare[i]!)!;
    const others = [...spare.slice(i + 1), ...spare.slice(0, i), ...order.slice(0, prompts)];
    const strange = others.map((id) => of(bad).get(id)!).find(({ response }) => response !== row.response);
    if (!strange) throw new RangeError(`Expected a response unlike that to ${row.promptId} but found all alike`);
    const beside = { ...row, policy: bad, response: strange.response };
    return { ...right === "a" ? taskOf(row, beside) : taskOf(beside, row), gold: right };
  });
  return [...compared, ...checking];
}

function taskOf(a: ResponseRow, b: ResponseRow): StudyTask {
  const { promptId, prompt } = a;
  if (b.prompt !== prompt) {
    throw new RangeError(`Expected one prompt for ${promptId} but found another of ${a.policy} than of ${b.policy}`);
  }
  return {
    ...{ promptId, prompt, a: { policy: a.policy, response: a.response } },
    b: { policy: b.policy, response: b.response },
  };
}

function byPrompt(rows: readonly ResponseRow[]): ReadonlyMap<string, ResponseRow> {
  const of = new Map<string, ResponseRow>();
  for (const row of rows) {
    if (of.has(row.promptId)) {
      throw new RangeError(`Expected one response of ${row.policy} to ${row.promptId} but found another`);
    }
    of.set(row.promptId, row);
  }
  return of;
}

function everyPair(names: readonly string[]): (readonly [string, string])[] {
  return names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
}

/** In a random order (Fisher and Yates). */
function shuffled<T>(list: readonly T[], draw: (below: number) => number): T[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function missing(policy: string, found: readonly string[]): never {
  throw new RangeError(`Expected responses of ${policy} but found those of ${found.join(", ") || "nobody"}`);
}
