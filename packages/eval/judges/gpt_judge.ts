/** The judge that is a language model. */
import { type Answer, type Ask, AskError } from "../ask/ask.ts";
import type { Game, Judge, Pair, Verdict } from "../verdict.ts";
import { readVerdict } from "./parse.ts";
import { hashOf, tagOf } from "./tag.ts";
import type { Template } from "./templates/template.ts";
import { templates } from "./templates/templates.ts";
import { together } from "./together.ts";

/** What {@linkcode gptJudge} asks, and how. */
export interface GptJudgeOptions {
  /** Who answers. */
  readonly ask: Ask;
  /** What is asked. @default {templates.helpful} */
  readonly template?: Template;
  /** Whether each pair is judged in both orders, or in one that a hash chooses. @default {"both"} */
  readonly orders?: "both" | "one";
  /** Most tokens of an answer. @default {1024} */
  readonly maxTokens?: number;
  /** Divides logits; 0 takes the most likely token. @default {0} */
  readonly temperature?: number;
  /** Which of several answers to the same questions counts: other numbers ask anew. @default {0} */
  readonly repeat?: number;
}

/** Who won, by what stood first and by the letter that was chosen. */
const winners = {
  a: { A: "a", B: "b", tie: "tie", invalid: "invalid" },
  b: { A: "b", B: "a", tie: "tie", invalid: "invalid" },
} as const;

/**
 * A judge that asks a language model.
 *
 * In both orders a response wins if it wins both games; an invalid game makes the verdict invalid, and anything else is a tie.
 * Identical responses are a tie that nobody is asked about. What the server cannot answer this once is invalid, with the reason.
 *
 * @param options Who answers, what is asked, and how.
 * @returns The judge. It rejects with what would meet every question (an {@linkcode AskError} that is fatal) and when aborted.
 * @throws {RangeError} If a number makes no sense.
 *
 * @example Usage
 * ```ts
 * import { type Ask, gptJudge, templates } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const text = JSON.stringify({ rationale: "It stands first.", verdict: "A" });
 * const ask: Ask = Object.assign(() => Promise.resolve({ text, finish: "stop" } as const), { id: "biased" });
 *
 * const { winner, games } = await gptJudge({ ask, template: templates.chat })
 *   .compare({ promptId: "p", prompt: "2 + 2 =", a: "4", b: "5" });
 * assertEquals(winner, "tie");
 * assertEquals(games?.map(({ winner }) => winner), ["a", "b"]);
 * ```
 */
export function gptJudge(options: GptJudgeOptions): Judge {
  const { ask, template = templates.helpful, orders = "both", maxTokens = 1024, temperature = 0, repeat = 0 } = options;
  check("maxTokens", maxTokens, Number.isSafeInteger(maxTokens) && maxTokens > 0, "a whole number above 0");
  check("temperature", temperature, temperature >= 0 && temperature < Infinity, "a number of 0 or more");
  check("repeat", repeat, Number.isSafeInteger(repeat) && repeat >= 0, "a whole number of 0 or more");
  const schema = template.form === "json" && { schema: schemaOf(template) };

  async function play(pair: Pair, first: "a" | "b", signal: AbortSignal): Promise<Game> {
    const texts = first === "a" ? [pair.prompt, pair.a, pair.b] as const : [pair.prompt, pair.b, pair.a] as const;
    const tag = await tagOf(template.id, texts);
    const messages = [
      { role: "system", content: template.system },
      { role: "user", content: template.user(...texts, tag) },
    ] as const;
    const read = (answer: Answer) => readVerdict(answer, template, tag);
    try {
      const accept = (answer: Answer) => read(answer).verdict !== "invalid";
      const answer = await ask({ messages, maxTokens, temperature, ...schema, repeat }, { accept, signal });
      const { verdict, ...words } = read(answer);
      return { first, winner: winners[first][verdict], ...words };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AskError) || error.kind === "fatal") throw error;
      return { first, winner: "invalid", reason: error.message };
    }
  }

  return {
    id: [ask.id, template.id, `orders=${orders}`, `temperature=${temperature}`, `maxTokens=${maxTokens}`]
      .concat(repeat > 0 ? `repeat=${repeat}` : []).join(" "),
    async compare(pair, signal) {
      signal?.throwIfAborted();
      if (pair.a === pair.b) return { winner: "tie" };
      const firsts = orders === "both" ? ["a", "b"] as const : [await firstOf(pair, template)];
      return combine(await together(firsts.map((first) => (stop) => play(pair, first, stop)), signal));
    },
  };
}

function check(name: string, value: number, ok: boolean, expected: string): void {
  if (!ok) throw new RangeError(`Expected ${name} to be ${expected} but found ${value}`);
}

function schemaOf({ offered }: Template): Record<string, unknown> {
  const properties = { rationale: { type: "string" }, verdict: { type: "string", enum: offered } };
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** Which response stands first in the only game: a coin that the texts throw, whichever of them is called a. */
async function firstOf({ prompt, a, b }: Pair, { id }: Template): Promise<"a" | "b"> {
  const heads = parseInt((await hashOf(["tare: first", id, prompt, ...[a, b].sort()])).slice(0, 8), 16) % 2 === 0;
  return (a < b) === heads ? "a" : "b";
}

/** The verdict of all games. */
function combine(games: readonly Game[]): Verdict {
  const lost = games.filter(({ winner }) => winner === "invalid");
  if (lost.length > 0) {
    return {
      winner: "invalid",
      reason: lost.map(({ first, reason }) => `${first} first: ${reason}`).join("; "),
      games,
    };
  }
  const [winner, other] = new Set(games.map((game) => game.winner as "a" | "b" | "tie"));
  return { winner: other === undefined ? winner! : "tie", games };
}
