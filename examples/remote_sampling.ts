/**
 * Offline sampling by servers: an OpenAI-compatible one responds, a reward model behind vLLM's `/classify` scores.
 *
 *     deno run --allow-net examples/remote_sampling.ts \
 *       http://127.0.0.1:8000/v1 my-policy http://127.0.0.1:8001/classify my-reward-model < prompts.jsonl > baselines.jsonl
 */
import { baselineTable, betweenPromptShare, promiseOf } from "@tare/contrastive";
import { parsePrompt, readExamples, readJsonl } from "@tare/data";
import { sampleBaselines } from "@tare/sampler";
import { openaiSampler } from "@tare/sampler/openai";
import { classifyReward } from "@tare/sampler/rewards";

const [policyUrl, policy, rewardUrl, rewardModel] = Deno.args;
if (rewardModel === undefined) {
  console.error(
    "Usage: remote_sampling.ts POLICY_URL POLICY REWARD_URL REWARD_MODEL < prompts.jsonl > baselines.jsonl",
  );
  Deno.exit(2);
}

const examples = readExamples(readJsonl(Deno.stdin.readable, { file: "stdin" }), parsePrompt);
const prompts = await Array.fromAsync(examples, ({ id, prompt }, i) => ({ id: id ?? `${i}`, text: prompt }));
const sampler = openaiSampler({ baseUrl: policyUrl!, model: policy!, concurrency: 32 });
const reward = classifyReward({ url: rewardUrl!, model: rewardModel });

const rows = [];
for await (const row of sampleBaselines({ sampler, reward, prompts, k: 5, maxTokens: 128, seed: 7 })) {
  console.log(JSON.stringify(row)); // a line of baselines.jsonl
  rows.push(row);
  console.error(`${rows.length} of ${prompts.length}: ${row.rewards.map((value) => value.toFixed(2)).join(" ")}`);
}
const spread = betweenPromptShare(await baselineTable(rows));
console.error(spread.measurable ? promiseOf(spread.share) : spread.why);
