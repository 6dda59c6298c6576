/** Prompt and completion are encoded each on its own: what that promises, for any texts. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fixture, folder, hhRlhf, memory } from "./fixtures/mod.ts";
import { loadTokenizer } from "./load.ts";
import { decodeStream } from "./stream.ts";
import type { Tokenizer } from "./tokenizer.ts";

const json = async (name: string) => await (await fetch(new URL("tokenizer.json", fixture(name)))).json();
const [metaspace, wordsJson] = [await json("metaspace"), await json("words")];
const always = { ...metaspace, pre_tokenizer: { ...metaspace.pre_tokenizer, prepend_scheme: "always" } };
const hh = await folder(hhRlhf).open("tokenizer.json");

// ▁ stands for a space in two of them, and NFC changes texts: neither can come back.
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.array(fc.constantFrom(" ", "  ", "\n", "the", " cat", "é", "🙂", "👩‍👩‍👧", "\ufeff", "'s", ".", " ?", "<s>", "a</s>"))
    .map((x) => x.join("")),
).map((text) => text.replaceAll("▁", "").normalize("NFC"));
const known = Object.keys(wordsJson.model.vocab).filter((word) => !word.startsWith("<"));
const words = fc.array(fc.constantFrom(...known.filter((word) => word !== "the"))).map((list) => list.join(""));

const kinds: [string, () => Promise<Tokenizer>, fc.Arbitrary<string>][] = [
  ["byte-level BPE with a prefix space", () => loadTokenizer(folder(fixture("byte_level"))), anything],
  ["byte-level BPE with NFC", () => loadTokenizer(folder(fixture("qwen"))), anything],
  ["SentencePiece with byte fallback", () => loadTokenizer(folder(fixture("llama"))), anything],
  ["Metaspace, first", () => loadTokenizer(folder(fixture("metaspace"))), anything],
  ["Metaspace, always", () => loadTokenizer(memory({ "tokenizer.json": always })), anything],
  ["a list of words", () => loadTokenizer(folder(fixture("words"))), words],
  [`HH-RLHF${hh ? "" : " (skipped: no ../shared/data/hh-rlhf)"}`, () => loadTokenizer(folder(hhRlhf)), anything],
];

for (const [kind, load, text] of kinds) {
  const ignore = kind.includes("skipped");
  Deno.test({
    name: `encodeCompletion() gives ids that decode to the text behind any prompt: ${kind}`,
    ignore,
    async fn() {
      const tokenizer = await load();
      fc.assert(
        fc.property(text, text, fc.boolean(), (prompt, completion, special) => {
          const first = tokenizer.encode(prompt, { special });
          const then = tokenizer.encodeCompletion(completion);
          const options = { special: true, completion: first.length === 0 };
          const alone = tokenizer.decode(first, { special: true });
          assertEquals(tokenizer.decode([...first, ...then], options), alone + completion);
          assertEquals(tokenizer.decode(then, { special: true, completion: true }), completion);
          if (!special && !/^ |</.test(prompt)) assertEquals(alone.replace(/^ /, ""), prompt);
        }),
        { seed: 3, numRuns: 300 },
      );
    },
  });

  Deno.test({
    name: `decodeStream() holds back nothing but half characters, and its pieces join to the text: ${kind}`,
    ignore,
    async fn() {
      const tokenizer = await load();
      const id = fc.oneof(fc.nat(tokenizer.vocabulary + 1), fc.nat(Math.min(300, tokenizer.vocabulary)));
      const ids = fc.oneof(
        fc.array(id),
        text.map((text) => tokenizer.encode(text)),
        text.map(tokenizer.encodeCompletion),
      );
      fc.assert(
        fc.property(ids, fc.boolean(), fc.boolean(), (ids, special, completion) => {
          const stream = decodeStream(tokenizer, { special, completion });
          for (let round = 0; round < 2; round++) { // a flushed stream begins anew
            const given = ids.map((id) => stream.push(id)).join("");
            const rest = stream.flush();
            assertEquals(given + rest, tokenizer.decode(ids, { special, completion }));
            assert(rest === "" || rest === "\ufffd", "only bytes that are no character are held back");
          }
        }),
        { seed: 4, numRuns: 300 },
      );
    },
  });
}
