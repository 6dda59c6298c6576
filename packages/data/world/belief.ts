/** What someone takes a question to be about, rightly or wrongly, and what they would do. */
import { type Choose, evenly, rightOr, rightOrGuess } from "./choices.ts";
import {
  families,
  guesses,
  harmOf,
  harms,
  harmSteps,
  materialNames,
  materialOf,
  materials,
  problems,
  states,
} from "./grammar.ts";
import type { HelpQuestion, Question } from "./prompt.ts";
import { guessing, rareKnowledge, type Skill } from "./skills.ts";

const toolOf: Readonly<Record<string, { tool: string; step: string }>> = materials;
const stateNames = Object.keys(states);
const popularities = Object.entries(problems).map(([name, { popularity }]) => [name, popularity] as const);

/** What someone takes a question to be about. */
export interface Belief {
  /** What is on the item; empty for who does not know. */
  readonly problem: string;
  /** What the item is made of; empty for who does not know. */
  readonly material: string;
  /** State of the problem. */
  readonly state: string;
}

/** Draws what someone of this skill takes a question to be about. */
export function believe(
  { problem, item, state }: HelpQuestion,
  { knowsProblem, knowsMaterial, heedsState }: Skill,
  choose: Choose,
): Belief {
  const material = materialOf[item]!;
  const known = knowsProblem * rareKnowledge[problems[problem]!.popularity]!;
  const knownMaterial = knowsMaterial * rareKnowledge[families[material]]!;
  return {
    problem: choose("problem", rightOrGuess(problem, known, popularities, guessing)),
    material: choose("material", rightOrGuess(material, knownMaterial, evenly(materialNames), guessing)),
    state: choose("state", rightOr(state, heedsState, evenly(stateNames))),
  };
}

/** All that someone may believe; about harm there is no doubt. */
export function beliefsAbout({ kind }: Question): readonly (Belief | undefined)[] {
  if (kind === "harm") return [undefined];
  return ["", ...Object.keys(problems)].flatMap((problem) =>
    ["", ...materialNames].flatMap((material) => stateNames.map((state) => ({ problem, material, state })))
  );
}

/** What would be needed and done, if the question were about this. */
export function planOf(
  question: Question,
  belief?: Belief,
): { readonly things: readonly string[]; readonly steps: readonly string[] } {
  if (!belief) {
    return { things: question.kind === "harm" ? harms[harmOf[question.verb]!]!.things : [], steps: harmSteps };
  }
  const { agent, steps } = problems[belief.problem] ?? guesses.problem;
  const { tool, step } = toolOf[belief.material] ?? guesses.material;
  return { things: [agent, tool], steps: [...states[belief.state]!, ...steps, step] };
}
