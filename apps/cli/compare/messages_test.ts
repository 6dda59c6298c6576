import { assertEquals } from "@std/assert";
import { messagesOf } from "./messages.ts";

Deno.test("messagesOf() splits a transcript into turns, and takes anything else as one message", () => {
  assertEquals(messagesOf("\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: How do I\n\nclean it?\n\nAssistant:"), [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello." },
    { role: "user", content: "How do I\n\nclean it?" },
  ]);
  const others = [
    "What is 2 + 2?",
    "A text\n\nHuman: Hi\n\nAssistant:",
    "\n\nHuman: Hi\n\nAssistant: Hello",
    "\n\nAssistant:",
    "",
  ];
  for (const prompt of others) assertEquals(messagesOf(prompt), [{ role: "user", content: prompt }]);
});
