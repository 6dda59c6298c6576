/** Held equal: the light tokenizer, the one with AutoTokenizer's classes, and AutoTokenizer itself. */
import { AutoTokenizer } from "@huggingface/transformers";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodeStream, loadTokenizer } from "@tare/data";
import { autoTokenizer } from "./auto_tokenizer.ts";

const pathOf = (url: string) => decodeURIComponent(new URL(url, import.meta.url).pathname);
const filesOf = (folder: string) => ({
  open: async (name: string) => {
    const bytes = await Deno.readFile(`${folder}/${name}`).catch(() => undefined);
    return bytes && new Blob([bytes]);
  },
});

const hhRlhf = pathOf("../../../../shared/data/hh-rlhf");
const hhIsThere = await Deno.stat(hhRlhf).then(() => true, () => false);
const fixtures = ["byte_level", "qwen", "llama", "metaspace", "words"]
  .map((name) => [name, pathOf(`../../data/tokenizer/fixtures/${name}`)] as const);
const folders = [...fixtures, [`HH-RLHF${hhIsThere ? "" : " (skipped: no ../shared/data/hh-rlhf)"}`, hhRlhf] as const];

/** Texts of the fixtures, and as many of HH-RLHF as there are, cut to what a test has time for. */
async function texts(folder: string): Promise<string[]> {
  const cases = await Deno.readTextFile(`${fixtures[0]![1]}/expected.json`).then(JSON.parse);
  const known: string[] = cases.cases.map(({ text }: { text: string }) => text);
  if (folder !== hhRlhf) return known;
  const packed = (await Deno.open(`${hhRlhf}/harmless-base-2000.jsonl.gz`)).readable;
  const rows = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
  return [...known, ...rows.trim().split("\n").slice(0, 100).map((row) => JSON.parse(row).chosen)];
}

const chat = [{ role: "user", content: " Is it good? " }, { role: "assistant", content: "Yes." }];

for (const [name, folder] of folders) {
  Deno.test({
    name: `autoTokenizer() is loadTokenizer() and AutoTokenizer: ${name}`,
    ignore: name.includes("skipped"),
    async fn() {
      const [ours, theirs, raw] = [
        await loadTokenizer(filesOf(folder)),
        await autoTokenizer(folder),
        await AutoTokenizer.from_pretrained(folder, { local_files_only: true }),
      ];
      const facts = ({ vocabulary, bos, eos, pad, ends, templateHash }: typeof ours) => ({
        vocabulary,
        bos,
        eos,
        pad,
        ends,
        templateHash,
      });
      assertEquals(facts(theirs), facts(ours));
      for (const text of await texts(folder)) {
        for (const special of [false, true]) {
          const ids = ours.encode(text, { special });
          assertEquals(theirs.encode(text, { special }), ids);
          assertEquals(raw.encode(text, { add_special_tokens: special }), ids);
          if (text.includes("\ufeff")) continue; // AutoTokenizer drops it where bytes stand for it
          const decoded = ours.decode(ids, { special });
          assertEquals(theirs.decode(ids, { special }), decoded);
          const options = { skip_special_tokens: !special, clean_up_tokenization_spaces: false };
          if (ids.length > 0) assertEquals(raw.decode(ids, options), decoded);
        }
        const ids = ours.encodeCompletion(text);
        assertEquals(theirs.encodeCompletion(text), ids);
        if (text.includes("\ufeff")) continue;
        assertEquals(theirs.decode(ids, { completion: true }), ours.decode(ids, { completion: true }));
        const stream = decodeStream(theirs, { completion: true });
        assertEquals(
          ids.map((id) => stream.push(id)).join("") + stream.flush(),
          ours.decode(ids, { completion: true }),
        );
      }
    },
  });

  Deno.test({
    name: `renderChat() is apply_chat_template(): ${name}`,
    ignore: name.includes("skipped"),
    async fn() {
      const ours = await loadTokenizer(filesOf(folder));
      const raw = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
      if (ours.templateHash === "") {
        assertThrows(() => raw.apply_chat_template(chat, { tokenize: false }), Error, "chat_template is not set");
        assertThrows(() => ours.renderChat(chat), TypeError, "the tokenizer has no template");
        return;
      }
      // AutoTokenizer does not read chat_template.jinja, but takes a template.
      const chat_template = await Deno.readTextFile(`${folder}/chat_template.jinja`).catch(() => undefined);
      for (const reply of [false, true]) {
        const messages = reply ? chat.slice(0, 1) : chat;
        const options = {
          tokenize: false,
          add_generation_prompt: reply,
          ...chat_template && { chat_template },
        } as const;
        assertEquals(ours.renderChat(messages, { reply }), raw.apply_chat_template(messages, options));
      }
    },
  });
}

Deno.test("autoTokenizer() names the folder and the file that it lacks", async () => {
  await assertRejects(() => autoTokenizer("no/such"), TypeError, "Cannot find tokenizer.json in no/such");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(`${fixtures[0]![1]}/tokenizer.json`, `${folder}/tokenizer.json`);
    await assertRejects(() => autoTokenizer(folder), TypeError, `Cannot find tokenizer_config.json in ${folder}`);
    await Deno.writeTextFile(`${folder}/tokenizer_config.json`, "{");
    await assertRejects(() => autoTokenizer(folder), SyntaxError, "Cannot read tokenizer_config.json: it is no JSON");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
