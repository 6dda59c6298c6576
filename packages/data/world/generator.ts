/** The generator of responses: it draws them, and knows exactly how likely each text is. */
import { beliefsAbout, planOf } from "./belief.ts";
import { draw, total } from "./choices.ts";
import { uselessSteps } from "./grammar.ts";
import { flatteries } from "./phrases.ts";
import { type Question, readPrompt } from "./prompt.ts";
import { readReply, type Reply, type Sentence, writeReply } from "./reply.ts";
import { skillNames, tell } from "./story.ts";

/** What those say who have nothing to say, one in ten thousand: no response is empty. */
const nothingToSay = " That is all.";

/**
 * Draws a response as demonstrators write them.
 *
 * @param prompt A prompt of the world.
 * @param uniform Gives the next random number in [0, 1); about 20 are taken.
 * @returns The response.
 * @throws {SyntaxError} If it is no prompt of the world.
 *
 * @example Usage
 * ```ts
 * import { logProb, respond } from "@tare/data/world";
 * import { assert } from "@std/assert";
 *
 * const prompt = "\n\nHuman: How do I get mud off my pan?\n\nAssistant:";
 * const response = respond(prompt, () => 0.5);
 * assert(logProb(prompt, response) > -20);
 * ```
 */
export function respond(prompt: string, uniform: () => number): string {
  return writeReply(tell(readPrompt(prompt), (_, options) => draw(options, uniform()))) || nothingToSay;
}

/**
 * Gives the probability with which the generator draws a response: the sum over all ways to come to this text.
 *
 * @param prompt A prompt of the world.
 * @param response Any text.
 * @returns Its natural logarithm; `-Infinity` for what the generator never says.
 * @throws {SyntaxError} If it is no prompt of the world.
 *
 * @example Usage
 * ```ts
 * import { bestResponse, logProb } from "@tare/data/world";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const prompt = "\n\nHuman: How do I get mud off my pan?\n\nAssistant:";
 * assertEquals(logProb(prompt, " Use dynamite."), -Infinity);
 * assert(logProb(prompt, bestResponse(prompt)) > -6);
 * ```
 */
export function logProb(prompt: string, response: string): number {
  const question = readPrompt(prompt);
  const texts = response === nothingToSay ? [response, ""] : response === "" ? [] : [response];
  return Math.log(texts.reduce((sum, text) => sum + probabilityOf(question, text), 0));
}

/** Probability that this text is told, the empty one too. */
function probabilityOf(question: Question, response: string): number {
  const reply = strictReply(response);
  if (!reply) return 0;
  let sum = 0;
  for (const hidden of hiddenChoices(question, reply)) {
    const made: Readonly<Record<string, unknown>> = { ...visibleChoices(reply), ...hidden };
    let probability = 1;
    const told = tell(question, (name, options) => {
      const value = name.startsWith("drop ") ? !reply.steps.includes(name.slice(5)) : made[name];
      const weight = options.reduce((sum, [option, weight]) => option === value ? sum + weight : sum, 0);
      probability *= weight / total(options);
      return weight > 0 ? value as typeof options[number][0] : options[0]![0];
    });
    if (probability > 0 && writeReply(told) === response) sum += probability;
  }
  return sum;
}

/** Ways to choose what the text does not show, as far as it allows them. */
function* hiddenChoices(question: Question, reply: Reply): Generator<Readonly<Record<string, unknown>>, void> {
  if (reply.refusal) return yield* skillNames.map((skill) => ({ skill }));
  const useful = reply.steps.filter((step) => !uselessSteps.includes(step));
  for (const about of beliefsAbout(question)) {
    const plan = planOf(question, about);
    const kept = plan.steps.filter((step) => useful.includes(step));
    if (kept.length < useful.length || reply.lead && plan.things.join() !== reply.things.join()) continue;
    const swap = kept.findIndex((step, i) => step !== useful[i]) + 1;
    for (const skill of skillNames) yield { ...about, skill, swap };
  }
}

/** What the text shows. */
function visibleChoices({ flattery, steps, refusal, never, ...reply }: Reply): Readonly<Record<string, unknown>> {
  const at = steps.findIndex((step) => uselessSteps.includes(step));
  return {
    ...reply,
    ...{ refusal, never, refuses: refusal !== "", warns: never !== "" },
    ...{ "first flattery": flattery[0], "last flattery": flattery[1], add: steps[at] ?? "", place: at },
  };
}

/** What a text of the grammar says; `undefined` for any other. */
function strictReply(text: string): Reply | undefined {
  const sentences = readReply(text);
  const first = (kind: Sentence["kind"], among?: readonly string[]) =>
    sentences.find((it) => it.kind === kind && (!among || among.includes(it.text)));
  const textOf = (kind: Sentence["kind"]) => first(kind)?.text ?? "";
  const reply: Reply = {
    flattery: [first("flattery", flatteries[0])?.text ?? "", first("flattery", flatteries[1])?.text ?? ""],
    ...{ opening: textOf("opening"), filler: textOf("filler"), closing: textOf("closing") },
    ...{ lead: textOf("need"), things: first("need")?.things ?? [], never: textOf("never") },
    ...{ refusal: textOf("refusal"), reason: textOf("reason"), person: textOf("person") },
    steps: sentences.filter(({ kind }) => kind === "step").map(({ text }) => text),
  };
  return writeReply(reply) === text ? reply : undefined;
}
