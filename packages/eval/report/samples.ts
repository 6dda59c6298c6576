/** Which responses a report shows: chosen by a rule, not by hand. */
import { groupBy } from "../group_by.ts";
import type { ResponseRow, VerdictRow } from "../rows.ts";
import { byCode } from "./evaluation.ts";
import type { Ordered } from "./judged_pairs.ts";

/** Two responses to a prompt, and what every judge decided. */
export interface Sample {
  /** Why it is shown. */
  readonly kind: Kind;
  /** One response. */
  readonly a: ResponseRow;
  /** The other. */
  readonly b: ResponseRow;
  /** All verdicts, by the ids of judges. */
  readonly verdicts: readonly VerdictRow[];
}

/** What judges make of two responses: contrary decisions, one of a and another of a tie, all the same, none at all. */
export type Kind = "contrary" | "apart" | "a" | "b" | "tie" | "invalid";

/**
 * Chooses samples: at most half of them are those that judges disagree about, contrary decisions first; then wins and losses
 * by turns; then whatever is left. Pairs of policies take turns, and within a pair prompts come by their ids.
 */
export function samplesOf({ pairs }: Ordered, count: number): Sample[] {
  const all = everySample(pairs);
  const of = (...kinds: readonly Kind[]) => kinds.flatMap((kind) => all.filter((sample) => sample.kind === kind));
  const disagreements = of("contrary", "apart");
  const first = disagreements.slice(0, Math.ceil(count / 2));
  const decided = inTurns([of("a"), of("b")]);
  return [...first, ...decided, ...disagreements.slice(first.length), ...of("tie", "invalid")].slice(0, count);
}

function everySample(pairs: Ordered["pairs"]): Sample[] {
  const byPair = groupBy(pairs, ({ a, b }) => JSON.stringify([a, b]));
  return inTurns([...byPair.values()].map((judges) => {
    const byPrompt = groupBy(judges.flatMap(({ judged }) => judged), ({ verdict }) => verdict.promptId);
    return [...byPrompt].sort(([one], [two]) => byCode(one, two)).map(([, judged]) => {
      const verdicts = judged.map(({ verdict }) => verdict);
      return { kind: kindOf(verdicts), a: judged[0]!.a, b: judged[0]!.b, verdicts };
    });
  }));
}

function kindOf(verdicts: readonly VerdictRow[]): Kind {
  const winners = new Set(verdicts.map(({ winner }) => winner).filter((winner) => winner !== "invalid"));
  if (winners.has("a") && winners.has("b")) return "contrary";
  const [only = "invalid"] = winners;
  return winners.size > 1 ? "apart" : only;
}

/** The first of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
