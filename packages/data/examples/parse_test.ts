import { assertEquals, assertThrows } from "@std/assert";
import { parseExample } from "./kinds.ts";
import { parseDemonstration, parsePreference, parsePrompt, parseRating } from "./parse.ts";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

/** The plainest template: `<role>content`, and `;` behind an answer. */
const tokenizer = {
  renderChat: (messages: readonly { role: string; content: string }[], { reply = false } = {}) =>
    messages.map(({ role, content }) => `<${role}>${content}${role === "assistant" ? ";" : ""}`).join("") +
    (reply ? "<assistant>" : ""),
};

Deno.test("parseDemonstration() reads text as it stands, and messages through the template", () => {
  const text = { prompt: " a ", completion: " b\n" };
  assertEquals(parseDemonstration({ ...text, other: 1 }), text);
  assertEquals(parseDemonstration({ text: "all" }), { prompt: "", completion: "all" });
  const rendered = { prompt: "<user>a<assistant>", completion: "b;", rendered: true };
  assertEquals(parseDemonstration({ messages: [user("a"), assistant("b")] }, { tokenizer }), rendered);
  assertEquals(parseDemonstration({ prompt: [user("a")], completion: [assistant("b")] }, { tokenizer }), rendered);
  assertEquals(parseDemonstration({ prompt: "a", messages: [user("a"), assistant("b")] }, { tokenizer }), rendered);
});

Deno.test("parseDemonstration() keeps what the system says when the oldest exchanges go", () => {
  const messages = [{ role: "system", content: "s" }, user("a"), assistant("b"), user("c"), assistant("d"), user("e")];
  assertEquals(parseDemonstration({ messages: [...messages, assistant("f")] }, { tokenizer }), {
    prompt: "<system>s<user>a<assistant>b;<user>c<assistant>d;<user>e<assistant>",
    shorter: ["<system>s<user>c<assistant>d;<user>e<assistant>", "<system>s<user>e<assistant>"],
    rendered: true,
    completion: "f;",
  });
});

Deno.test("parseDemonstration() renders a long conversation's last 64 exchanges at most", () => {
  const messages = Array.from({ length: 300 }, (_, i) => [user(`q${i}`), assistant(`a${i}`)]).flat();
  const example = parseDemonstration({ messages }, { tokenizer });
  assertEquals("shorter" in example && [example.shorter!.length, example.shorter![0]!.slice(0, 10)], [
    64,
    "<user>q236",
  ]);
});

Deno.test("parsePreference() splits transcripts behind the last Assistant, and can drop their oldest turns", () => {
  const turns = "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:";
  assertEquals(parsePreference({ chosen: `${turns} d\n\nx`, rejected: `${turns} e` }), {
    ...{ prompt: turns, shorter: ["\n\nHuman: c\n\nAssistant:"], chosen: " d\n\nx", rejected: " e" },
  });
  assertEquals(parsePreference({ prompt: turns, chosen: " d", rejected: " e" }), {
    ...{ prompt: turns, shorter: ["\n\nHuman: c\n\nAssistant:"], chosen: " d", rejected: " e" },
  });
});

Deno.test("parsePreference() reads messages with their prompt on its own, on both sides, or twice", () => {
  const expected = { prompt: "<user>a<assistant>", chosen: "b;", rejected: "c;", rendered: true };
  const both = { chosen: [user("a"), assistant("b")], rejected: [user("a"), assistant("c")] };
  assertEquals(parsePreference(both, { tokenizer }), expected);
  assertEquals(parsePreference({ prompt: "a", ...both }, { tokenizer }), expected);
  const apart = { prompt: [user("a")], chosen: [assistant("b")], rejected: [assistant("c")] };
  assertEquals(parsePreference({ ...apart, margin: 2n }, { tokenizer }), { ...expected, margin: 2 });
});

Deno.test("parsePreference() leaves out pairs whose prompts differ, with an empty side, or with equal sides", () => {
  const pair = (chosen: unknown, rejected: unknown) => parsePreference({ chosen, rejected }, { tokenizer });
  const asked = "\n\nHuman: a\n\nAssistant:";
  assertEquals(pair(`${asked} b`, "\n\nHuman: A\n\nAssistant: c"), { skip: "prompts differ" });
  assertEquals(pair(`${asked} b`, `${asked} `), { skip: "empty completion" });
  assertEquals(pair(`${asked} b`, `${asked} b`), { skip: "equal completions" });
  assertEquals(pair([user("a"), assistant("b")], [user("c"), assistant("b")]), { skip: "prompts differ" });
  assertEquals(pair([user("a"), assistant("b")], [user("a"), assistant(" ")]), { skip: "empty completion" });
  assertEquals(pair([user("a"), assistant("b")], [user("a"), assistant("b")]), { skip: "equal completions" });
  assertEquals(parseDemonstration({ prompt: "a", completion: " \n" }), { skip: "empty completion" });
});

