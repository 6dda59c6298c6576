/** Rewards of every prompt's responses, the prompts in the order of their means: the spread between and within them. */
import { type Markup, markup } from "@tare/eval/report";
import { figure } from "../format.ts";
import { line } from "./d3.ts";
import { at, axesOf, below, box, figureOf, levels, type Words } from "./frame.ts";
import { momentsOf } from "./histogram.ts";

const most = 150;

/** A column of dots for each prompt, through which the means run; of many prompts, some at equal distances. */
export function spreadChart(words: Words, rewards: readonly (readonly number[])[], style: string): Markup {
  const sorted = rewards.map((values) => ({ values, mean: momentsOf(values).mean })).sort((a, b) => a.mean - b.mean);
  const few = Math.min(most, sorted.length);
  const prompts = Array.from({ length: few }, (_, i) => sorted[Math.floor((i + 0.5) / few * sorted.length)]!);
  const { x, y } = axesOf([], prompts.flatMap(({ values }) => values), { x: [-0.5, few - 0.5] });
  const dots = prompts.flatMap(({ values }, i) => values.map((value) => `M${at(x(i))} ${at(y(value))}h0`)).join("");
  const means = line<{ mean: number }>((_, i) => x(i), ({ mean }) => y(mean)).digits(1)(prompts) ?? "";
  const between = momentsOf(sorted.map(({ mean }) => mean)).deviation;
  const within = Math.sqrt(momentsOf(sorted.map(({ values }) => momentsOf(values).deviation ** 2)).mean);
  const description = `The means of ${sorted.length} prompts run from ${figure(sorted[0]?.mean ?? NaN)} to ${
    figure(sorted.at(-1)?.mean ?? NaN)
  }, with a standard deviation of ${figure(between)}; within a prompt it is ${figure(within)}`;
  return figureOf(words, description, [
    levels(y),
    markup`<g class="${style}"><path class="dust" d="${dots}"/><path class="line" d="${means}"/></g>`,
    markup`<g class="ticks"><text x="${box.left}" y="${
      box.bottom + 15
    }">hardest</text><text class="end" x="${box.right}" y="${box.bottom + 15}">easiest</text></g>`,
    below(words.x),
  ]);
}
