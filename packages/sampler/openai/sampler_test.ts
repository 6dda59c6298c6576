import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { letters } from "../local/fakes.ts";
import type { Prompt, SampleOptions } from "../sampler.ts";
import { openaiSampler, type OpenaiSamplerOptions } from "./sampler.ts";

type Body = { prompt: string | number[]; n: number; seed: number; [name: string]: unknown };
type Answer = (body: Body, request: Request) => Response | Promise<Response>;

/** A server on this machine that answers as a test says. */
async function serve<R>(
  answer: Answer,
  use: (open: (options?: Partial<OpenaiSamplerOptions>) => ReturnType<typeof openaiSampler>) => Promise<R>,
): Promise<R> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (!request.url.endsWith("/v1/completions")) return new Response("lost", { status: 404 });
    return await answer(await request.json(), request);
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  return await use((options) => openaiSampler({ baseUrl, model: "tiny", retries: 0, ...options }));
}

const prompts: Prompt[] = ["ab", "cd", "ef"].map((text) => ({ id: text, text }));
const choice = (index: number, more: object = {}) => ({ index, text: "hi", finish_reason: "length", ...more });
const vllmChoice = (index: number, more: object = {}) =>
  choice(index, {
    ...{ token_ids: [8, 9], prompt_token_ids: [1, 2], stop_reason: null },
    logprobs: { tokens: ["h", "i"], token_logprobs: [-0.5, -0.25] },
    ...more,
  });
const answerWith = (make: (index: number) => object): Answer => ({ n }) =>
  Response.json({ choices: Array.from({ length: n }, (_, index) => make(index)) });

async function draw(sampler: ReturnType<typeof openaiSampler>, some: readonly Prompt[], options?: SampleOptions) {
  const completions = await Array.fromAsync(sampler.sample(some, options));
  return completions.toSorted((a, b) => a.promptId.localeCompare(b.promptId) || a.index - b.index);
}

Deno.test("openaiSampler() asks vLLM for every option and takes ids and log-probabilities from it", async () => {
  const bodies: Body[] = [];
  const answer: Answer = (body, request) => {
    assertEquals(request.headers.get("authorization"), "Bearer secret-key");
    bodies.push(body);
    return answerWith((index) => vllmChoice(index, index === 1 ? { finish_reason: "stop", stop_reason: "x" } : {}))(
      body,
      request,
    );
  };
  await serve(answer, async (open) => {
    const sampler = open({ server: "vllm", apiKey: "secret-key", extraBody: { priority: 1 } });
    const completions = await draw(sampler, prompts, { n: 2, maxTokens: 2, stop: ["x"], topK: 5, minTokens: 1 });
    assertEquals(completions.length, 6);
    const { logProbs, samplingLogProbs, ...first } = completions[1]!;
    assertEquals(first, {
      ...{ promptId: "ab", index: 1, promptTokens: Uint32Array.of(1, 2), tokens: Uint32Array.of(8, 9), text: "hi" },
      finish: "stop",
    });
    assertEquals([logProbs, samplingLogProbs], [Float32Array.of(-0.5, -0.25), Float32Array.of(NaN, NaN)]);
  });
  const { seed, ...body } = bodies.find(({ prompt }) => prompt === "ab")!;
  assert(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31);
  assertEquals(body, {
    ...{ model: "tiny", prompt: "ab", n: 2, max_tokens: 2, temperature: 1, top_p: 1, logprobs: 1, stream: false },
    ...{ stop: ["x"], top_k: 5, min_p: 0, repetition_penalty: 1, min_tokens: 1, return_token_ids: true },
    ...{ add_special_tokens: false, priority: 1 },
  });
});

Deno.test("openaiSampler() asks for prompts by id, repeats seeds, and gives each draw its own", async () => {
  const seeds: number[] = [];
  const answer: Answer = (body, request) => {
    assertEquals(body.prompt, [3, 4]);
    seeds.push(body.seed);
    return answerWith(choice)(body, request);
  };
  await serve(answer, async (open) => {
    const prompt = { id: "a", tokens: Uint32Array.of(3, 4) };
    for (const options of [{}, {}, { draw: 1 }, { seed: 1 }, { stage: 1 }]) await draw(open(), [prompt], options);
  });
  assertEquals(seeds[0], seeds[1]);
  assertEquals(new Set(seeds).size, 4);
});

