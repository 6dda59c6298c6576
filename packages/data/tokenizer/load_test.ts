import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { expected, fixture, folder, memory, names } from "./fixtures/mod.ts";
import type { CheckpointFiles } from "@tare/core";
import { loadTokenizer } from "./load.ts";

for (const name of names) {
  Deno.test(`loadTokenizer() gives ids and texts of Python's tokenizers: ${name}`, async () => {
    const tokenizer = await loadTokenizer(folder(fixture(name)));
    const { vocabulary, cases } = await expected(name);
    assertEquals(tokenizer.vocabulary, vocabulary);
    const ours = cases.map(({ text, ids, special }) => ({
      text,
      ids: tokenizer.encode(text),
      special: tokenizer.encode(text, { special: true }),
      decoded: tokenizer.decode(ids),
      decodedSpecial: tokenizer.decode(special, { special: true }),
    }));
    assertEquals(ours, [...cases]);
  });
}

const words = { model: { type: "WordLevel", vocab: { a: 0, b: 1, "<s>": 2, "</s>": 3 } } };
const load = (table: Record<string, unknown>) => loadTokenizer(memory({ "tokenizer.json": words, ...table }));

Deno.test("loadTokenizer() takes special ids by name, from either file, and ends from the model's files", async () => {
  const llama = await loadTokenizer(folder(fixture("llama")));
  assertEquals([llama.bos, llama.eos, llama.pad, llama.ends], [1, 2, undefined, [2, 1]]);
  const bare = await load({});
  assertEquals([bare.bos, bare.eos, bare.ends], [undefined, undefined, []]);
  const map = await load({
    "tokenizer_config.json": { bos_token: null, eos_token: "</s>" },
    "special_tokens_map.json": { bos_token: { content: "<s>", lstrip: false }, eos_token: "<s>" },
    "generation_config.json": { max_length: 20 },
    "config.json": { eos_token_id: 1 },
  });
  assertEquals([map.bos, map.eos, map.ends], [2, 3, [3, 1]]);
  const named = await load({ "config.json": { eos_token_id: [1, 3] } });
  assertEquals([named.eos, named.ends], [1, [1, 3]]);
});

Deno.test("loadTokenizer() decodes no ids, unknown ids and typed arrays", async () => {
  const { decode } = await loadTokenizer(folder(fixture("llama")));
  assertEquals([decode([]), decode([], { completion: true }), decode([399, 400, 1e9])], ["", "", decode([399])]);
  assertEquals(decode(Uint32Array.of(399)), decode([399]));
});

Deno.test("loadTokenizer() refuses a text that it has no token for", async () => {
  const { encode } = await load({});
  assertThrows(() => encode("c"), RangeError, 'Cannot encode "c": the tokenizer has neither a token for it');
});

const bpe = { type: "BPE", vocab: { a: 0 }, merges: [] };
const wrong: [string, Record<string, unknown>, string][] = [
  ["no tokenizer.json", { "tokenizer.json": undefined }, "Cannot find tokenizer.json: Python's transformers makes one"],
  ["text that is no JSON", { "tokenizer.json": "{" }, "Cannot read tokenizer.json: it is no JSON ("],
  ["another kind of JSON", { "tokenizer.json": [] }, "Cannot use tokenizer.json: Invalid input: expected object"],
  ["no model", { "tokenizer.json": {} }, "Cannot use tokenizer.json: model: Invalid input: expected object"],
  [
    "an id below 0",
    { "tokenizer.json": { model: { vocab: { a: -1 } } } },
    "tokenizer.json: model.vocab: expected an obj",
  ],
  ["no merges", { "tokenizer.json": { model: { ...bpe, merges: undefined } } }, "model: expected a list of merges"],
  ["a decoder from elsewhere", { "tokenizer.json": { model: bpe, decoder: { type: "X" } } }, "Unknown Decoder type: X"],
  [
    "a model of nothing",
    { "tokenizer.json": { model: { type: "Unigram", vocab: [] } } },
    "Cannot use tokenizer.json: ",
  ],
  ["merges of numbers", { "tokenizer.json": { model: { ...bpe, merges: [[1, 2]] } } }, "model.merges: expected a list"],
  [
    "an added token",
    { "tokenizer.json": { model: bpe, added_tokens: [{ content: "x" }] } },
    "added_tokens.0.id: expected",
  ],
  [
    "a token as a number",
    { "tokenizer_config.json": { eos_token: 3 } },
    "tokenizer_config.json: eos_token: expected a t",
  ],
  ["an unknown token", { "tokenizer_config.json": { eos_token: "x" } }, "eos_token: tokenizer.json has no token x"],
  [
    "a template as a number",
    { "tokenizer_config.json": { chat_template: 3 } },
    "chat_template: expected a template, or",
  ],
  ["no default template", { "tokenizer_config.json": { chat_template: [] } }, "to be named default but found none"],
  [
    "an end as a text",
    { "generation_config.json": { eos_token_id: "</s>" } },
    "eos_token_id: expected an id or a list",
  ],
];

for (const [what, table, message] of wrong) {
  Deno.test(`loadTokenizer() refuses ${what} in one sentence`, async () => {
    const error = await assertRejects(() => load(table), Error, message);
    assertEquals(error.message.includes("\n"), false);
  });
}

Deno.test("loadTokenizer() refuses bytes that are no text", async () => {
  const files: CheckpointFiles = { open: () => Promise.resolve(new Blob([Uint8Array.of(0xff)])) };
  await assertRejects(() => loadTokenizer(files), SyntaxError, "Cannot read tokenizer.json: it is no UTF-8 text");
});

Deno.test("loadTokenizer() takes no time for ids that nothing has", async () => {
  const model = { type: "WordLevel", vocab: { "\ufffd": 2 ** 31 - 1 }, unk_token: "\ufffd" }; // no text to begin with
  assertEquals((await load({ "tokenizer.json": { model } })).vocabulary, 2 ** 31);
});
