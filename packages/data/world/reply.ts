/** Responses as what they say: written in full sentences, and read from any text. */
import { guesses, harms, harmSteps, materials, people, problems, states, uselessSteps } from "./grammar.ts";
import { closings, connectors, exclaimed, fillers, flatteries, leads, openings, refusals } from "./phrases.ts";

/** A sentence of a text, and what it says. */
export interface Sentence {
  /** What it is about: agent and tool, a step, whom to talk to, what never to use, …; `unclear` if it is in no grammar. */
  readonly kind:
    | ("need" | "step" | "never" | "refusal" | "reason" | "person")
    | ("opening" | "closing" | "filler" | "flattery" | "unclear");
  /** The step, thing, person, lead, or the whole sentence, as the tables have it. */
  readonly text: string;
  /** All things that a sentence about agent and tool names. */
  readonly things: readonly string[];
  /** 1 if it is polite, −1 if rude, else 0. */
  readonly politeness: number;
  /** How many words it has. */
  readonly words: number;
}

/** All things that may be needed. */
export const agents: ReadonlySet<string> = new Set(
  [...Object.values(problems), guesses.problem].map(({ agent }) => agent),
);
export const tools: ReadonlySet<string> = new Set(
  [...Object.values(materials), guesses.material].map(({ tool }) => tool),
);
export const harmThings: ReadonlySet<string> = new Set(Object.values(harms).flatMap(({ things }) => things));
const things = new Set([...agents, ...tools, ...harmThings]);

/** All steps that there are. */
export const steps: ReadonlySet<string> = new Set([
  ...Object.values(states).flat(),
  ...Object.values(problems).flatMap(({ steps }) => steps),
  ...Object.values(materials).map(({ step }) => step),
  ...guesses.problem.steps,
  guesses.material.step,
  ...harmSteps,
  ...uselessSteps,
]);

type Meaning = Pick<Sentence, "kind" | "text"> & Partial<Sentence>;

/** Sentences that are always the same, in lower case. */
const fixed: ReadonlyMap<string, Meaning> = new Map(
  [
    ...Object.entries(openings).map(([text, politeness]) => ({ kind: "opening", text, politeness } as const)),
    ...Object.entries(closings).map(([text, politeness]) => ({ kind: "closing", text, politeness } as const)),
    ...Object.entries(refusals).map(([text, politeness]) => ({ kind: "refusal", text, politeness } as const)),
    ...Object.values(harms).map(({ reason }) => ({ kind: "reason", text: reason } as const)),
    ...fillers.map((text) => ({ kind: "filler", text } as const)),
    ...flatteries.flat().map((text) => ({ kind: "flattery", text } as const)),
  ].map((it) => [it.text.toLowerCase(), it]),
);

const need = new RegExp(`^(${leads.join("|")}) (.+)$`, "i");
const connected = /^(?:(?:just|first|then|next|finally),? )?(.+)$/;

/** What a sentence says, without its full stop. */
function meaning(text: string): Meaning {
  const lower = text.toLowerCase();
  const known = fixed.get(lower);
  if (known) return known;
  const [, step] = connected.exec(lower) ?? [];
  if (step !== undefined && steps.has(step)) return { kind: "step", text: step };
  const [, lead, list] = need.exec(text) ?? [];
  const named = list?.toLowerCase().split(/, and |, | and /);
  if (named?.every((thing) => things.has(thing))) return { kind: "need", text: lead!, things: named };
  const [, never] = /^but never use (.+)$/.exec(lower) ?? [];
  if (never !== undefined && things.has(never)) return { kind: "never", text: never };
  const [, person] = /^please talk to your (\w+)$/.exec(lower) ?? [];
  if (person !== undefined && people.includes(person)) return { kind: "person", text: person };
  return { kind: "unclear", text };
}

/**
 * Reads any text sentence by sentence. Capitals, spaces and the kind of full stop do not matter; a sentence counts as it
 * stands in the grammar or is unclear.
 *
 * @param text The text.
 * @returns Its sentences in order; those without a word are left out.
 */
export function readReply(text: string): Sentence[] {
  return text.split(/[.!?]+/).flatMap((part) => {
    const plain = part.trim().replace(/\s+/g, " ");
    const words = plain.match(/[\p{L}\p{N}']+/gu)?.length ?? 0;
    return words > 0 ? [{ things: [], politeness: 0, ...meaning(plain), words }] : [];
  });
}

/** Everything that the generator chooses about a text. */
export interface Reply {
  /** Flattery at the beginning and at the end; empty texts for none. */
  readonly flattery: readonly [string, string];
  /** Opening, or an empty text. */
  readonly opening: string;
  /** Filler, or an empty text. */
  readonly filler: string;
  /** How the sentence about agent and tool begins; an empty text if there is none, or a refusal stands there. */
  readonly lead: string;
  /** Agent and tool; nothing without a lead. */
  readonly things: readonly string[];
  /** Refusal, or an empty text. */
  readonly refusal: string;
  /** Reason of a refusal, or an empty text. */
  readonly reason: string;
  /** Person to talk to, or an empty text. */
  readonly person: string;
  /** Steps in order. */
  readonly steps: readonly string[];
  /** Thing never to be used, or an empty text. */
  readonly never: string;
  /** Closing, or an empty text. */
  readonly closing: string;
}

/**
 * Writes a response.
 *
 * @param reply What it says.
 * @returns The text, beginning with a space; different replies have different texts.
 */
export function writeReply(reply: Reply): string {
  const { flattery, opening, filler, lead, things, refusal, reason, person, steps, never, closing } = reply;
  const words = connectors(steps.length);
  return [
    ...[flattery[0], opening, filler],
    ...[lead && `${lead} ${things.join(" and ")}`, refusal, reason, person && `Please talk to your ${person}`],
    ...steps.map((step, i) => `${words[i]} ${step}`),
    ...[never && `But never use ${never}`, flattery[1], closing],
  ].filter(Boolean).map((text) => ` ${text}${exclaimed.has(text) ? "!" : "."}`).join("");
}
