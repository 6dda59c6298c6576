import { type BaselineRow, baselines, baselineTable, contrast, zeroTable } from "@tare/contrastive";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ContrastiveOptions, contrastiveRewards } from "./contrastive_rewards.ts";
import { FullError, ModelError } from "./errors.ts";
import { fakeRow, fakeScore, fakeTable, scoreRow, turn, valueOf } from "./fakes.ts";
import { openStore } from "../store/store.ts";
import type { Sample, ScoreRow } from "../options.ts";

const table = await fakeTable({ "Tea?": [0.1, 0.7], "Coffee?": [-1, 2.5], "Tea? With milk?": [3, 4] });
const prompts = Array.from(table.rows.values(), ({ prompt }) => prompt!);
const sampling = { k: 2, temperature: 1, maxTokens: 32, seed: 7 };

/** A sampler that keeps what it was asked for. */
function fakeSample(draw: (prompt: string) => Promise<readonly string[]> = () => Promise.resolve([" Well.", " No."])) {
  const asked: string[] = [];
  const sample = async (prompt: string) => {
    asked.push(prompt);
    await turn();
    return await draw(prompt);
  };
  return Object.assign(sample, { policy: "policy", asked }) satisfies Sample;
}

/** What the same rows get offline. */
async function offline(rows: readonly ScoreRow[], baseline: ContrastiveOptions["baseline"] = "mean") {
  const reward = (rows: readonly ScoreRow[]) => Promise.resolve(Float32Array.from(rows, valueOf));
  const named = rows.map((row) => ({
    ...row,
    promptId: [...table.rows.values()].find(({ prompt }) => prompt === row.prompt)!.promptId,
  }));
  return await contrast(Object.assign(reward, { id: "fake" }), table, { baseline })(named);
}

Deno.test("contrastiveRewards() gives the bits of contrast(), in order, whatever is asked together", async () => {
  const rows = fc.array(fc.tuple(fc.constantFrom(...prompts), fc.string({ maxLength: 6 })), { maxLength: 5 });
  const usable = baselines.filter((name) => name !== "dataset" && name !== "greedy");
  const options = fc.record({
    baseline: fc.constantFrom(...usable),
    mostRows: fc.integer({ min: 1, max: 8 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 6 }), options, async (requests, options) => {
      const rewards = contrastiveRewards({ score: fakeScore(), table, ...options });
      await Promise.all(requests.map(async (request) => {
        const rows = request.map(([prompt, response]) => scoreRow(prompt, response));
        const answer = await rewards(rows.map(({ text, prompt }) => ({ query: text, prompt })));
        assertEquals(
          Float32Array.from(answer, ({ contrastive }) => contrastive),
          await offline(rows, options.baseline),
        );
        assertEquals(answer.map(({ contrastive }) => contrastive), [...await offline(rows, options.baseline)]);
        assertEquals(answer.map(({ raw }) => raw), rows.map(valueOf));
      }));
    }),
    { numRuns: 40 },
  );
});

Deno.test("contrastiveRewards() scores 64 single samples in fewer batches, each with its own value", async () => {
  const score = fakeScore();
  const rewards = contrastiveRewards({ score, table });
  const rows = Array.from({ length: 64 }, (_, i) => scoreRow(prompts[i % 3]!, `! ${i}`));
  const answers = await Promise.all(rows.map(({ text }) => rewards([{ query: text }])));
  assertEquals(answers.flat().map(({ contrastive }) => contrastive), [...await offline(rows)]);
  assertEquals(score.batches.flat().length, 64);
  assert(score.batches.length < 8, `${score.batches.length} batches`);
});

Deno.test("contrastiveRewards() gives raw, baseline and difference; a table of zeros leaves the bits", async () => {
  const rewards = contrastiveRewards({ score: fakeScore(() => 0.3), table });
  const [raw, offset] = [Math.fround(0.3), (0.1 + 0.7) / 2];
  assertEquals(await rewards([{ query: "Tea? Yes." }]), [{
    raw,
    baseline: offset,
    contrastive: Math.fround(raw - offset),
  }]);
  assertEquals([rewards.reward, rewards.baselines], ["fake", table.id]);
  const zero = contrastiveRewards({ score: fakeScore(() => 0.3), table: await zeroTable(table) });
  assertEquals(await zero([{ query: "Tea? Yes." }]), [{ raw, baseline: 0, contrastive: raw }]);
  assertEquals(await rewards([]), []);
});

