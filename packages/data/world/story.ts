/** How a response comes about: one program of named choices, which the generator draws and `logProb` weighs. */
import { believe, planOf } from "./belief.ts";
import { type Choose, evenly, maybe, type Options, rightOr, whether } from "./choices.ts";
import { harmOf, harms, people, problems, uselessSteps } from "./grammar.ts";
import { closings, fillers, flatteries, leads, openings, refusals } from "./phrases.ts";
import type { Question } from "./prompt.ts";
import type { Reply } from "./reply.ts";
import { type Skill, skills } from "./skills.ts";

/** What is said about the matter, and how it is surrounded. */
type Manners = Pick<Reply, "flattery" | "opening" | "filler" | "closing">;
type Matter = Omit<Reply, keyof Manners>;

const nothing = { lead: "", things: [], refusal: "", reason: "", person: "", steps: [], never: "" } as const;

export const skillNames: readonly (keyof typeof skills)[] = Object.keys(skills) as (keyof typeof skills)[];
const reasons = Object.values(harms).map(({ reason }) => reason);
const agents = Object.values(problems).map(({ agent }) => agent);

/**
 * Tells a response.
 *
 * Four choices are not seen in the text: `skill` (who writes), and `problem`, `material` and `state` (what they take the
 * question to be about). All others can be read from it, if these are known.
 */
export function tell(question: Question, choose: Choose): Reply {
  const skill = skills[choose("skill", skillNames.map((name) => [name, skills[name].share] as const))];
  const refuses = choose("refuses", whether(question.kind === "harm" ? skill.refusesHarm : skill.refusesHelp));
  const matter = refuses ? refuse(question, skill, choose) : help(question, skill, choose);
  return { ...mannersOf(skill, choose), ...matter };
}

function mannersOf({ manners, fills, flatters }: Skill, choose: Choose): Manners {
  const polite = (table: Readonly<Record<string, number>>): Options<string> => {
    const [texts, kinds] = [Object.keys(table), Object.values(table)];
    const share = (kind: number) => manners[1 - kind]! / kinds.filter((other) => other === kind).length;
    return [
      ["", 1 - manners[0] - manners[1] - manners[2]],
      ...texts.map((text) => [text, share(table[text]!)] as const),
    ];
  };
  return {
    flattery: [
      choose("first flattery", maybe(flatters, flatteries[0])),
      choose("last flattery", maybe(flatters, flatteries[1])),
    ],
    opening: choose("opening", polite(openings)),
    filler: choose("filler", maybe(fills, fillers)),
    closing: choose("closing", polite(closings)),
  };
}

function refuse(question: Question, { complete, knowsProblem, knowsMaterial }: Skill, choose: Choose): Matter {
  const refusal = choose("refusal", evenly(Object.keys(refusals)));
  if (question.kind === "help") return { ...nothing, refusal };
  const { reason } = harms[harmOf[question.verb]!]!;
  const orNot = (options: Options<string>): Options<string> => [
    ["", 1 - complete],
    ...options.map(([text, weight]) => [text, complete * weight] as const),
  ];
  return {
    ...{ ...nothing, refusal },
    reason: choose("reason", orNot(rightOr(reason, knowsProblem, evenly(reasons)))),
    person: choose("person", orNot(rightOr(question.person, knowsMaterial, evenly(people)))),
  };
}

function help(question: Question, skill: Skill, choose: Choose): Matter {
  const plan = planOf(question, question.kind === "help" ? believe(question, skill, choose) : undefined);
  const lead = choose("lead", maybe(skill.complete, leads));
  const drops = skill.drops * (plan.steps.length - 1) / 2; // the more there is to do, the more is forgotten
  const kept = plan.steps.filter((step) => !choose(`drop ${step}`, whether(drops)));
  const steps = add(swap(kept, skill, choose), skill, choose);
  const warns = question.kind === "help" && choose("warns", whether(skill.warns));
  const never = warns ? choose("never", rightOr(plan.things[0]!, skill.contradicts, evenly(agents))) : "";
  return { ...nothing, lead, things: lead ? plan.things : [], steps, never };
}

function swap(steps: readonly string[], { swaps }: Skill, choose: Choose): readonly string[] {
  const places = [...steps.keys()].slice(1);
  if (places.length === 0) return steps;
  const at = choose("swap", [[0, 1 - swaps], ...places.map((i) => [i, swaps / places.length] as const)]);
  return at === 0 ? steps : steps.with(at, steps[at - 1]!).with(at - 1, steps[at]!);
}

function add(steps: readonly string[], { adds }: Skill, choose: Choose): readonly string[] {
  const step = choose("add", maybe(adds, uselessSteps));
  if (!step) return steps;
  return steps.toSpliced(choose("place", evenly([...steps.keys(), steps.length])), 0, step);
}
