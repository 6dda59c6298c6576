import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { fakeRow } from "./fakes.ts";
import { promptIndex } from "./prompt_index.ts";
import { readQuery } from "./query.ts";

const specials = { begin: "<s>", end: ["</s>", "<pad>"] };
const plain = promptIndex([await fakeRow("tea", "Tea?"), await fakeRow("with milk", "Tea? With milk?")]);
const begun = promptIndex([await fakeRow("tea", "<s>Tea?")]);

/** What is found of a query: id or nothing, prompt and response. */
async function found(query: string, prompt?: string, index = plain, given = specials) {
  const { row, known } = await readQuery({ query, prompt }, index, given);
  assertEquals(row.text, query); // as it was sent
  return [known?.promptId, row.prompt, row.response];
}

Deno.test("readQuery() takes special tokens off, and finds the prompt with and without the one that begins it", async () => {
  for (const query of ["Tea? Yes.", "<s>Tea? Yes.</s>", "<pad><pad><s>Tea? Yes.</s><pad><pad>", "<s>Tea? Yes.<pad>"]) {
    for (const prompt of ["Tea?", "<s>Tea?", undefined]) {
      assertEquals(await found(query, prompt), ["tea", "Tea?", " Yes."], `${query} of ${prompt}`);
      assertEquals(await found(query, prompt, begun), ["tea", "<s>Tea?", " Yes."], `${query} of ${prompt}`);
    }
  }
  assertEquals(await found("<s><s>Tea? Yes.", "<s>Tea?", begun), ["tea", "<s>Tea?", " Yes."]);
  assertEquals(await found("<s><s>Tea? Yes.", undefined, begun), ["tea", "<s>Tea?", " Yes."]);
});

Deno.test("readQuery() finds prompts of the table that begin with what fills up elsewhere", async () => {
  const filled = promptIndex([await fakeRow("tea", "</s>Tea?")]);
  for (const prompt of ["</s>Tea?", undefined]) {
    assertEquals(await found("</s>Tea? Yes.</s>", prompt, filled), ["tea", "</s>Tea?", " Yes."]);
  }
});

Deno.test("readQuery() takes one begin off and no more, and no special token out of the middle or off the prompt", async () => {
  assertEquals(await found("<s>Tea?<s>a</s>b</s>", "Tea?"), ["tea", "Tea?", "<s>a</s>b"]);
  const ended = promptIndex([await fakeRow("ended", "Tea?</s>")]);
  assertEquals(await found("Tea?</s></s>", "Tea?</s>", ended), ["ended", "Tea?</s>", ""]);
  assertEquals(await found("Tea?</s></s>", undefined, ended), ["ended", "Tea?</s>", ""]);
  await assertRejects(
    () => readQuery({ query: "<s>Tea?</s>", prompt: "Tea?" }, plain),
    RangeError,
    'found "<s>Tea?</s>"',
  );
});

Deno.test("readQuery() takes the longest prompt of the table if none is sent, and the one that is sent if it is", async () => {
  assertEquals(await found("Tea? With milk? No."), ["with milk", "Tea? With milk?", " No."]);
  assertEquals(await found("Tea? With milk? No.", "Tea?"), ["tea", "Tea?", " With milk? No."]);
});

Deno.test("readQuery() says which prompts the table does not have", async () => {
  const { row, split, known } = await readQuery({ query: "<s>Coffee? No.</s>", prompt: "<s>Coffee?" }, plain, specials);
  assertEquals([row.prompt, row.response, split, known], ["Coffee?", " No.", true, undefined]);
  assertEquals(row.promptId, (await fakeRow("", "Coffee?")).promptHash);
  const alone = await readQuery({ query: "<s>Coffee? No.</s>" }, plain, specials);
  assertEquals([alone.row.prompt, alone.row.response, alone.split], ["", "Coffee? No.", false]);
});

Deno.test("readQuery() refuses a query that does not begin with its prompt, and quotes no long text", async () => {
  const query = { query: `Coffee?${"!".repeat(500)}`, prompt: "Tea?" };
  const { message } = await assertRejects(
    () => readQuery(query, plain),
    RangeError,
    'its prompt, "Tea?", but found "Coffee?!',
  );
  assertEquals(message.length < 300, true);
});

Deno.test("readQuery() gets back any prompt and response, however they are framed", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "🍵"), maxLength: 8 });
  const frame = fc.record({ pads: fc.nat(3), begin: fc.boolean(), sent: fc.boolean(), ends: fc.nat(3) });
  await fc.assert(fc.asyncProperty(text, text, frame, async (prompt, response, { pads, begin, sent, ends }) => {
    const first = begin ? "<s>" : "";
    const query = "<pad>".repeat(pads) + first + prompt + response + "</s>".repeat(ends);
    const index = promptIndex([await fakeRow("it", prompt)]);
    assertEquals(await found(query, sent ? first + prompt : prompt, index), ["it", prompt, response]);
    assertEquals(await found(query, undefined, index), ["it", prompt, response]);
  }));
});

Deno.test("readQuery() bears very many special tokens", async () => {
  const many = "<pad>".repeat(200_000);
  assertEquals(await found(`${many}Tea? Yes.${many}`, "Tea?"), ["tea", "Tea?", " Yes."]);
});