Deno.test("contrastiveRewards() refuses a table of another reward, and what it cannot draw", async () => {
  const other = await baselineTable([await fakeRow("tea", "Tea?", [1], { rewardModel: "other" })]);
  const sample = fakeSample();
  const cases: [Partial<ContrastiveOptions>, message: string][] = [
    [{ table: other }, 'Expected the reward that the table was scored with, "other", but found "fake"'],
    [{ baseline: "greedy" }, "Expected a greedy response in the row"],
    [{ missing: "sample" }, "Expected a sampler that says how it draws"],
    [{ missing: "sample", sample, table: undefined }, "Expected a sampler that says how it draws"],
    [{ missing: "sample", sample: Object.assign(fakeSample(), { policy: "ppo" }) }, '"policy", but found "ppo"'],
    [
      { missing: "sample", sample: Object.assign(fakeSample(), { sampling: { ...sampling, k: 3 } }) },
      "Expected a sampler that draws as the table says",
    ],
    [{ mostRows: 0 }, "Expected mostRows of batches"],
  ];
  for (const [options, message] of cases) {
    assertThrows(() => contrastiveRewards({ score: fakeScore(), table, ...options }), RangeError, message);
  }
  const greedy = { response: " Yes.", reward: 1 };
  const with_ = await baselineTable([await fakeRow("tea", "Tea?", [1, 2], { greedy })]);
  const draws = { score: fakeScore(), table: with_, baseline: "greedy", missing: "sample", sample } as const;
  assertThrows(() => contrastiveRewards(draws), RangeError, "Expected a baseline of drawn responses");
});

Deno.test("contrastiveRewards() refuses prompts without a baseline and says what to do, before anything is scored", async () => {
  const score = fakeScore();
  const rewards = contrastiveRewards({ score, table });
  const cases: [prompt: string | undefined, message: string][] = [
    ["Water?", 'Expected a baseline for prompt "Water?" but the table of 3 prompts has none: sample baselines for all'],
    [
      undefined,
      'Expected a prompt beside query "Water? No.", or one of the table that it begins with, but found neither',
    ],
  ];
  for (const [prompt, message] of cases) {
    const queries = [{ query: "Tea? Yes." }, { query: "Water? No.", prompt }];
    await assertRejects(() => rewards(queries), RangeError, message);
  }
  assertEquals(score.batches, []);
  const { prompt: _, ...hashed } = await fakeRow("tea", "Tea?");
  const unnamed = contrastiveRewards({ score: fakeScore(), table: await baselineTable([hashed]) });
  assertEquals((await unnamed([{ query: "Tea? Yes.", prompt: "Tea?" }]))[0]!.baseline, 1.5);
  const only = "send the prompt too, which alone finds the 1 rows of the table without a text";
  await assertRejects(() => unnamed([{ query: "Tea? Yes." }]), RangeError, only);
  const bare = contrastiveRewards({ score });
  await assertRejects(() => bare([{ query: "Tea? Yes.", prompt: "Tea?" }]), RangeError, "but there is no table: start");
});

