import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Episode } from "../episode.ts";
import { classifyReward, openrlhfReward, type RemoteRewardOptions } from "./mod.ts";

type Body = { readonly [name: string]: unknown };

/** A server on this machine that answers as a test says. */
async function serve<R>(
  answer: (body: Body, request: Request) => Response | Promise<Response>,
  use: (url: string) => Promise<R>,
): Promise<R> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    return await answer(await request.json(), request);
  });
  return await use(`http://127.0.0.1:${server.addr.port}/rm`);
}

/** Episodes whose scores are to be the lengths of their responses. */
const episodes: Episode[] = Array.from({ length: 7 }, (_, i) => ({
  ...{ promptId: `p${i}`, prompt: "Say: ", response: "a".repeat(i), finish: "eos" },
  ...{ promptTokens: new Uint32Array(), tokens: new Uint32Array(), logProbs: new Float32Array() },
}));
const lengths = Float32Array.from(episodes, ({ response }) => response.length - 1.5);

/** The score of a text. */
const scoreOf = (text: string) => text.length - "Say: ".length - 1.5;

const classes = ({ input }: Body) => ({
  data: (input as string[]).map((text, index) => ({ index, label: "LABEL_0", probs: [scoreOf(text)], num_classes: 1 })),
});
const rewards = ({ query }: Body) => ({ rewards: (query as string[]).map(scoreOf), scores: [], extra_logs: {} });

const kinds = { classifyReward: [classifyReward, classes], openrlhfReward: [openrlhfReward, rewards] } as const;

for (const [name, [open, make]] of Object.entries(kinds)) {
  Deno.test(`${name}() asks in batches, some at a time, and gives scores in the order of the episodes`, async () => {
    const bodies: Body[] = [];
    let [running, most] = [0, 0];
    const answer = async (body: Body, request: Request) => {
      assertEquals([request.method, new URL(request.url).pathname], ["POST", "/rm"]);
      bodies.push(body);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, bodies.length === 1 ? 20 : 1)); // the first is done last
      running--;
      return Response.json(make(body));
    };
    await serve(answer, async (url) => {
      const reward = open({ url, batch: 2, concurrency: 3 });
      assertEquals([await reward(episodes), most, bodies.length], [lengths, 3, 4]);
      assertEquals(await reward([]), new Float32Array());
      assertEquals([reward.id, open({ url, model: "rm" }).id, open({ url, id: "own" }).id], [url, `rm@${url}`, "own"]);
    });
  });
}

Deno.test("classifyReward() asks for no activation, in the order that the server's index says", async () => {
  let asked: Body = {};
  const answer = (body: Body) => {
    asked = body;
    return Response.json({ data: classes(body).data.toReversed() });
  };
  await serve(answer, async (url) => {
    const text = ({ prompt, response }: Episode) => `${prompt}${response}`.toUpperCase();
    assertEquals(await classifyReward({ url, model: "rm", text })(episodes.slice(0, 2)), lengths.slice(0, 2));
  });
  assertEquals(asked, { model: "rm", input: ["SAY: ", "SAY: A"], use_activation: false, activation: false });
});

Deno.test("openrlhfReward() sends queries with prompts and labels, and takes a bare number for one", async () => {
  let asked: Body = {};
  await serve((body) => (asked = body, Response.json({ rewards: 0.5 })), async (url) => {
    assertEquals(await openrlhfReward({ url })(episodes.slice(1, 2)), Float32Array.of(0.5));
  });
  assertEquals(asked, { query: ["Say: a"], prompts: ["Say: "], labels: [""] });
});

