/** The table as a terminal shows it. */
import type { Interval } from "@tare/eval";
import { table } from "../table.ts";
import { type ComparedPolicy, type ComparisonTable, type Scorer, scorers } from "./table.ts";

/** Policies with their scores, then every two of them with wins, ties and losses. */
export function showComparison({ policies, pairs, note }: ComparisonTable): string {
  const present = (Object.keys(scorers) as Scorer[]).filter((scorer) => policies[0]![scorer]);
  const first = table(
    ["policy", ...present, "KL", "tokens", "ended"],
    policies.map((policy) => [
      ...[policy.name, ...present.map((scorer) => within(policy[scorer]!, (x) => x.toFixed(3)))],
      ...[klOf(policy), policy.length.toFixed(1), percent(policy.eosRate)],
    ]),
  );
  const names = [...new Set(pairs.map(({ a, b }) => `${a} against ${b}`))];
  const cell = (name: string, scorer: Scorer) => {
    const { win, tie, lose, rate } = pairs.find(({ a, b, by }) => `${a} against ${b}` === name && by === scorer)!;
    return `${win}/${tie}/${lose}, ${within(rate, percent)}`;
  };
  const second = table(
    ["win/tie/lose, rate", ...present.map((scorer) => `by ${scorer}`)],
    names.map((name) => [name, ...present.map((scorer) => cell(name, scorer))]),
  );
  return `${first}\n${names.length > 0 ? `${second}\n` : ""}${note}\n`;
}

function klOf({ kl }: ComparedPolicy): string {
  return kl === undefined ? "" : kl.toFixed(2);
}

function within({ mean, low, high }: Interval, text: (x: number) => string): string {
  return `${text(mean)} (${text(low)} to ${text(high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
