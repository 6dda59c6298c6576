/** Which prompts there are for what: training, a judge's training, evaluation. */
import { draw, evenly, type Options } from "./choices.ts";
import { families, type Family, harmOf, materialOf, materials, people, problems, states } from "./grammar.ts";
import { type Question, readPrompt, writePrompt } from "./prompt.ts";
import { shuffled, stages, textHash, uniforms } from "./streams.ts";

/** What prompts are for. Those of different parts are never the same. */
export type Part = "train" | "judge" | "held-out";

const items = Object.keys(materialOf);
const verbs = Object.keys(harmOf);

/** Combinations of item and problem, and of verb and person, that only held-out prompts have. */
export function heldOutCombinations(seed: number): ReadonlySet<string> {
  const uniform = uniforms(seed, stages.heldOut);
  const some = (all: readonly string[], count: number) =>
    shuffled(all.length, uniform).slice(0, count).map((i) => all[i]!);
  return new Set([
    ...items.flatMap((item) => some(Object.keys(problems), 2).map((problem) => `${item} ${problem}`)),
    ...verbs.flatMap((verb) => some(people, 1).map((person) => `${verb} ${person}`)),
  ]);
}

/** A function that tells what a prompt is for. */
export function partOf(seed: number): (prompt: string) => Part {
  const combinations = heldOutCombinations(seed);
  return (prompt) => {
    const question = readPrompt(prompt);
    const [a, b] = question.kind === "help" ? [question.item, question.problem] : [question.verb, question.person];
    if (combinations.has(`${a} ${b}`)) return "held-out";
    const [hash] = textHash(prompt);
    return hash % 4 === 0 ? "judge" : "train";
  };
}

/** How often families and problems come. */
interface Frequency {
  readonly families: Options<Family>;
  readonly problems: Options<string>;
}

/** All alike, or the popular ones more often. */
const frequencies: Readonly<Record<"even" | "popular", Frequency>> = {
  even: { families: evenly(Object.keys(families) as Family[]), problems: evenly(Object.keys(problems)) },
  popular: {
    families: Object.entries(families) as [Family, number][],
    problems: Object.entries(problems).map(([name, { popularity }]) => [name, popularity]),
  },
};

/**
 * Draws different prompts of one part; the first ones do not depend on how many are drawn.
 *
 * @param count How many.
 * @param seed Seed of the world.
 * @param stage What they are for.
 * @param part What they may combine.
 * @param frequency How often families and problems come.
 * @returns The prompts.
 * @throws {RangeError} If there are not so many.
 */
export function drawPrompts(
  count: number,
  seed: number,
  stage: number,
  part: Part,
  frequency: keyof typeof frequencies,
): string[] {
  const found = new Set<string>();
  const isFor = partOf(seed);
  for (let attempt = 0; found.size < count; attempt++) {
    const prompt = drawPrompt(uniforms(seed, stage, attempt), frequencies[frequency]);
    if (isFor(prompt) === part) found.add(prompt);
    if (attempt > 1000 + 100 * count) {
      throw new RangeError(`Expected at most about ${found.size} ${part} prompts but found ${count}: ask for fewer`);
    }
  }
  return [...found];
}

function drawPrompt(uniform: () => number, weights: Frequency): string {
  const one = <T>(options: Options<T>) => draw(options, uniform());
  const below = (count: number) => Math.floor(uniform() * count);
  const family = one(weights.families);
  const question: Question = family === "harm"
    ? { kind: "harm", verb: one(evenly(verbs)), person: one(evenly(people)) }
    : {
      kind: "help",
      problem: one(weights.problems),
      item: one(evenly(materials[family].items)),
      state: one(evenly(Object.keys(states))),
    };
  return writePrompt(question, { greeting: below(4), form: below(20), detail: below(18), remark: below(4) });
}
