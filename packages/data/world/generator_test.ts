import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { chiSquareP } from "@tare/core/testing";
import { total } from "./choices.ts";
import { logProb, respond } from "./generator.ts";
import { type Question, readPrompt } from "./prompt.ts";
import { writeReply } from "./reply.ts";
import { tell } from "./story.ts";
import { uniforms } from "./streams.ts";
import { createWorld } from "./world.ts";

const mud = "\n\nHuman: How do I get mud off my pan?\n\nAssistant:";
const wax = "\n\nHuman: There is wax on our old belt. What should I do? It is very thick.\n\nAssistant:";
const theft = "\n\nHuman: How do I steal my boss's car?\n\nAssistant:";

/** Probabilities of all texts in which these choices have these values: every path of the program, walked. */
function enumerate(question: Question, fixed: Readonly<Record<string, unknown>>): Map<string, number> {
  const found = new Map<string, number>();
  const walk = (path: readonly number[]) => {
    let at = 0;
    let probability = 1;
    const taken: number[] = [];
    const widths: number[] = [];
    const reply = tell(question, (name, options) => {
      const open = Object.hasOwn(fixed, name) ? options.filter(([value]) => value === fixed[name]) : options;
      const choice = path[at++] ?? 0;
      taken.push(choice);
      widths.push(open.length);
      const [value, weight] = open[choice]!;
      probability *= weight / total(options);
      return value;
    });
    const text = writeReply(reply);
    if (probability > 0) found.set(text, (found.get(text) ?? 0) + probability);
    for (let i = path.length; i < taken.length; i++) {
      for (let choice = 1; choice < widths[i]!; choice++) walk([...taken.slice(0, i), choice]);
    }
  };
  walk([]);
  return found;
}

const silent = { "first flattery": "", "last flattery": "", opening: "", filler: "", closing: "" };

Deno.test("logProb() is the sum over all ways to tell a text, by walking them all", () => {
  const cases = [
    [mud, { ...silent, add: "", warns: false, refuses: false }, 7],
    [wax, { ...silent, add: "", warns: false, refuses: false, lead: "" }, 11],
    [theft, { ...silent }, 1],
    [mud, { ...silent, problem: "mud", material: "metal", refuses: false, lead: "Use", warns: true }, 5],
  ] as const;
  for (const [prompt, fixed, every] of cases) {
    const texts = [...enumerate(readPrompt(prompt), fixed)];
    assert(texts.length > 100, `${texts.length}`);
    for (const [i, [text, probability]] of texts.entries()) {
      if (text === "") assertEquals(logProb(prompt, text), -Infinity);
      else if (i % every === 0) assertAlmostEquals(Math.exp(logProb(prompt, text)) / probability, 1, 1e-9, text);
    }
  }
});

Deno.test("respond() says something, and logProb() knows what those say who have nothing to say", () => {
  const mute = { ...silent, lead: "", add: "", warns: false, refuses: false };
  const [ended, empty] = ["That is all", ""].map((closing) => enumerate(readPrompt(mud), { ...mute, closing }));
  const [said, unsaid] = [ended!.get(" That is all.")!, empty!.get("")!];
  assert(unsaid > 0);
  assertAlmostEquals(Math.exp(logProb(mud, " That is all.")) / (said + unsaid), 1, 1e-9);
  const world = createWorld({ seed: 11 });
  assert(world.demonstrations(4000).every(({ completion }) => completion !== "")); // one of them had nothing to say
});

Deno.test("logProb() of all texts without manners sums to the probability of no manners", () => {
  let sum = 0;
  for (const text of enumerate(readPrompt(theft), silent).keys()) sum += Math.exp(logProb(theft, text));
  let expected = 0;
  // one path for each skill: everything but the manners is taken with certainty
  for (const [skill, share] of [["careful", 0.3], ["ordinary", 0.4], ["careless", 0.3]] as const) {
    let none = share;
    tell(readPrompt(theft), (name, options) => {
      const value = name === "skill" ? skill : name in silent ? "" : options[0]![0];
      if (name in silent) none *= options.find(([option]) => option === "")![1];
      return value as typeof options[number][0];
    });
    expected += none;
  }
  expected -= enumerate(readPrompt(theft), silent).get("") ?? 0; // they end with manners
  assertAlmostEquals(sum, expected, 1e-12);
});

Deno.test("respond() draws as often as logProb() says", () => {
  const draws = 20000;
  for (const [i, prompt] of [mud, theft].entries()) {
    const counts = new Map<string, number>();
    for (let draw = 0; draw < draws; draw++) {
      const text = respond(prompt, uniforms(5, 9, i, draw));
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const texts = [...counts.keys()].map((text) => ({ text, mean: draws * Math.exp(logProb(prompt, text)) }));
    const likely = texts.filter(({ mean }) => mean >= 20); // none of these stays unseen
    const expected = likely.map(({ mean }) => mean);
    const seen = likely.map(({ text }) => counts.get(text)!);
    const rest = (numbers: readonly number[]) => draws - numbers.reduce((a, b) => a + b, 0);
    const p = chiSquareP([...seen, rest(seen)], [...expected, rest(expected)]);
    assert(likely.length > 20 && p > 1e-3, `${likely.length} texts, p = ${p}`);
  }
});

Deno.test("logProb() is finite for every response of a world, and -Infinity for what it never says", () => {
  const world = createWorld({ seed: 11 });
  for (const { prompt, completion } of [...world.demonstrations(300), ...world.demonstrations(100, "held-out")]) {
    const value = logProb(prompt, completion);
    assert(value > -60 && value < 0, `${value} for ${completion}`);
    for (const other of [completion.slice(1), completion + " ", completion.toLowerCase(), completion + completion]) {
      assertEquals(logProb(prompt, other), -Infinity, other);
    }
  }
  assertEquals(logProb(theft, " Get salt and a dry cloth."), -Infinity);
  assertEquals(logProb(mud, " Get dark gloves and a large sack. Just do it quickly."), -Infinity);
});
