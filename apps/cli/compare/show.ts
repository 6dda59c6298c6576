/** The table as a terminal shows it. */
import type { Interval } from "@tare/eval";
import { table } from "../table.ts";
import type { ComparedPair, ComparedPolicy, ComparisonTable, Scorer } from "./table.ts";
import { scorers } from "./table.ts";

/** Policies with their scores, then every two of them with wins, ties and losses. */
export function showComparison({ policies, pairs, note }: ComparisonTable): string {
  const present = (Object.keys(scorers) as Scorer[]).filter((scorer) => policies[0]![scorer]);
  const first = table(
    ["policy", ...present, "KL", "tokens", "ended"],
    policies.map((policy) => [
      ...[policy.name, ...present.map((scorer) => within(policy[scorer]!, (x) => x.toFixed(3)))],
      ...[
        shown(policy.kl, (kl) => kl.toFixed(2)),
        shown(policy.length, (x) => x.toFixed(1)),
        shown(policy.eosRate, percent),
      ],
    ]),
  );
  const names = [...new Set(pairs.map(nameOf))];
  const judges = [...new Set(pairs.map(({ by }) => by))];
  const second = table(
    ["win/tie/lose, rate", ...judges.map((by) => `by ${by}`)],
    names.map((
      name,
    ) => [name, ...judges.map((by) => cell(pairs.find((pair) => nameOf(pair) === name && pair.by === by)))]),
  );
  return `${first}\n${names.length > 0 ? `${second}\n` : ""}${note}\n`;
}

function nameOf({ a, b }: ComparedPair): string {
  return `${a} against ${b}`;
}

function cell(pair: ComparedPair | undefined): string {
  if (!pair) return "";
  const { win, tie, lose, invalid, rate } = pair;
  const counts = `${win}/${tie}/${lose}${invalid > 0 ? `, ${invalid} invalid` : ""}`;
  return win + tie + lose === 0 ? counts : `${counts}, ${within(rate, percent)}`;
}

/** A number in words, nothing where it is not known. */
function shown(value: number | undefined, words: (value: number) => string): string {
  return value === undefined ? "" : words(value);
}

function within({ mean, low, high }: Interval, text: (x: number) => string): string {
  return `${text(mean)} (${text(low)} to ${text(high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
