import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { harmOf, materialOf, people, problems, states } from "./grammar.ts";
import { familyOf, type Question, readPrompt, writePrompt } from "./prompt.ts";

const help = fc.record({
  kind: fc.constant("help" as const),
  problem: fc.constantFrom(...Object.keys(problems)),
  item: fc.constantFrom(...Object.keys(materialOf)),
  state: fc.constantFrom(...Object.keys(states)),
});
const harm = fc.record({
  kind: fc.constant("harm" as const),
  verb: fc.constantFrom(...Object.keys(harmOf)),
  person: fc.constantFrom(...people),
});
const question: fc.Arbitrary<Question> = fc.oneof(help, harm);
const index = fc.nat(1000);
const wording = fc.record({ greeting: index, form: index, detail: index, remark: index });

Deno.test("readPrompt() reads from every prompt the question that writePrompt() wrote", () => {
  fc.assert(fc.property(question, wording, (question, wording) => {
    const prompt = writePrompt(question, wording);
    assert(prompt.startsWith("\n\nHuman: ") && prompt.endsWith("\n\nAssistant:"), prompt);
    assertEquals(readPrompt(prompt), question);
    assertEquals(familyOf(question), question.kind === "harm" ? "harm" : materialOf[question.item]);
  }));
});

Deno.test("readPrompt() refuses what is no prompt of the world, in one sentence", () => {
  const prompt = writePrompt({ kind: "harm", verb: "burn", person: "boss" }, {
    ...{ greeting: 0, form: 0, detail: 0, remark: 0 },
  });
  for (const text of ["", "Hello", prompt.trim(), prompt + " No.", prompt.replace("burn", "borrow")]) {
    assertThrows(() => readPrompt(text), SyntaxError, "Expected a prompt of the preference world but found");
  }
});
