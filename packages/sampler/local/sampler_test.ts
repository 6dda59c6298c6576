import { type Device, forward, gatherRows, mul, openDevice, tokenBatch, tokenLogProb } from "@tare/core";
import { chiSquareP, eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Completion, Prompt, SampleOptions } from "../sampler.ts";
import { letters, loudParams, tinyConfig, tinyGpt2 } from "./fakes.ts";
import { localSampler, type LocalSamplerOptions } from "./sampler.ts";

const prompts: Prompt[] = [[3, 14, 15, 9], [26], [5, 3, 5, 8, 9, 7, 9], [3, 14, 15, 10], [1, 2]].map((tokens, i) => ({
  ...{ id: `p${i}`, text: "", tokens },
}));

function tiny(device: Device, options: Partial<LocalSamplerOptions> = {}) {
  const config = options.config ?? tinyConfig;
  const params = options.params ?? loudParams(device, config);
  return localSampler({ device, config, tokenizer: letters, ...options, params });
}

async function draw(sampler: ReturnType<typeof tiny>, some: readonly Prompt[], options: SampleOptions) {
  const completions = await Array.fromAsync(sampler.sample(some, options));
  return completions.toSorted((a, b) => a.promptId.localeCompare(b.promptId) || a.index - b.index);
}

await eachDevice(
  Deno.test,
  "localSampler() draws a completion that depends on nothing but its draw",
  async (device) => {
    const params = loudParams(device, tinyConfig);
    const options = { n: 3, maxTokens: 7, temperature: 0.8, seed: 5 };
    const expected = await draw(tiny(device, { params, slots: 32, block: 3 }), prompts, options);
    assertEquals(expected.length, 15);
    assert(new Set(expected.map(({ tokens }) => tokens.join())).size > 10, "draws should differ");
    assert(new Set(expected.map(({ finish }) => finish)).size === 2, "some should end early, some not");
    const small = tiny(device, { params, slots: 2, block: 5, prefillTokens: 3 });
    assertEquals(await draw(small, prompts, options), expected);
    assertEquals(await draw(tiny(device, { params, slots: 4, block: 1 }), prompts.toReversed(), options), expected);
    const alone = await draw(small, [prompts[2]!], { ...options, n: 1, draw: 1 });
    assertEquals(alone, [{ ...expected[7]!, index: 0 }]);
  },
);

Deno.test("localSampler() draws the same bits with any number of threads", async () => {
  const drawn: Completion[][] = [];
  for (const threads of [1, 2]) {
    using device = await openDevice({ device: "cpu", threads });
    using _scope = device.scope();
    drawn.push(await draw(tiny(device, { slots: 4 }), prompts, { n: 4, maxTokens: 8, topK: 9 }));
  }
  assertEquals(drawn[0], drawn[1]);
});

await eachDevice(Deno.test, "localSampler() records the log-probabilities that training computes", async (device) => {
  for (const config of [tinyConfig, tinyGpt2]) {
    const params = loudParams(device, config);
    for (const temperature of [1, 0.7]) {
      const sampler = tiny(device, { config, params, slots: 3 });
      for (
        const { promptTokens, tokens, logProbs, samplingLogProbs } of await draw(sampler, prompts, {
          maxTokens: 6,
          temperature,
        })
      ) {
        const batch = tokenBatch(device, config, [[...promptTokens, ...tokens].slice(0, -1)]);
        const rows = Uint32Array.from(tokens, (_, i) => promptTokens.length - 1 + i);
        const hidden = gatherRows(forward(params, config, batch), device.tensor(rows));
        const trained = await tokenLogProb(params, hidden, device.tensor(tokens), { temperature }).logProb.data();
        trained.forEach((value, i) => assert(Math.abs(value - logProbs[i]!) <= 1e-4, `${value} and ${logProbs[i]}`));
        assertEquals(samplingLogProbs, logProbs);
      }
    }
  }
});

await eachDevice(Deno.test, "localSampler() takes the most likely token at temperature 0", async (device) => {
  const params = loudParams(device, tinyConfig);
  const drawn = await draw(tiny(device, { params }), prompts, { maxTokens: 6, temperature: 0 });
  for (const { promptTokens, tokens, samplingLogProbs } of drawn) {
    const batch = tokenBatch(device, tinyConfig, [[...promptTokens, ...tokens].slice(0, -1)]);
    const { argmax } = tokenLogProb(params, forward(params, tinyConfig, batch), batch.tokens);
    assertEquals((await argmax.data()).subarray(promptTokens.length - 1), tokens);
    assertEquals(samplingLogProbs, new Float32Array(tokens.length));
  }
});

