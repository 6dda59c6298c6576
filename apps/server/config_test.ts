import { assertEquals, assertThrows } from "@std/assert";
import { readConfig } from "./config.ts";

const gpt = { model: "m", baseURL: "http://127.0.0.1:1/v1" };

Deno.test("readConfig() says in a sentence what is wrong and where, and repeats no text that stands there", () => {
  const cases: readonly [judges: unknown, message: string][] = [
    [[], "Expected an object at judges in f.json but found a list"],
    [
      { "a b": gpt },
      "Expected names of 64 letters, digits, dots and dashes or fewer at judges.a b in f.json but found another one",
    ],
    [{ gpt: null }, "Expected an object at judges.gpt in f.json but found null"],
    [{ gpt: {} }, "Expected a text at judges.gpt.model in f.json but found nothing"],
    [{ gpt: { model: "" } }, "Expected a text at judges.gpt.model in f.json but found an empty one"],
    [{ gpt: { ...gpt, apiKey: "sk-secret" } }, 'Expected no further field at judges.gpt in f.json but found "apiKey"'],
    [
      { gpt: { ...gpt, apiKeyEnv: "sk-secret" } },
      "Expected the name of an environment variable in capital letters at judges.gpt.apiKeyEnv in f.json but found a text",
    ],
    [
      { gpt: { ...gpt, template: "nice" } },
      "Expected one of helpful, harmless, summary, chat, paper at judges.gpt.template in f.json but found another text",
    ],
    [{ gpt: { ...gpt, temperature: -1 } }, "Expected 0 or more at judges.gpt.temperature in f.json but found -1"],
    [
      { gpt: { ...gpt, concurrency: 1e9 } },
      "Expected 1000 or less at judges.gpt.concurrency in f.json but found 1000000000",
    ],
    [{ gpt: { ...gpt, requests: 1.5 } }, "Expected a whole number at judges.gpt.requests in f.json but found 1.5"],
    [{ jury: { panel: ["gpt"] }, gpt }, "Expected 2 or more at judges.jury.panel in f.json but found fewer"],
    [
      { jury: { panel: ["gpt", "jury"] }, gpt },
      'Expected names of judges that are models, each once, at judges.jury.panel in f.json but found "jury"',
    ],
    [
      { jury: { panel: ["gpt", "gpt"] }, gpt },
      "Expected names of judges that are models, each once, at judges.jury.panel in f.json but found gpt twice",
    ],
  ];
  for (const [judges, message] of cases) {
    assertEquals(assertThrows(() => readConfig({ judges }, "f.json"), TypeError).message, message);
  }
  assertThrows(() => readConfig([], "f.json"), TypeError, "Expected an object in f.json but found a list");
  assertThrows(() => readConfig({ judge: {} }, "f.json"), TypeError, "Expected no further field in f.json");
  assertEquals(readConfig({}, "f.json"), {});
});
