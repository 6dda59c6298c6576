import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TemporaryFolder } from "../testing.ts";
import { assertBalanced, writeFakePipeline } from "./fakes.ts";
import { page } from "./page.ts";
import { findSources, type Sources } from "./sources/find.ts";

async function sourcesOf(change: (path: string) => Promise<void> = async () => {}): Promise<Sources> {
  await using folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  await change(folder.path);
  return await findSources([folder.path]);
}

Deno.test("page() is whole, loads nothing, runs nothing, and has equal bytes for equal sources", async () => {
  const text = page("Demo", await sourcesOf());
  assertBalanced(text);
  assertEquals(page("Demo", await sourcesOf()), text);
  assert(!/<script|<img|<iframe|<link|javascript:|\son\w+=|url\(|@import|https?:/i.test(text));
  assert(!/NaN|undefined|Infinity|\[object/.test(text), /.{60}(NaN|undefined|Infinity|\[object).{20}/.exec(text)?.[0]);
  assertStringIncludes(text, `content="default-src 'none'; style-src 'unsafe-inline'"`);
  assertEquals(text.match(/<h2 /g)!.length, 9);
  assertEquals(text.match(/class="missing"/g)?.length, 1, "only the claim that takes runs with other noise");
  for (
    const [, title, description] of text.matchAll(
      /<svg viewBox[^>]*role="img"><title>(.*?)<\/title><desc>(.*?)<\/desc>/g,
    )
  ) {
    assert(title && description);
  }
  assertEquals(text.match(/role="img"/g)!.length, 16);
});

Deno.test("page() shows hostile texts as texts, wherever they come from", async () => {
  const hostile = `</p><script>alert(1)</script><img src=x onerror="alert(2)">\u202e&amp;`;
  const sources = await sourcesOf();
  const [comparison] = sources.comparisons;
  const [run] = sources.runs;
  const text = page(hostile, {
    ...sources,
    runs: [{ ...run!, name: hostile }, ...sources.runs.slice(1)],
    comparisons: [{
      ...comparison!,
      ...{ name: hostile, reference: hostile, note: hostile },
      policies: comparison!.policies.map((policy) => ({ ...policy, name: hostile })),
      responses: comparison!.responses.map((response) => ({ ...response, prompt: hostile, response: hostile })),
    }],
    stages: [{ name: hostile, command: hostile, settings: { [hostile]: hostile, deep: { [hostile]: [hostile] } } }],
  });
  assertBalanced(text);
  assert(!/<script|<img|\u202e/.test(text));
  assertStringIncludes(
    text,
    "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(2)&quot;&gt;\ufffd&amp;amp;",
  );
});

Deno.test("page() has no columns of what nobody knows", async () => {
  const sources = await sourcesOf();
  const [comparison] = sources.comparisons;
  assertStringIncludes(page("Demo", sources), "difference of means");
  const text = page("Demo", {
    ...{ runs: [], baselines: [], stages: [] },
    comparisons: [{
      ...comparison!,
      policies: comparison!.policies.map(({ name }) => ({ name })),
      pairs: comparison!.pairs.map((pair) => ({ ...pair, by: "gpt", difference: undefined })),
    }],
  });
  assertBalanced(text);
  assertStringIncludes(text, "Pairs by judge gpt");
  assert(!/difference of means|ended by itself|KL from/.test(text));
});

Deno.test("page() leaves out what is missing, with a sentence", async () => {
  const removals: [files: string[], sentence: string][] = [
    [["eval"], "No comparison of policies was given"],
    [["eval/responses.jsonl"], "Training prompt 1 of the last iteration"],
    [["baselines.jsonl"], "No baselines.jsonl was given"],
    [["ppo", "contrastive"], "No PPO run was given that has made an iteration"],
    [["ppo/episodes.jsonl", "contrastive/episodes.jsonl"], "it takes a PPO run with contrastive rewards"],
    [["contrastive"], "it takes a PPO run with contrastive rewards"],
    [["ppo", "contrastive", "eval"], "Neither a comparison with responses.jsonl nor runs"],
    [["world", "stages.json", "ppo/run.json", "contrastive/run.json"], "No record of a stage was found"],
  ];
  for (const [files, sentence] of removals) {
    const text = page(
      "Demo",
      await sourcesOf(async (path) => {
        for (const file of files) await Deno.remove(`${path}/${file}`, { recursive: true });
      }),
    );
    assertBalanced(text);
    assertStringIncludes(text, sentence);
    assert(!/NaN|undefined|Infinity|\[object/.test(text), `${files}`);
  }
});

Deno.test("page() draws runs that have only begun, and metrics that are null", async () => {
  for (const [metrics, episodes] of [["", ""], ['{"step":1,"objective/kl":null}\n', ""]] as const) {
    const text = page(
      "Demo",
      await sourcesOf(async (path) => {
        for (const arm of ["ppo", "contrastive"]) {
          await Deno.writeTextFile(`${path}/${arm}/metrics.jsonl`, metrics);
          await Deno.writeTextFile(`${path}/${arm}/episodes.jsonl`, episodes);
        }
      }),
    );
    assertBalanced(text);
    assertStringIncludes(text, "is not finished");
    assert(!/NaN|undefined|Infinity|\[object/.test(text));
  }
});
