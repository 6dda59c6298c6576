import { assertEquals, assertRejects } from "@std/assert";
import { AskError } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import { advised } from "./advised.ts";

Deno.test("advised() names flags and variables, where a server refuses", async () => {
  const refused = async (status: number) => {
    const fetch = () => Promise.resolve(Response.json({ error: { message: "No" } }, { status }));
    const ask = advised(openaiAsk({ model: "m", baseURL: "http://host/v1", fetch }));
    const error = await assertRejects(() => ask({ messages: [], maxTokens: 1, temperature: 0 }), AskError);
    return error.message.replace(/^.*; /, "");
  };
  assertEquals(await refused(401), "check the key in the variable OPENAI_API_KEY");
  assertEquals(await refused(404), "check the name of the model and the address");
  assertEquals(await refused(429), "lower --concurrency or --per-minute");
  assertEquals(await refused(500), "look into its log");
});
