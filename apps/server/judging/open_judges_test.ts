import { assertEquals, assertThrows } from "@std/assert";
import { memoryCallLog } from "@tare/eval";
import { readConfig } from "../config.ts";
import { completion, serveModel } from "./fakes.ts";
import { openJudges } from "./open_judges.ts";

const env = (name: string) => name === "KEY" ? " sk-secret\n" : undefined;
const calls = memoryCallLog();
const gpt = { model: "m", baseURL: "http://127.0.0.1:1/v1" };

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
