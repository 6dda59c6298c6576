import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "../flags.ts";
import { silent, TemporaryFolder } from "../testing.ts";
import { checkRewards, openRewards, type ServedRewardValues } from "./rewards.ts";

Deno.test("checkRewards() refuses flags that make no sense together, before anything is opened", () => {
  const [reward, baselines] = ["rm", "baselines.jsonl"];
  const refused: [ServedRewardValues, string][] = [
    [{ reward, "reward-url": "http://a", baselines }, "Expected --reward or --reward-url but found both"],
    [{ baselines }, "Expected --reward or --reward-url beside --baselines"],
    [{ missing: "raw" }, "Expected --reward or --reward-url beside --missing"],
    [{ "reward-kind": "classify" }, "Expected --reward or --reward-url beside --reward-kind"],
    [{ policy: "sft" }, "Expected --baselines beside --policy"],
    [{ baseline: "mean" }, "Expected --baselines beside --baseline"],
    [{ reward }, "Expected --baselines with what tare sample wrote for this reward model, or --missing raw"],
    [{ reward, baselines, missing: "sample" }, "Expected --missing sample and --policy together"],
    [{ reward, baselines, policy: "sft" }, "Expected --missing sample and --policy together"],
  ];
  for (const [values, message] of refused) assertThrows(() => checkRewards(values), UsageError, message);
  checkRewards({});
  checkRewards({ reward, missing: "raw" });
  checkRewards({ reward, baselines, baseline: "median", missing: "sample", policy: "sft" });
});

Deno.test("openRewards() refuses baselines of another reward model, and those without what is subtracted", async () => {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/baselines.jsonl`;
  const url = "http://127.0.0.1:1/rm";
  const row = {
    ...{
      promptId: "a",
      promptHash: "ab".repeat(32),
      responses: ["x"],
      rewards: [1],
      policy: "sha256:01",
      template: "",
    },
    ...{ rewardModel: url, sampling: { k: 1, temperature: 1, maxTokens: 8, seed: 0 } },
  };
  const open = async (change: object, values: ServedRewardValues = {}) => {
    await Deno.writeTextFile(file, `${JSON.stringify({ ...row, ...change })}\n`);
    using stack = new DisposableStack();
    return await openRewards(
      { "reward-url": url, "reward-kind": "openrlhf", baselines: file, ...values },
      stack,
      silent,
    );
  };
  const { score, baselines } = await open({});
  assertEquals([score!.id, baselines!.rewardModel], [url, url]);
  await assertRejects(
    () => open({ rewardModel: "other" }),
    RangeError,
    'Expected the reward that the table was scored with, "other"',
  );
  await assertRejects(() => open({}, { baseline: "greedy" }), RangeError, "Expected a greedy response");
});
