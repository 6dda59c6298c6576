/** The table as a terminal shows it. */
import type { Spent, VerdictRow } from "@tare/eval";
import { table } from "../table.ts";
import { percent, within } from "./format.ts";
import { type ComparedPair, type ComparedPolicy, type ComparisonTable, type Scorer, scorers } from "./table.ts";

/** What is known of a policy, by the head of its column. */
const columns: Readonly<Record<string, (policy: ComparedPolicy) => string>> = {
  ...Object.fromEntries((Object.keys(scorers) as Scorer[]).map((scorer) => [
    scorer,
    (policy: ComparedPolicy) => shown(policy[scorer], (score) => within(score, (x) => x.toFixed(3))),
  ])),
  KL: ({ kl }) => shown(kl, (x) => x.toFixed(2)),
  tokens: ({ length }) => shown(length, (x) => x.toFixed(1)),
  ended: ({ eosRate }) => shown(eosRate, percent),
};

/** Policies with what is known of them, then every two of them with wins, ties and losses. */
export function showComparison({ policies, pairs, note }: ComparisonTable): string {
  const known = Object.entries(columns).filter(([, of]) => policies.some((policy) => of(policy) !== ""));
  const names = [...new Set(pairs.map(nameOf))];
  const judges = [...new Set(pairs.map(({ by }) => by))];
  const cellOf = (name: string, by: string) => cell(pairs.find((pair) => nameOf(pair) === name && pair.by === by));
  const tables = [
    known.length > 0 && table(
      ["policy", ...known.map(([name]) => name)],
      policies.map((policy) => [policy.name, ...known.map(([, of]) => of(policy))]),
    ),
    names.length > 0 && table(
      ["win/tie/lose, rate", ...judges.map((by) => `by ${by}`)],
      names.map((name) => [name, ...judges.map((by) => cellOf(name, by))]),
    ),
  ];
  return [...tables.filter((text) => text !== false), `${note}\n`].join("\n");
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

/**
 * Who could not decide how often, and the most frequent reason: a line for each judge, none where all is decided. A panel has
 * none: its members have theirs.
 */
export function showInvalid(verdicts: readonly VerdictRow[]): string[] {
  const invalid = verdicts.filter((row) => !row.members).filter((row) => row.winner === "invalid");
  return [...Map.groupBy(invalid, ({ judge }) => judge)].map(([judge, rows]) => {
    const reasons = rows.flatMap(({ games, reason }) => games?.flatMap(({ reason }) => reason ?? []) ?? [reason]);
    const [most] = [...Map.groupBy(reasons, (reason) => reason).values()].sort((x, y) => y.length - x.length);
    const reason = most![0]!;
    const all = verdicts.filter((row) => row.judge === judge).length;
    const short = reason.length > longest ? `${reason.slice(0, longest)}…` : reason;
    return `${judge}: ${rows.length} of ${all} verdicts are invalid, above all because: ${short}; --resume asks for them again`;
  });
}

/** Most characters of a reason; all of it is in `verdicts.jsonl`. */
const longest = 240;

/** Something in words, nothing where it is not known. */
function shown<T>(value: T | undefined, words: (value: T) => string): string {
  return value === undefined ? "" : words(value);
}