Deno.test("parseRating() and parsePrompt() read numbers and ids, those of Parquet too", () => {
  const text = { prompt: "a", completion: "b" };
  assertEquals(parseRating({ ...text, rating: 4n }), { ...text, rating: 4 });
  assertEquals(parseRating({ prompt: "a", completion: "", rating: 4 }), { skip: "empty completion" });
  assertEquals(parsePrompt({ prompt: "a", id: 7n }), { prompt: "a", id: "7" });
  assertEquals(parsePrompt({ prompt: "a", id: null }), { prompt: "a" });
  assertEquals(parsePrompt({ prompt: [user("a")] }, { tokenizer }), { prompt: "<user>a<assistant>", rendered: true });
});

Deno.test("parse…() name the field, what was expected and what was found", () => {
  const refused: [kind: Parameters<typeof parseExample>[0], row: unknown, message: string][] = [
    ["prompts", null, "expected an object with fields but found null"],
    ["prompts", [1], "expected an object with fields but found a list"],
    ["prompts", "a", "expected an object with fields but found text"],
    ["prompts", {}, "expected the fields prompt, with id or without but found none"],
    ["prompts", { prompt: "a", id: true }, "id: expected a number but found a boolean"],
    ["prompts", { prompt: 7 }, "prompt: expected text but found a number"],
    ["prompts", { prompt: "\ud800" }, "prompt: expected whole characters but found half of a surrogate pair"],
    ["prompts", { prompt: [] }, "prompt: expected one message or more but found none"],
    [
      "prompts",
      JSON.parse('{"__proto__":{"prompt":"a"}}'),
      "expected the fields prompt, with id or without but found __",
    ],
    [
      "demonstrations",
      { prompt: "a" },
      "expected the fields prompt and completion, or messages, or text but found prompt",
    ],
    ["demonstrations", { completion: "a" }, "prompt: expected text but found nothing"],
    ["demonstrations", { prompt: "a", completion: {} }, "completion: expected text but found an object"],
    [
      "demonstrations",
      { prompt: "a", completion: [assistant("b")] },
      "prompt: expected a list of messages but found text",
    ],
    ["demonstrations", { text: false }, "text: expected text but found a boolean"],
    ["demonstrations", { messages: "a" }, "messages: expected a list of messages but found text"],
    ["demonstrations", { messages: [user("a"), 7] }, "messages.1: expected a message but found a number"],
    ["demonstrations", { messages: [{ role: 1, content: "a" }] }, "messages.0.role: expected text but found a number"],
    ["demonstrations", { messages: [{ role: "bot", content: "a" }] }, 'tool but found "bot"'],
    [
      "demonstrations",
      { messages: [{ role: "user", content: [] }] },
      "messages.0.content: expected text but found a list",
    ],
    ["demonstrations", { messages: [assistant("a"), user("a")] }, "behind others at the end but found user"],
    ["demonstrations", { messages: [assistant("a")] }, "behind others at the end but found one message"],
    ["ratings", { prompt: "a", completion: "b" }, "rating: expected a number but found nothing"],
    ["ratings", { prompt: "a", completion: "b", rating: "5" }, "rating: expected a number but found text"],
    ["ratings", { prompt: "a", completion: "b", rating: Infinity }, "rating: expected a number but found Infinity"],
    [
      "preferences",
      { chosen: "a" },
      "expected the fields chosen and rejected, with prompt or without but found chosen",
    ],
    [
      "preferences",
      { chosen: "a", rejected: "b" },
      'chosen: expected a transcript with "\\n\\nAssistant:", or a field prompt',
    ],
    ["preferences", { prompt: "a", chosen: "b", rejected: 7 }, "rejected: expected text but found a number"],
    [
      "preferences",
      { prompt: "a", chosen: [user("b")], rejected: "c" },
      "rejected: expected a list of messages but found",
    ],
    [
      "preferences",
      { prompt: "a", chosen: [assistant("b")], rejected: [assistant("b")] },
      "prompt: expected a list of mess",
    ],
    [
      "preferences",
      { prompt: "a", chosen: "b", rejected: "c", margin: -1 },
      "margin: expected a number of 0 or more but",
    ],
  ];
  for (const [kind, row, message] of refused) {
    assertThrows(() => parseExample(kind, row, { tokenizer }), SyntaxError, message);
  }
});

Deno.test("parse…() say that messages need a tokenizer, which no row can mend", () => {
  const messages = [user("a"), assistant("b")];
  const message = "Cannot read messages without a tokenizer: conversations become text by its chat template";
  assertThrows(() => parseDemonstration({ messages }), TypeError, message);
});

Deno.test("parse…() refuse a template that renders a prompt otherwise when its answer follows", () => {
  const renderChat = (messages: readonly object[], { reply = false } = {}) => `${messages.length}${reply ? ">" : "!"}`;
  const row = { messages: [user("a"), assistant("b")] };
  const message = "messages: the chat template renders the conversation with its answer otherwise than without it";
  assertThrows(() => parseDemonstration(row, { tokenizer: { renderChat } }), SyntaxError, message);
  const strict = () => {
    throw new SyntaxError("Cannot render a chat: the template says: no");
  };
  const says = "messages: Cannot render a chat: the template says: no";
  assertThrows(() => parseDemonstration(row, { tokenizer: { renderChat: strict } }), SyntaxError, says);
});
