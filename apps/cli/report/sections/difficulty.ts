/** Whether hard prompts gain as much as easy ones. */
import { type Difficulty, gainByDifficulty } from "@tare/contrastive";
import { type Markup, markup } from "@tare/eval/report";
import { groupChart } from "../charts/groups.ts";
import { estimate, figure, interval, readOf, signed } from "../format.ts";
import { baselinesFor, lastQuarter, type Section, type View } from "../view.ts";
import { legend } from "./legend.ts";

const parts = ["hardest", "second", "third", "easiest"];

/** A run's gain by difficulty. */
interface Gain {
  readonly name: string;
  readonly difficulty: Difficulty;
}

/** Gain over the baseline by quarters of the prompts, for each run. */
export function difficultySection({ runs, baselines, style }: View): Section {
  const title = "Gain by difficulty";
  const gains: Gain[] = [];
  const missing: string[] = [];
  for (const run of runs) {
    const table = baselinesFor(run, baselines);
    const found = table && run.episodes.length > 0 ? gainByDifficulty(lastQuarter(run.episodes), table) : undefined;
    if (found?.measurable) gains.push({ name: run.name, difficulty: found });
    else {missing.push(
        `${run.name}: ${found ? found.why : "it takes episodes.jsonl and the baselines of its prompts"}.`,
      );}
  }
  if (runs.length === 0) missing.push("It takes a PPO run and the baselines of its prompts.");
  return {
    title,
    body: [
      ...gains.length > 0 ? drawn(gains, style) : [],
      ...missing.map((why) => markup`<p class="missing">${why}</p>`),
    ],
  };
}

function drawn(gains: readonly Gain[], style: View["style"]): Markup[] {
  const chart = groupChart(
    {
      ...{ title: "Gain over the offline samples", note: "reward model’s score" },
      x: "quarters of the prompts by b(x)",
    },
    parts,
    gains.map(({ name, difficulty }) => ({
      name,
      style: style(name),
      estimates: difficulty.parts.map(({ gain }) => gain),
    })),
  );
  const words = gains.map(({ name, difficulty: { difference } }) => {
    const reads = readOf(difference, 0, {
      ...{ above: "hard prompts gained more", below: "hard prompts gained less", open: "which may be chance" },
    });
    return markup`<p>${name}, gain of the hardest quarter less that of the easiest: <b>${
      signed(difference.value)
    }</b> <small>${interval(difference, signed)}</small>, ${reads}.</p>`;
  });
  const rows = parts.map((part, i) =>
    markup`<tr><th scope="row">${part}</th>${
      gains.map(({ difficulty }) => {
        const { baseline, gain } = difficulty.parts[i]!;
        return markup`<td>${figure(baseline)}</td><td>${estimate(gain)}</td>`;
      })
    }</tr>`
  );
  return [
    markup`<div class="beside"><div>${legend(gains.map(({ name }) => [name, style(name)]))}
<p>Responses of the last quarter of the iterations; 95 % intervals over prompts. One half of a prompt’s offline samples says
how hard it is, the other half is what the gain is measured from, so that luck in sampling does not look like a gain.</p>
${words}</div>${chart}</div>`,
    markup`<details><summary>The numbers</summary><div class="scroll"><table><thead><tr><th scope="col">quarter</th>${
      gains.map(({ name }) => markup`<th scope="col">${name}: b(x)</th><th scope="col">gain</th>`)
    }</tr></thead><tbody>${rows}</tbody></table></div></details>`,
  ];
}
