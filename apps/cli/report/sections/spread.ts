/** Where the variance of rewards lies: what contrastive rewards can take away. */
import { betweenPromptShare, promiseOf } from "@tare/contrastive";
import { markup } from "@tare/eval/report";
import { spreadChart } from "../charts/spread.ts";
import { count, estimate, figure, percent } from "../format.ts";
import type { Section, View } from "../view.ts";

/** Rewards of the offline samples, prompt by prompt. */
export function spreadSection({ baselines }: View): Section {
  const title = "How far prompts lie apart";
  if (baselines.length === 0) {
    return { title, body: [markup`<p class="missing">No baselines.jsonl was given: tare sample writes it.</p>`] };
  }
  return {
    title,
    body: baselines.map(({ name, table }) => {
      const spread = betweenPromptShare(table);
      const { k, temperature, maxTokens } = table.sampling;
      const rewards = [...table.rows.values()].map((row) => row.rewards);
      const chart = spreadChart(
        { title: "Offline samples", note: "a column for each prompt", x: "prompts" },
        rewards,
        "with",
      );
      const drawn =
        `${count(table.rows.size, "prompt")}, ${count(k, "response")} each at temperature ${temperature}, up to ` +
        `${maxTokens} tokens`;
      return markup`<div class="beside"><div><p>${name}: ${drawn}.</p>${
        spread.measurable
          ? markup`<p><b>${
            estimate(spread.share, percent)
          }</b> of the reward’s variance lies between prompts; between them
it deviates ${figure(spread.ratio)} times as far as within. ${promiseOf(spread.share)}</p>`
          : markup`<p class="missing">How much lies between prompts cannot be told: ${spread.why}.</p>`
      }<p>The line runs through the prompts’ means, their baselines b(x), which contrastive rewards take away; what dots
spread around it stays. Some of the line’s slope is the luck of ${k} samples a prompt: the share above leaves that out.</p></div>${chart}</div>`;
    }),
  };
}
