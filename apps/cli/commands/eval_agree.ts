/** `tare eval agree`: how far a judge agrees with people, and how far apart their win rates are. */
import { agreement, type Coefficient, type Interval, type JudgeAgreement, type Same } from "@tare/eval";
import { type Command, defineCommand } from "../command.ts";
import { percent, within } from "../compare/format.ts";
import { judgeOf, readVerdictsOf } from "../compare/evaluation.ts";
import { table } from "../table.ts";

export const evalAgree: Command = defineCommand({
  summary: "compare a judge with people: agreement, kappa, alpha, and the gap between their win rates",
  flags: {
    judged: {
      type: "text",
      positional: true,
      value: "DIR",
      help: "what tare eval compare wrote, or a file of verdicts",
    },
    votes: {
      type: "texts",
      positional: true,
      value: "VOTES …",
      help: "files of verdicts by people; judge names the person",
    },
    judge: { type: "text", value: "NAME", help: "which judge, where several judged" },
    "least-prompts": { type: "integer", min: 1, default: 30, help: "fewer prompts than these are refused" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 1, default: 0, help: "of the intervals" },
  },
  async run({ judged, votes, judge: name, "least-prompts": leastPrompts, seed }, { print }) {
    const verdicts = await readVerdictsOf(judged);
    const judge = judgeOf(verdicts, name, judged);
    const people = (await Promise.all(votes.map(readVerdictsOf))).flat();
    const found = agreement(verdicts.filter((row) => row.judge === judge), people, { leastPrompts, seed });
    if ("refused" in found) throw new RangeError(found.refused);
    print(showAgreement(judge, found));
    return { by: judge, ...found };
  },
});

function showAgreement(judge: string, found: JudgeAgreement): string {
  const { prompts, items, invalid, unmatched, kappa, nominal, ordinal, gaps, confusion } = found;
  const outcomes = ["a", "tie", "b"] as const;
  return [
    `${judge} and people decided ${items} pairs on ${prompts} prompts together; invalid: ${invalid.judge} verdicts and ` +
    `${invalid.people} votes; decided by one side alone: ${unmatched.judge} verdicts and ${unmatched.people} votes.\n`,
    table(["agreement", "with ties", "without ties"], [
      ["judge and person", ...sharesOf(found.judge)],
      ["person and person", ...sharesOf(found.people)],
    ]),
    table(["coefficient", "value"], [
      ["Cohen's kappa, judge and person", numberOf(kappa)],
      ["Krippendorff's alpha, nominal", numberOf(nominal)],
      ["Krippendorff's alpha, ordinal", numberOf(ordinal)],
    ]),
    table(
      ["win rate", "judge", "people", "judge less people"],
      gaps.map(({ a, b, judge, people, gap }) => [
        ...[`${a} against ${b}`, percent(judge), percent(people), within(gap, points)],
      ]),
    ),
    table(
      ["judge says", ...outcomes.map((outcome) => `person says ${outcome}`)],
      outcomes.map((outcome) => [
        ...[outcome, ...outcomes.map((other) => `${confusion[outcome][other]}`)],
      ]),
    ),
    "Of two policies, a is the one whose name comes first. Intervals are 95 %, clustered by prompt. High agreement and equal " +
    "win rates are two things: a judge may have the one without the other.\n",
  ].join("\n");
}

function sharesOf({ compared, withTies, decided, withoutTies }: Same): [string, string] {
  const share = (interval: Interval | undefined, n: number) => interval ? `${within(interval, percent)}, n = ${n}` : "";
  return [share(withTies, compared), share(withoutTies, decided)];
}

function numberOf(coefficient: Coefficient): string {
  return coefficient.value === null ? `none: ${coefficient.reason}` : coefficient.value.toFixed(3);
}

function points(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}
