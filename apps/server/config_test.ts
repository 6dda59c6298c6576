import { assertEquals, assertThrows } from "@std/assert";
import { memoryCallLog } from "@tare/eval";
import { openJudges, readConfig } from "./config.ts";
import { completion, serveModel } from "./judging/fakes.ts";

const env = (name: string) => name === "KEY" ? " sk-secret\n" : undefined;
const calls = memoryCallLog();
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

Deno.test("openJudges() says which judge cannot be made, without credentials", () => {
  const open = (judges: Parameters<typeof openJudges>[0]["judges"]) => () => openJudges({ judges }, { calls, env });
  const cases = [
    [
      { gpt: { ...gpt, apiKeyEnv: "NONE" } },
      "the judge gpt: Expected a key in the variable NONE but found none: set it",
    ],
    [{ gpt: { ...gpt, baseURL: "me:secret@host" } }, "the judge gpt: Expected baseURL to be an address"],
    [{ gpt: { ...gpt, extraBody: { model: "x" } } }, "the judge gpt: Expected extraBody to hold further fields"],
    [
      { a: gpt, b: { ...gpt, perMinute: 5 } },
      "Expected judges that differ in what is asked, or who, but found a and b alike",
    ],
  ] as const;
  for (const [judges, message] of cases) {
    const { message: found } = assertThrows(open(judges), TypeError, message);
    assertEquals(found.includes("secret"), false);
  }
});

Deno.test("openJudges() makes judges that send the key and show neither it nor credentials", async () => {
  await using server = await serveModel((content) => completion(content.includes("good") ? undefined : "?"));
  const { host } = new URL(server.baseURL);
  const judges = openJudges(
    readConfig({
      judges: {
        jury: { panel: ["gpt", "once"] },
        gpt: { model: "m", baseURL: server.baseURL.replace("//", "//me:hidden@"), apiKeyEnv: "KEY" },
        once: { model: "n", baseURL: server.baseURL, orders: "one", template: "chat", maxTokens: 9, temperature: 0.5 },
      },
    }, "f.json"),
    { calls, env },
  );
  assertEquals(Object.entries(judges).map(([name, { about }]) => [name, about]), [
    ["jury", { panel: ["gpt", "once"] }],
    ["gpt", { model: "m", host, template: "helpful", orders: "both" }],
    ["once", { model: "n", host, template: "chat", orders: "one" }],
  ]);
  const pair = { promptId: "1", prompt: "A good one?", a: "x", b: "y" };
  assertEquals((await judges.gpt!.compare(pair)).winner, "tie"); // what stands first wins
  assertEquals(server.requests.map(({ authorization }) => authorization), ["Bearer sk-secret", "Bearer sk-secret"]);
  await judges.jury!.compare(pair); // both games of gpt are known
  assertEquals(server.requests.length, 3);
  assertEquals([judges.gpt!.spent!().tries, judges.gpt!.spent!().remembered, judges.once!.spent!().tries], [2, 2, 1]);
  assertEquals(/secret|hidden/.test(JSON.stringify(judges)), false);
});