Deno.test("localSampler() draws tokens as often as the model says", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const params = loudParams(device, tinyConfig);
  const [n, temperature] = [4000, 0.9];
  const drawn = await draw(tiny(device, { params, slots: 256 }), [prompts[0]!], { n, maxTokens: 1, temperature });
  const counts = Array.from({ length: 29 }, () => 0);
  for (const { tokens } of drawn) counts[tokens[0]!]!++;
  const batch = tokenBatch(device, tinyConfig, Array.from({ length: 29 }, () => prompts[0]!.tokens!));
  const last = device.tensor(Uint32Array.from({ length: 29 }, (_, i) => 4 * i + 3));
  const hidden = gatherRows(forward(params, tinyConfig, batch), last);
  const all = device.tensor(Uint32Array.from({ length: 29 }, (_, i) => i));
  const { logProb } = tokenLogProb(params, hidden, all, { temperature });
  const expected = Array.from(await logProb.data(), (l) => n * Math.exp(l));
  const p = chiSquareP(counts, expected);
  assert(p > 1e-4, `a draw that is fair would be as far off with probability ${p}`);
  const flat = chiSquareP(counts, expected.map(() => n / 29));
  assert(flat < 1e-6, "the test could not tell");
});

await eachDevice(Deno.test, "localSampler() ends at end tokens, stop texts and maxTokens", async (device) => {
  const params = loudParams(device, tinyConfig);
  const sampler = tiny(device, { params, block: 4 });
  const free = await draw(sampler, prompts, { n: 4, maxTokens: 12 });
  for (const { tokens, text, finish, logProbs } of free) {
    assertEquals(finish, tokens.at(-1) === 0 ? "eos" : "length");
    assertEquals([tokens.indexOf(0) >= 0, logProbs.length], [finish === "eos", tokens.length]);
    assertEquals(text, letters.decode(tokens));
    if (finish === "length") assertEquals(tokens.length, 12);
  }
  const stop = [free.find(({ text }) => text.length > 4)!.text.slice(2, 4), "e"];
  const stopped = await draw(sampler, prompts, { n: 4, maxTokens: 12, stop });
  assert(stopped.some(({ finish }) => finish === "stop"), "a stop text should be found");
  stopped.forEach((completion, i) => {
    const whole = free[i]!;
    const cut = Math.min(...stop.map((word) => whole.text.indexOf(word)).filter((at) => at >= 0));
    assertEquals(completion.text, whole.text.slice(0, cut));
    assertEquals(completion.finish, cut === Infinity ? whole.finish : "stop");
    assertEquals(completion.logProbs, whole.logProbs.slice(0, completion.tokens.length));
    if (cut < Infinity) assert(stop.some((word) => letters.decode(completion.tokens).endsWith(word)));
  });
});

await eachDevice(
  Deno.test,
  "localSampler() draws nothing that filters, minTokens and penalties forbid",
  async (device) => {
    const params = loudParams(device, tinyConfig);
    const options = { n: 4, maxTokens: 8, minTokens: 4, topK: 4, topP: 0.9, minP: 0.05, repetitionPenalty: 1.3 };
    const drawn = await draw(tiny(device, { params, block: 3 }), prompts, options);
    assertEquals(await draw(tiny(device, { params, block: 1, slots: 3, pack: false }), prompts, options), drawn);
    assert(drawn.every(({ tokens }) => tokens.length > 4 && !tokens.subarray(0, 4).includes(0)));
    assert(drawn.some(({ finish }) => finish === "eos"), "some should end after minTokens");
    for (const { logProbs, samplingLogProbs } of drawn) assert(logProbs.some((l, i) => l < samplingLogProbs[i]!));
    const never = await draw(tiny(device, { params }), prompts, {
      maxTokens: 8,
      minTokens: 8,
      temperature: 0,
      repetitionPenalty: 1e9,
    });
    for (const { promptTokens, tokens } of never) {
      assertEquals(new Set(tokens).size, 8);
      assertEquals(tokens.filter((token) => promptTokens.includes(token)), new Uint32Array());
    }
  },
);

