/** The table as a terminal shows it. */
import type { Interval, Spent } from "@tare/eval";
import { table } from "../table.ts";
import { type ComparedPair, type ComparisonTable, type Scorer, scorers } from "./table.ts";

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

/** What judges and policies behind servers have cost, a line for each; nothing where none was asked. */
export function showSpent(spent: Readonly<Record<string, Spent>>): string {
  return Object.entries(spent).map(([id, { tries, failures, input, output, unknown, remembered }]) => {
    const count = (n: number) => n.toLocaleString("en");
    const odd = [failures > 0 && `${count(failures)} failed`, unknown > 0 && `${count(unknown)} of unknown cost`];
    return `${id}: ${count(tries)} requests${odd.filter(Boolean).map((words) => `, ${words}`).join("")}, ` +
      `${count(input)} tokens in, ${count(output)} out; ${count(remembered)} answers were known\n`;
  }).join("");
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
