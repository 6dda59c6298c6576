/** What was found in PPO runs themselves, in sentences. */
import { type AlarmMemory, watch } from "@tare/ppo";
import { atEqualKl } from "./equal_kl.ts";
import { count, figure } from "./format.ts";
import { chanceBetween } from "./pairs.ts";
import type { Metrics, PpoRun } from "./sources/ppo_run.ts";
import type { View } from "./view.ts";

/** Equal steps are not equal distances. */
export function distance(a: PpoRun, b: PpoRun, { comparison }: View): string[] {
  const kl = ({ metrics }: PpoRun) =>
    ["eval/kl", "objective/kl"].map((name) => metrics.findLast((line) => Number.isFinite(line[name] ?? NaN))?.[name])
      .find((found) => found !== undefined) ?? NaN;
  if (!Number.isFinite(kl(a)) || !Number.isFinite(kl(b))) return [];
  const spent =
    `At the end ${a.name} is ${figure(kl(a))} nats a response from the reference and ${b.name} ${figure(kl(b))}; ` +
    "a larger step would have bought distance too, so equal KL is the fair comparison";
  const equal = atEqualKl(a, b);
  if (!equal) return [`${spent}. These runs lack the evaluations for it.`];
  const [gap, least] = [equal.a - equal.b, chanceBetween(comparison, a.name, b.name)];
  const verdict = least === undefined
    ? "without an interval, that is a hint"
    : Math.abs(gap) < least
    ? "the gap is no larger than the choice of prompts can make it"
    : `${gap > 0 ? a.name : b.name} is ahead there`;
  return [
    `${spent}. At ${figure(equal.kl)} nats, the most that both reached, held-out gold is ${
      figure(equal.a)
    } for ${a.name} and ` +
    `${figure(equal.b)} for ${b.name} (on lines between ${count(equal.points, "evaluation")}): ${verdict}.`,
  ];
}

/** The reward model’s score rose on while gold fell, further than by chance. */
export function overOptimised({ name, metrics }: PpoRun, { comparison }: View): string[] {
  const known = metrics.filter((line) => ["eval/gold", "eval/score"].every((key) => Number.isFinite(line[key] ?? NaN)));
  const of = (key: string) => (line: Metrics) => line[key]!;
  const [gold, score] = [of("eval/gold"), of("eval/score")];
  const [last, peak] = [known.at(-1), known.toSorted((a, b) => gold(b) - gold(a))[0]];
  if (!last || !peak || known.length < 4) return [];
  const least = chanceBetween(comparison, name, comparison?.reference ?? "") ??
    0.2 * (gold(peak) - Math.min(...known.map(gold)));
  if (gold(peak) - gold(last) <= least || score(last) <= score(peak)) return [];
  return [
    `In ${name} held-out gold was highest at iteration ${peak.step} (${figure(gold(peak))}) and ended at ` +
    `${figure(gold(last))}, while the reward model’s score rose on: so it looks where its errors are learned.`,
  ];
}

/** What PPO's own alarms say of the numbers that were logged: the last of each kind. */
export function alarming({ name, metrics }: PpoRun): string[] {
  const kinds = new Map<string, string>();
  let memory: AlarmMemory | null = null;
  for (const line of metrics) {
    const seen = watch({ metrics: line, episodes: [] }, memory);
    memory = seen.memory;
    for (const words of seen.alarms) {
      kinds.set(words.replace(/[\d.]+/g, ""), `In ${name}, iteration ${line.step}: ${words}.`);
    }
  }
  return [...kinds.values()];
}

/** How far a run has come that is not at its end. */
export function unfinished({ name, metrics, record }: PpoRun): string[] {
  const [done, all] = [metrics.at(-1)?.step ?? 0, record?.settings.iterations];
  return typeof all === "number" && done < all
    ? [`${name} is not finished: ${done} of ${all} iterations are done.`]
    : [];
}
