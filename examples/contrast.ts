/** Makes a reward contrastive, without any model: `deno run examples/contrast.ts`. */
import { type BaselineRow, baselineTable, contrast, hashPrompt, type Reward } from "@tare/contrastive";

type Episode = { promptId: string; prompt: string; response: string };

// A reward that likes few words, and by mistake counts the prompt's too: long prompts score low whatever the answer.
const score = (episodes: readonly Episode[]) =>
  Promise.resolve(Float32Array.from(episodes, (e) => -`${e.prompt}${e.response}`.split(" ").length));
const brevity: Reward<Episode> = Object.assign(score, { id: "brevity" });

// What the model said to each prompt before training, and how that scores: `tare sample` writes such rows.
async function row(prompt: string, ...responses: string[]): Promise<BaselineRow> {
  const rewards = [...await brevity(responses.map((response) => ({ promptId: prompt, prompt, response })))];
  const sampling = { k: responses.length, temperature: 1, maxTokens: 16, seed: 7 };
  const made = { policy: "sft", rewardModel: brevity.id, template: "", sampling };
  return { promptId: prompt, promptHash: await hashPrompt(prompt), responses, rewards, ...made };
}
const [short, long] = ["Tea?", "My aunt comes at five and she does not drink coffee. Tea?"];
const table = await baselineTable([
  await row(short, " Yes.", " Fine."),
  await row(long, " Yes, tea is fine.", " Do so."),
]);

const contrastive = contrast(brevity, table);
const episodes = [short, long].map((prompt) => ({ promptId: prompt, prompt, response: " Yes." }));
const [raw, rewards] = [await brevity(episodes), await contrastive(episodes)];
episodes.forEach(({ prompt }, i) => console.log(`${prompt} r = ${raw[i]}, r − b = ${rewards[i]}`));