Deno.test("openaiSampler() tells which log-probabilities it knows", async () => {
  const cases: [Partial<OpenaiSamplerOptions>, SampleOptions, [known: boolean, drawn: boolean | 0]][] = [
    [{}, {}, [true, true]],
    [{}, { temperature: 0.7 }, [false, false]],
    [{}, { topK: 3 }, [true, false]],
    [{}, { temperature: 0, n: 2 }, [true, 0]],
    [{ logProbs: "processed" }, { temperature: 0.7 }, [true, true]],
    [{ logProbs: "processed" }, { topP: 0.9 }, [false, true]],
    [{ logProbs: "processed" }, { temperature: 0 }, [false, 0]],
  ];
  await serve(answerWith((index) => vllmChoice(index)), async (open) => {
    for (const [options, settings, [known, drawn]] of cases) {
      for (const completion of await draw(open({ server: "vllm", ...options }), prompts, settings)) {
        const value = (is: boolean | 0) => is === 0 ? [0, 0] : is ? [-0.5, -0.25] : [NaN, NaN];
        assertEquals([...completion.logProbs], value(known));
        assertEquals([...completion.samplingLogProbs], value(drawn));
      }
    }
  });
});

Deno.test("openaiSampler() takes ids from its tokenizer where the server sends none", async () => {
  const logprobs = { tokens: ["h", "i"], token_logprobs: [-1, -2] };
  await serve(answerWith((index) => choice(index, { logprobs, finish_reason: "stop" })), async (open) => {
    const [drawn] = await draw(open({ tokenizer: letters }), [prompts[0]!]);
    assertEquals([drawn!.promptTokens, drawn!.tokens], [Uint32Array.of(1, 2), Uint32Array.of(8, 9, 0)]);
    assertEquals([drawn!.finish, [...drawn!.logProbs]], ["eos", [-1, -2, NaN]]);
    const [bare] = await draw(open(), [prompts[0]!], { stop: ["x"] });
    assertEquals([bare!.tokens.length, bare!.logProbs.length, bare!.finish, bare!.text], [0, 0, "stop", "hi"]);
  });
  const merged = { tokens: ["hi"], token_logprobs: [-1] };
  await serve(answerWith((index) => choice(index, { logprobs: merged })), async (open) => {
    const [drawn] = await draw(open({ tokenizer: letters }), [prompts[0]!]);
    assertEquals([...drawn!.logProbs], [NaN, NaN]); // the tokenizer cuts the text otherwise
  });
});

Deno.test("openaiSampler() tries again after 429 and 503, and not after 400", async () => {
  const left = [429, 503];
  let tries = 0;
  const answer: Answer = (body, request) => {
    tries++;
    const status = left.shift();
    return status
      ? new Response("busy", { status, headers: { "retry-after-ms": "1" } })
      : answerWith(choice)(body, request);
  };
  await serve(answer, async (open) => {
    assertEquals((await draw(open({ retries: 2 }), [prompts[0]!])).length, 1);
    assertEquals(tries, 3);
    left.push(429);
    await assertRejects(
      () => draw(open(), [prompts[0]!]),
      Error,
      "status 429 busy; lower concurrency or raise retries",
    );
    left.push(400);
    await assertRejects(() => draw(open({ retries: 2 }), [prompts[0]!]), Error, "status 400");
    assertEquals(tries, 5);
  });
});

Deno.test("openaiSampler() tries again after a connection that breaks within an answer", async () => {
  let tries = 0;
  const broken = () => new ReadableStream({ pull: (controller) => controller.error(new TypeError("reset")) });
  const ask: typeof fetch = () =>
    Promise.resolve(tries++ === 0 ? new Response(broken()) : Response.json({ choices: [choice(0)] }));
  const sampler = openaiSampler({ baseUrl: "http://a/v1", model: "tiny", retries: 1, fetch: ask });
  assertEquals([(await draw(sampler, [prompts[0]!]))[0]!.text, tries], ["hi", 2]);
});

