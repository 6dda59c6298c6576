import { mapTree, mul, openDevice } from "@tare/core";
import { eachDevice } from "@tare/core/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Prompt, SampleOptions } from "../sampler.ts";
import { drawAll as draw, loudParams, prompts, tiny, tinyConfig } from "./fakes.ts";

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
  await refused(
    { tokens: undefined, text: "x" },
    {},
    'the text of prompt "bad": give localSampler a tokenizer',
    silent,
  );
  await refused({ tokens: undefined }, {}, 'prompt "bad" to have a text or tokens', silent);
  await refused({}, { stop: ["a"] }, "stop texts without a tokenizer", silent);
  assertEquals((await draw(silent, prompts, { maxTokens: 2 })).map(({ text }) => text).join(""), "");
  assertThrows(() => tiny(device, { slots: 0 }), RangeError, "slots of localSampler");
  assertEquals(await draw(sampler, [], {}), []);
});

await eachDevice(Deno.test, "localSampler() refuses to draw from probabilities that are no numbers", async (device) => {
  const params = mapTree(loudParams(device, tinyConfig), (tensor) => mul(tensor, NaN));
  const broken = tiny(device, { params });
  const before = device.stats().blocks;
  for (const temperature of [0, 1]) {
    await assertRejects(
      () => draw(broken, prompts, { maxTokens: 3, temperature }),
      RangeError,
      `Cannot draw a response to prompt "${prompts[0]!.id}": the model's probabilities are no numbers (NaN)`,
    );
  }
  assertEquals(device.stats().blocks, before);
});
