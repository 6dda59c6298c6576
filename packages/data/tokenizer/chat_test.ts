import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { fixture, folder, memory } from "./fixtures/mod.ts";
import { loadTokenizer } from "./load.ts";

const words = { model: { type: "WordLevel", vocab: { a: 0 } } };
const withTemplate = (chat_template: string | undefined) =>
  loadTokenizer(memory({ "tokenizer.json": words, "tokenizer_config.json": { chat_template } }));
const chat = [{ role: "user", content: " hi " }, { role: "assistant", content: "hello" }];

Deno.test("renderChat() takes the file before the field, and the default of several", async () => {
  for (const name of ["llama", "words"]) {
    const { renderChat } = await loadTokenizer(folder(fixture(name)));
    assertEquals(renderChat(chat), "<s>[user] hi\n[assistant] hello</s>");
    assertEquals(renderChat(chat.slice(0, 1), { reply: true }), "<s>[user] hi\n[assistant]");
  }
});

Deno.test("renderChat() gives a template without tokens nothing in their place", async () => {
  assertEquals((await loadTokenizer(folder(fixture("byte_level")))).renderChat(chat.slice(0, 1)), "[user] hi\n");
});

Deno.test("renderChat() says what the template objects to", async () => {
  const { renderChat } = await loadTokenizer(folder(fixture("llama")));
  const late = [...chat, { role: "system", content: "be good" }];
  assertThrows(() => renderChat(late), SyntaxError, "Cannot render a chat: the template says: a system message comes");
});

Deno.test("renderChat() refuses where there is no template, or one that does not parse", async () => {
  const none = await withTemplate(undefined);
  assertThrows(() => none.renderChat(chat), TypeError, "the tokenizer has no template; add chat_template.jinja");
  const broken = await withTemplate("{% for x in %}");
  assertThrows(() => broken.renderChat(chat), SyntaxError, "Cannot render a chat: the template says: ");
});

Deno.test("templateHash is SHA-256 of the template, and empty without one", async () => {
  const [none, a, b] = await Promise.all([undefined, "a", "b"].map(withTemplate));
  assertEquals(none!.templateHash, "");
  assertMatch(a!.templateHash, /^ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb$/);
  assertNotEquals(a!.templateHash, b!.templateHash);
});