await eachDevice(Deno.test, "stream() tells of tokens and text whose pieces make the completion", async (device) => {
  const sampler = tiny(device, { slots: 3, block: 2 });
  const options = { n: 2, maxTokens: 9, stop: ["e", "ab"] };
  const expected = await draw(sampler, prompts, options);
  const [tokens, texts] = [new Map<string, number[]>(), new Map<string, string>()];
  const completions: Completion[] = [];
  for await (const event of sampler.stream(prompts, options)) {
    const key = `${event.promptId}/${event.index}`;
    tokens.set(key, [...tokens.get(key) ?? [], ...event.tokens]);
    texts.set(key, (texts.get(key) ?? "") + event.text);
    if (event.completion) completions.push(event.completion);
  }
  assertEquals(completions.length, expected.length);
  for (const { promptId, index, tokens: all, text } of expected) {
    assertEquals([tokens.get(`${promptId}/${index}`), texts.get(`${promptId}/${index}`)], [[...all], text]);
  }
});

await eachDevice(Deno.test, "localSampler() gives its memory back, however a draw ends", async (device) => {
  const sampler = tiny(device, { slots: 2 });
  const { blocks } = device.stats();
  const left = () => device.stats().blocks - blocks;
  await draw(sampler, prompts, { maxTokens: 3 });
  assertEquals(left(), 0);
  for await (const _ of sampler.sample(prompts, { maxTokens: 3 })) break;
  assertEquals(left(), 0);
  const controller = new AbortController();
  const aborted = assertRejects(
    async () => {
      for await (const _ of sampler.sample(prompts, { maxTokens: 30, signal: controller.signal })) {
        controller.abort(new Error("enough"));
      }
    },
    Error,
    "enough",
  );
  await aborted;
  assertEquals(left(), 0);
  const params = loudParams(device, tinyConfig);
  const before = device.stats().blocks;
  const broken = tiny(device, { config: { ...tinyConfig, windows: [undefined, -1] }, params });
  await assertRejects(() => draw(broken, prompts, { maxTokens: 3 }), RangeError, "window");
  assertEquals(device.stats().blocks, before);
});

await eachDevice(Deno.test, "a draw outlives the scopes that its reader opens and closes", async (device) => {
  const events = tiny(device, { slots: 2 }).sample(prompts, { maxTokens: 3 })[Symbol.asyncIterator]();
  let count = 0;
  for (let done = false; !done;) {
    using _scope = device.scope();
    const next = await events.next();
    done = next.done ?? false;
    if (!done) count++;
    mul(device.tensor([1]), 2);
  }
  assertEquals(count, 5);
});

Deno.test("localSampler() lets timers run", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const config = { ...tinyConfig, positions: 100_000, tokens: { eos: [] } };
  const sampler = tiny(device, { config, params: loudParams(device, tinyConfig), tokenizer: undefined });
  const signal = AbortSignal.timeout(30);
  await assertRejects(() => draw(sampler, prompts, { maxTokens: 50_000, signal }), DOMException, "timeout");
});

await eachDevice(Deno.test, "localSampler() says what is wrong before it draws", async (device) => {
  const sampler = tiny(device);
  const refused = (prompt: Partial<Prompt>, options: SampleOptions, message: string, other = sampler) =>
    assertRejects(
      () => draw(other, [prompts[0]!, { ...prompts[1]!, id: "bad", ...prompt }], { maxTokens: 4, ...options }),
      Error,
      message,
    );
  await refused(
    { tokens: Array(60).fill(1) },
    { maxTokens: 5 },
    'after prompt "bad" of 60: the model was made for 64 in all; shorten the prompt or set maxTokens to 4 or less',
  );
  const long = await refused({ tokens: Array(70).fill(1) }, {}, "the model was made for 64 in all; shorten the prompt");
  assert(!long.message.includes("maxTokens"), long.message); // no number of tokens would do
  await refused({ tokens: [1, 29] }, {}, 'found 29 in prompt "bad"');
  await refused({ tokens: [] }, {}, 'Expected prompt "bad" to have a token or more');
  await refused({}, { maxTokens: 30 }, "more than cacheBytes, 1000", tiny(device, { cacheBytes: 1000 }));
  const silent = tiny(device, { tokenizer: undefined });
  await refused({ tokens: undefined }, {}, 'prompt "bad" without its tokens', silent);
  await refused({}, { stop: ["a"] }, "stop texts without a tokenizer", silent);
  assertEquals((await draw(silent, prompts, { maxTokens: 2 })).map(({ text }) => text).join(""), "");
  assertThrows(() => tiny(device, { slots: 0 }), RangeError, "slots of localSampler");
  assertEquals(await draw(sampler, [], {}), []);
});
