import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { claimsOf, varianceWithin } from "./claims.ts";
import { TemporaryFolder } from "../testing.ts";
import { writeFakePipeline } from "./fakes.ts";
import { findSources } from "./sources/find.ts";
import { rewarded, viewOf } from "./view.ts";

Deno.test("claimsOf() measures four of the claims on a pipeline with gold, and says why not the fifth", async () => {
  await using folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  const claims = claimsOf(viewOf(await findSources([folder.path])));
  assertEquals(claims.map(({ found }) => found.measurable), [true, false, true, true, true]);
  const robust = claims[1]!.found;
  assert(!robust.measurable);
  assertStringIncludes(robust.why, "label noise");
  const improved = claims[2]!.found;
  assert(improved.measurable);
  assertEquals(improved.numbers.length, 4, "both arms");
  for (const { value: { low, value, high } } of improved.numbers) assert(low <= value && value <= high);
});

Deno.test("claimsOf() says what is missing without contrastive rewards, gold or baselines", async () => {
  await using folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  const sources = await findSources([folder.path]);
  const whys = (changed: Partial<typeof sources>) =>
    claimsOf(viewOf({ ...sources, ...changed })).map(({ found }) => found.measurable ? "" : found.why);
  assertStringIncludes(whys({ runs: sources.runs.filter((run) => !run.contrastive) })[4]!, "contrastive rewards");
  assertStringIncludes(whys({ baselines: [] })[3]!, "baselines.jsonl");
  const runs = sources.runs.map((run) => ({
    ...run,
    episodes: run.episodes.map((episode) => ({ ...episode, gold: undefined })),
  }));
  assertStringIncludes(whys({ runs })[0]!, "gold scores");
});

Deno.test("varianceWithin() takes out what a run learned from one iteration to the next", async () => {
  await using folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  const sources = await findSources([folder.path]);
  const episodes = rewarded(sources.runs.find((run) => run.contrastive)!, sources.baselines);
  const found = varianceWithin(episodes);
  const raised = varianceWithin(episodes.map((episode) => ({ ...episode, raw: episode.raw + 100 * episode.step })));
  assert(found.measurable && raised.measurable);
  assert(found.ratio.value > 0 && found.ratio.value < 1);
  assertAlmostEquals(raised.ratio.value, found.ratio.value, 1e-6);
});