Deno.test("openaiSampler() says in a sentence what is wrong with an answer, and never the key", async () => {
  const bad: [Answer, string][] = [
    [() => Response.json({ choices: "none" }), "its answer is no completion: choices"],
    [() => new Response("<html>", { headers: { "content-type": "text/html" } }), "its answer is no completion"],
    [() => new Response("{", { headers: { "content-type": "application/json" } }), "JSON"],
    [() => Response.json({ choices: [] }), "asked for 1 completions but answered 0"],
    [() => Response.json({ choices: [choice(3)] }), "asked for 1 completions but answered 1, of index 3"],
    [answerWith((index) => vllmChoice(index, { token_ids: [2 ** 32 + 5, 1] })), "choices.0.token_ids.0: Too big"],
    [
      answerWith((index) => vllmChoice(index, { token_ids: Array(129).fill(1) })),
      "128 tokens at most but answered 129",
    ],
    [
      answerWith((index) => choice(index, { logprobs: { token_logprobs: [-1, 0.5] } })),
      "choices.0.logprobs.token_logprobs.1: Too big",
    ],
    [
      answerWith((index) => choice(index, { finish_reason: "content_filter" })),
      'ended a completion by "content_filter"',
    ],
    [
      answerWith((index) => choice(index, { logprobs: { token_logprobs: ["x"] } })),
      "choices.0.logprobs.token_logprobs.0",
    ],
    [() => Response.json({ error: { message: "bad key secret-key" } }, { status: 401 }), "bad key …; check apiKey"],
  ];
  for (const [answer, message] of bad) {
    await serve(answer, async (open) => {
      const error = await assertRejects(() => draw(open({ apiKey: "secret-key" }), [prompts[0]!]), Error, message);
      assert(error.message.startsWith('Cannot sample from model "tiny" at http://127.0.0.1:'), error.message);
      assert(!Deno.inspect(error).includes("secret-key") && !error.message.includes("\n"), error.message);
    });
  }
  await serve(answerWith(choice), async (open) => {
    await assertRejects(() => draw(open({ server: "vllm" }), [prompts[0]!]), Error, "sent no token_ids");
    for (const options of [{ topK: 1 }, { minP: 0.1 }, { repetitionPenalty: 2 }, { minTokens: 1 }]) {
      await assertRejects(() => draw(open(), prompts, options), TypeError, `ask for ${Object.keys(options)[0]} over`);
    }
    await assertRejects(() => draw(open({ extraBody: { n: 2 } }), prompts), TypeError, "n from extraBody");
  });
});

Deno.test("openaiSampler() sends texts and keys nowhere else, and nothing of the environment", async () => {
  const variables = { OPENAI_API_KEY: "env-key", OPENAI_CUSTOM_HEADERS: "x-env: env-leaked", OPENAI_ORG_ID: "env-org" };
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  const seen: string[] = [];
  const look = ({ headers }: Request) => {
    seen.push(headers.get("authorization") ?? "nothing");
    assertEquals([...headers.values()].join().includes("env-"), false);
  };
  try {
    const elsewhere: Answer = (_, request) => (look(request), answerWith(choice)({ n: 1 } as Body, request));
    await serve(elsewhere, async (openOther) => {
      await draw(openOther(), [prompts[0]!]);
      await draw(openOther({ apiKey: " secret-key\n" }), [prompts[0]!]);
      assertEquals(seen, ["nothing", "Bearer secret-key"]);
      let tries = 0;
      let location = "";
      await serve(() => (tries++, new Response(null, { status: 307, headers: { location } })), async (open) => {
        location = "http://127.0.0.1:1/v1/completions";
        const drawing = () => draw(open({ retries: 2, apiKey: "secret-key" }), [prompts[0]!]);
        await assertRejects(drawing, Error, "status 307");
        await assertRejects(drawing, Error, "it sends to another address, which is not asked");
      });
      assertEquals([tries, seen.length], [2, 2]);
    });
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
  for (const baseUrl of ["me:hush@h/v1", "//h/?key=hush"]) {
    const { message } = assertThrows(() => openaiSampler({ baseUrl, model: "tiny" }), TypeError, "Expected baseUrl");
    assertEquals(message.includes("hush"), false, message);
  }
});

Deno.test("openaiSampler() gives up after its timeout, and where nobody listens", async () => {
  const never = Promise.withResolvers<Response>();
  await serve(() => never.promise, async (open) => {
    await assertRejects(
      () => draw(open({ timeout: 30 }), [prompts[0]!]),
      Error,
      "no answer within 30 ms; raise timeout",
    );
    never.resolve(new Response());
  });
  const nobody = openaiSampler({ baseUrl: "http://127.0.0.1:9/v1", model: "tiny", retries: 0 });
  await assertRejects(() => draw(nobody, prompts), Error, "check that the server runs there");
  assertThrows(() => openaiSampler({ baseUrl: "localhost:8000", model: "tiny" }), TypeError, 'found "localhost:8000"');
  assertThrows(() => openaiSampler({ baseUrl: "http://a", model: "tiny", concurrency: 0 }), RangeError, "concurrency");
});

Deno.test("openaiSampler() ends by its signal and keeps its concurrency", async () => {
  const many = Array.from({ length: 12 }, (_, i) => ({ id: `${i}`, text: "a" }));
  let [running, most] = [0, 0];
  const answer: Answer = async (body, request) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    return answerWith(choice)(body, request);
  };
  await serve(answer, async (open) => {
    assertEquals((await draw(open({ concurrency: 3 }), many)).length, 12);
    assertEquals(most, 3);
  });
  const never = Promise.withResolvers<Response>();
  await serve(() => never.promise, async (open) => {
    const controller = new AbortController();
    const drawing = assertRejects(() => draw(open(), many, { signal: controller.signal }), Error, "enough");
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await drawing;
    never.resolve(new Response());
  });
});
