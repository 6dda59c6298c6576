import { assertEquals, assertThrows } from "@std/assert";
import { fixture, folder, memory } from "../tokenizer/fixtures/mod.ts";
import { loadTokenizer } from "../tokenizer/load.ts";
import { encodeDemonstration, encodePreference, encodePrompt, encodeRating } from "./encode.ts";

const words = await loadTokenizer(folder(fixture("words"))); // the 3, " the" 4, " cat" 5, " sat" 6, "." 9, "\n" 11, " " 12
const llama = await loadTokenizer(folder(fixture("llama"))); // begins every text with 1, ends it with 2
const wordsJson = await (await fetch(new URL("tokenizer.json", fixture("words")))).json();
const nameless = await loadTokenizer(memory({ "tokenizer.json": wordsJson }));
const ids = (...list: number[]) => Uint32Array.from(list);

Deno.test("encodeDemonstration() joins prompt, completion and end token, and starts at the completion", () => {
  const example = { prompt: "the cat", completion: " sat." };
  assertEquals(encodeDemonstration(words, example, { context: 5 }), { tokens: ids(3, 5, 6, 9, 2), start: 2 });
  assertEquals(encodeDemonstration(words, example, { context: 5, loss: "all" }), {
    ...{ tokens: ids(3, 5, 6, 9, 2), start: 1 },
  });
  assertEquals(encodeDemonstration(words, example, { context: 4 }), { skip: "too long" });
});

Deno.test("encodeDemonstration() adds no second end token, and drops white space behind the end", () => {
  const ended = { tokens: ids(3, 6, 2), start: 1 };
  for (const completion of [" sat", " sat</s>", " sat</s>\n", " sat</s> \n "]) {
    assertEquals(encodeDemonstration(words, { prompt: "the", completion }, { context: 9 }), ended);
  }
  assertEquals(encodeDemonstration(words, { prompt: "the", completion: " sat\n" }, { context: 9 }), {
    ...{ tokens: ids(3, 6, 11, 2), start: 1 },
  });
  assertEquals(encodeDemonstration(nameless, { prompt: "the", completion: " sat" }, { context: 9 }), {
    ...{ tokens: ids(3, 6), start: 1 },
  });
});

Deno.test("encodeDemonstration() skips completions that say nothing before their end", () => {
  for (const completion of ["", " ", "\n \n", "</s>", " </s>", " \n</s>\n"]) {
    assertEquals(encodeDemonstration(words, { prompt: "the", completion }, { context: 9 }), {
      skip: "empty completion",
    });
  }
});

Deno.test("encodeDemonstration() gives a rendered prompt no more special tokens, a plain one its own", () => {
  const completion = "";
  const plain = encodePrompt(llama, { prompt: "the cat" }, { context: 99 });
  assertEquals(plain, Uint32Array.from(llama.encode("the cat", { special: true })));
  const rendered = encodePrompt(llama, { prompt: "<s>the cat", rendered: true }, { context: 99 });
  assertEquals([...rendered as Uint32Array].filter((id) => id === llama.bos).length, 1);
  assertEquals(encodeDemonstration(llama, { prompt: "", completion }, { context: 99 }), { skip: "empty completion" });
});

Deno.test("encodeDemonstration() puts the token that begins a text in the place of an empty prompt", () => {
  assertEquals(encodeDemonstration(words, { prompt: "", completion: "the" }, { context: 9 }), {
    ...{ tokens: ids(1, 3, 2), start: 1 },
  });
  const byteLevel = { ...words, bos: undefined };
  assertEquals(encodeDemonstration(byteLevel, { prompt: "", completion: "the" }, { context: 9 }), {
    ...{ tokens: ids(2, 3, 2), start: 1 },
  });
  assertThrows(
    () => encodeDemonstration(nameless, { prompt: "", completion: "the" }, { context: 9 }),
    RangeError,
    "neither bos_token nor eos_token",
  );
});

Deno.test("encodePrompt() takes the longest form that fits, for every length of the context", () => {
  const all = Array.from({ length: 9 }, (_, i) => " cat".repeat(9 - i)); // 9 tokens down to 1
  const prompt = { prompt: all[0]!, shorter: all.slice(1) };
  for (let context = 1; context <= 12; context++) {
    assertEquals(encodePrompt(words, prompt, { context }), Uint32Array.from(Array(Math.min(context, 9)).fill(5)));
  }
  assertEquals(encodePrompt(words, { prompt: "the cat" }, { context: 1 }), { skip: "too long" });
});

Deno.test("encodePreference() gives both sides the same prompt, the longest with which both fit", () => {
  const example = { prompt: "the cat sat", shorter: ["the cat", "the"], chosen: ".", rejected: " on the mat" };
  assertEquals(encodePreference(words, example, { context: 6 }), {
    chosen: { tokens: ids(3, 5, 9, 2), start: 2 },
    rejected: { tokens: ids(3, 5, 7, 4, 8, 2), start: 2 },
    margin: 0,
  });
  assertEquals(encodePreference(words, { ...example, margin: 2 }, { context: 5, loss: "all" }), {
    chosen: { tokens: ids(3, 9, 2), start: 1 },
    rejected: { tokens: ids(3, 7, 4, 8, 2), start: 1 },
    margin: 2,
  });
  assertEquals(encodePreference(words, example, { context: 4 }), { skip: "too long" });
});

Deno.test("encodePreference() skips pairs with an empty side, and pairs that are equal as tokens", () => {
  const encode = (chosen: string, rejected: string) =>
    encodePreference(words, { prompt: "the", chosen, rejected }, { context: 9 });
  assertEquals(encode(" cat", " "), { skip: "empty completion" });
  assertEquals(encode("", " cat"), { skip: "empty completion" });
  assertEquals(encode(" cat", " cat</s>"), { skip: "equal completions" });
});

Deno.test("encodeRating() keeps the rating", () => {
  const example = { prompt: "the", completion: " cat", rating: -1.5 };
  assertEquals(encodeRating(words, example, { context: 3 }), { tokens: ids(3, 5, 2), start: 1, rating: -1.5 });
  assertEquals(encodeRating(words, example, { context: 2 }), { skip: "too long" });
});

Deno.test("encode…() refuse a context that is no length", () => {
  for (const context of [0, -1, 1.5, NaN, Infinity]) {
    const message = `Expected a context of 1 token or more but found ${context}`;
    assertThrows(() => encodePrompt(words, { prompt: "the" }, { context }), RangeError, message);
    const example = { prompt: "the", completion: " cat", chosen: "a", rejected: "b" };
    assertThrows(() => encodeDemonstration(words, example, { context }), RangeError, message);
    assertThrows(() => encodePreference(words, example, { context }), RangeError, message);
  }
});