Deno.test("remote rewards try again after 503, and say what is wrong with others", async () => {
  let tries = 0;
  const busy = () => new Response("busy", { status: 503, headers: { "retry-after-ms": "1" } });
  await serve((body) => tries++ < 1 ? busy() : Response.json(rewards(body)), async (url) => {
    assertEquals(await openrlhfReward({ url, retries: 1 })(episodes), lengths);
    assertEquals(tries, 2);
  });
  const bad: [RemoteRewardOptions["model"], answer: object | string | Response, message: string][] = [
    ["rm", { data: [{ index: 0, probs: [] }] }, "its answer is no classification: data.0.probs: "],
    ["rm", { data: [{ index: 0, probs: ["NaN"] }] }, "data.0.probs.0: "],
    ["rm", { data: [] }, "it was asked for 1 scores but answered 0"],
    ["rm", { data: [{ index: 4, probs: [1] }] }, "it was asked for 1 scores but answered 1, of index 4"],
    ["rm", new Response("no", { status: 404 }), "status 404 no; check url and model"],
    [undefined, { rewards: [null] }, "its answer is no list of rewards: rewards: expected a list of numbers"],
    [undefined, new Response("<html>", { headers: { "content-type": "application/json" } }), "its answer is no JSON ("],
    [undefined, { rewards: [1, 2] }, "it was asked for 1 rewards but answered 2"],
    [undefined, {}, "its answer is no list of rewards: rewards: "],
  ];
  for (const [model, answer, message] of bad) {
    await serve(() => answer instanceof Response ? answer : Response.json(answer), async (url) => {
      const open = model ? classifyReward : openrlhfReward;
      const reward = open({ url, model, retries: 0 });
      const error = await assertRejects(() => reward(episodes.slice(0, 1)), Error, message);
      assert(error.message.startsWith(`Cannot score ${model ? 'by model "rm" ' : ""}at ${url}: `), error.message);
    });
  }
});

Deno.test("remote rewards send credentials of the address and keep them out of ids and messages", async () => {
  let header: string | null = null;
  const answer = (body: Body, request: Request) => {
    header = request.headers.get("authorization");
    return request.url.endsWith("?key=hush") ? Response.json(rewards(body)) : new Response("lost", { status: 400 });
  };
  await serve(answer, async (url) => {
    const secret = `${url.replace("://", "://me:pass%20word@")}?key=hush`;
    const reward = openrlhfReward({ url: secret, retries: 0 });
    assertEquals([await reward(episodes), reward.id, header], [lengths, url, `Basic ${btoa("me:pass word")}`]);
    await openrlhfReward({ url: `${url}?key=hush`, apiKey: "bearer-key" })(episodes);
    assertEquals(header, "Bearer bearer-key");
  });
  // Credentials that are no ASCII, or no text: a percent sign is what was typed.
  await serve(answer, async (url) => {
    for (const [typed, meant] of [["me:pässword", "me:pässword"], ["me:100%", "me:100%"]] as const) {
      const reward = openrlhfReward({ url: `${url.replace("://", `://${typed}@`)}?key=hush` });
      assertEquals(await reward(episodes), lengths);
      const bytes = Uint8Array.from(atob(header!.slice("Basic ".length)), (letter) => letter.charCodeAt(0));
      assertEquals(new TextDecoder().decode(bytes), meant);
    }
  });
  // A message that is cut in the middle of a secret.
  const echo = () => new Response(`${"x".repeat(290)}top-secret-key`, { status: 401 });
  await serve(echo, async (url) => {
    const reward = openrlhfReward({ url, apiKey: "top-secret-key", retries: 0 });
    const error = await assertRejects(() => reward(episodes), Error, "check apiKey");
    assert(!error.message.includes("top"), error.message);
  });
  const nobody = openrlhfReward({ url: "http://me:password@127.0.0.1:9/rm?key=hush", retries: 0 });
  const error = await assertRejects(() => nobody(episodes), Error, "check that the server runs there");
  assert(!/password|hush/.test(Deno.inspect(error)), error.message);
});

Deno.test("remote rewards end by their signal and after their timeout", async () => {
  const never = Promise.withResolvers<Response>();
  await serve(() => never.promise, async (url) => {
    const slow = openrlhfReward({ url, timeout: 30, retries: 0 });
    await assertRejects(() => slow(episodes), Error, "no answer within 30 ms; raise timeout");
    const controller = new AbortController();
    const waiting = assertRejects(() => openrlhfReward({ url, signal: controller.signal })(episodes), Error, "enough");
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await waiting;
    never.resolve(new Response());
  });
});

Deno.test("remote rewards refuse what is no address and sizes that are none", () => {
  assertThrows(
    () => classifyReward({ url: "localhost:8000" }),
    TypeError,
    "Expected url to be an address such as http",
  );
  for (const option of ["batch", "concurrency", "timeout"]) {
    const open = () => openrlhfReward({ url: "http://a", [option]: 0 });
    assertThrows(open, RangeError, `Expected ${option} of openrlhfReward to be an integer of 1 or more but found 0`);
  }
});