Deno.test("contrastiveRewards() harms no other request where a prompt is missing", async () => {
  const rewards = contrastiveRewards({ score: fakeScore(), table });
  const good = scoreRow("Tea?", " Yes.");
  const answers = await Promise.allSettled([
    rewards([{ query: good.text }]),
    rewards([{ query: "Water? No.", prompt: "Water?" }]),
    rewards([{ query: good.text }]),
  ]);
  assertEquals(answers.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert(answers[2]!.status === "fulfilled");
  assertEquals(answers[2]!.value.map(({ contrastive }) => contrastive), [...await offline([good])]);
});

Deno.test("contrastiveRewards() leaves rewards raw where that is asked for", async () => {
  const rewards = contrastiveRewards({ score: fakeScore(() => 0.5), table, missing: "raw" });
  assertEquals(await rewards([{ query: "Water? No.", prompt: "Water?" }, { query: "Coffee? No." }, { query: "No." }]), [
    { raw: 0.5, baseline: null, contrastive: 0.5 },
    { raw: 0.5, baseline: 0.75, contrastive: -0.25 },
    { raw: 0.5, baseline: null, contrastive: 0.5 },
  ]);
  assertEquals(contrastiveRewards({ score: fakeScore(), missing: "raw" }).baselines, null);
});

Deno.test("contrastiveRewards() refuses rewards that are not finite, in the request that they belong to", async () => {
  const score = fakeScore(({ response }) => response === " bad" ? NaN : 1e30);
  const rewards = contrastiveRewards({ score, table });
  const fine = rewards([{ query: "Tea? fine" }]);
  const message = 'expected a finite reward for the response to prompt "Tea?" but found NaN';
  await assertRejects(() => rewards([{ query: "Tea? bad" }]), ModelError, message);
  assertEquals((await fine)[0]!.raw, Math.fround(1e30));
  assertEquals(score.batches.length, 1);
  const large = contrastiveRewards({ score: fakeScore(() => 1e300), table });
  await assertRejects(() => large([{ query: "Tea? a" }]), ModelError, "but found Infinity");
});

Deno.test("contrastiveRewards() draws a baseline once, for all who ask, and keeps it for the next start", async () => {
  using store = openStore(":memory:");
  const open = (sample: Sample, score = fakeScore()) =>
    contrastiveRewards({ score, table, missing: "sample", sample, kept: store.baselines });
  const [sample, score] = [fakeSample(), fakeScore()];
  const rewards = open(sample, score);
  const queries = Array.from({ length: 9 }, (_, i) => ({ query: `Water? ${i}`, prompt: "Water?" }));
  const answers = (await Promise.all(queries.map((query) => rewards([query, query])))).flat();
  const drawn = [" Well.", " No."].map((response) => valueOf(scoreRow("Water?", response)));
  const offset = (drawn[0]! + drawn[1]!) / 2;
  for (const [i, { raw, baseline, contrastive }] of answers.entries()) {
    assertEquals(raw, valueOf(scoreRow("Water?", ` ${i >> 1}`)));
    assertEquals([baseline, contrastive], [offset, Math.fround(raw - offset)]);
  }
  assertEquals(await rewards([queries[0]!]), answers.slice(0, 1)); // and later
  assertEquals(sample.asked, ["Water?"]);
  assertEquals(score.batches.flat().length, 2 + 18 + 1);

  const kept: BaselineRow[] = [...store.baselines.rows("fake", "policy")];
  await baselineTable(kept); // as good as rows of a file
  assertEquals(kept.map(({ prompt, rewards }) => [prompt, rewards]), [["Water?", drawn]]);
  const again = fakeSample();
  assertEquals((await open(again)([queries[0]!]))[0], answers[0]);
  assertEquals(again.asked, []);
  const hotter = { ...sampling, temperature: 2 };
  const differently = Object.assign(fakeSample(), { sampling: hotter });
  await contrastiveRewards({ score: fakeScore(), missing: "sample", sample: differently, kept: store.baselines })(
    queries,
  );
  assertEquals(differently.asked, ["Water?"]);
  assertEquals([...store.baselines.rows("fake", "policy")].map((row) => row.sampling), [hotter]);
});

Deno.test("contrastiveRewards() takes special tokens off, and puts them around what it draws, as trainers do", async () => {
  const score = Object.assign(fakeScore(), { specials: { begin: "<s>", end: ["</s>", "<pad>"] } });
  const rewards = contrastiveRewards({ score, table, missing: "sample", sample: fakeSample() });
  const [known] = await rewards([{ query: "<s>Tea? Yes.</s><pad>" }]);
  assertEquals(known!.contrastive, (await offline([scoreRow("Tea?", " Yes.")]))[0]);
  await rewards([{ query: "<s>Water? Yes.</s><pad>", prompt: "<s>Water?" }]);
  assertEquals(score.batches.flat().map(({ prompt, response, text }) => [prompt, response, text]), [
    ["Tea?", " Yes.", "<s>Tea? Yes.</s><pad>"],
    ["Water?", " Well.", "<s>Water? Well.</s>"],
    ["Water?", " No.", "<s>Water? No.</s>"],
    ["Water?", " Yes.", "<s>Water? Yes.</s><pad>"],
  ]);
});

Deno.test("contrastiveRewards() does not remember a failure to draw, and who leaves takes nothing from others", async () => {
  let fails = 1;
  const gate = Promise.withResolvers<readonly string[]>();
  const sample = fakeSample(() => fails-- > 0 ? Promise.reject(new Error("it is down")) : gate.promise);
  const rewards = contrastiveRewards({ score: fakeScore(), table, missing: "sample", sample });
  const ask = (signal?: AbortSignal) => rewards([{ query: "Water? No.", prompt: "Water?" }], signal);
  const failed = "Drawing baselines from policy failed: it is down";
  await Promise.all([1, 2].map(() => assertRejects(() => ask(), ModelError, failed)));
  const leaving = new AbortController();
  const left = assertRejects(() => ask(leaving.signal), Error, "client left");
  const stays = ask();
  leaving.abort(new Error("client left"));
  await left; // without waiting for the draws
  gate.resolve([" a", " b"]);
  assertEquals((await stays).length, 1);
  assertEquals(sample.asked, ["Water?", "Water?"]);
});

Deno.test("contrastiveRewards() refuses draws that it cannot use, and too many at once", async () => {
  const options = { score: fakeScore(), table, missing: "sample" } as const;
  const few = contrastiveRewards({ ...options, sample: fakeSample(() => Promise.resolve([" a"])) });
  await assertRejects(() => few([{ query: "W a", prompt: "W" }]), ModelError, "expected 2 responses but found 1");
  await assertRejects(() => few([{ query: "Water? No." }]), RangeError, "Expected a prompt beside query");
  const long = contrastiveRewards({ ...options, sample: fakeSample(() => Promise.reject(new RangeError("too long"))) });
  await assertRejects(() => long([{ query: "W a", prompt: "W" }]), RangeError, "too long");
  const gate = Promise.withResolvers<readonly string[]>();
  const many = contrastiveRewards({ ...options, sample: fakeSample(() => gate.promise) });
  const answers = Array.from({ length: 257 }, (_, i) => many([{ query: `${i}: a`, prompt: `${i}:` }]));
  await assertRejects(() => Promise.all(answers), FullError, "Expected at most 256 prompts to draw baselines for");
  gate.resolve([" a", " b"]);
  assertEquals((await Promise.allSettled(answers)).filter(({ status }) => status === "rejected").length, 1);
  const slow = contrastiveRewards({ ...options, timeout: 10, sample: fakeSample(() => new Promise(() => {})) });
  const late = await assertRejects(() => slow([{ query: "W a", prompt: "W" }]), ModelError, "no answer within 10 ms");
  assert(late.late);
});

Deno.test("contrastiveRewards() ends drawings when the server closes", async () => {
  const closing = new AbortController();
  const drawing = Promise.withResolvers<void>();
  const sample = Object.assign(
    (_prompt: string, signal?: AbortSignal) => {
      drawing.resolve();
      return new Promise<never>((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
    },
    { policy: "policy" },
  );
  const rewards = contrastiveRewards({
    ...{ score: fakeScore(), table, missing: "sample", sample, closing: closing.signal },
  });
  const asked = assertRejects(() => rewards([{ query: "W a", prompt: "W" }]), ModelError, "failed: the server closes");
  await drawing.promise;
  closing.abort(new Error("the server closes"));
  await asked;
});

Deno.test("contrastiveRewards() does nothing for a request of more rows than may wait", async () => {
  const [score, sample] = [fakeScore(), fakeSample()];
  const rewards = contrastiveRewards({
    score,
    missing: "sample",
    sample: Object.assign(sample, { sampling }),
    mostWaiting: 2,
  });
  const queries = ["a", "b", "c"].map((prompt) => ({ query: prompt, prompt }));
  await assertRejects(() => rewards(queries), RangeError, "Expected at most 2 rows but found 3");
  assertEquals([sample.asked, score.batches], [[], []]);
});
