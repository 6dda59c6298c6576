/** What policies say, side by side. */
import { type Markup, markup } from "@tare/eval/report";
import { figure, signed } from "../format.ts";
import { type Comparison, measures, type Response } from "../sources/comparison.ts";
import type { PpoRun } from "../sources/ppo_run.ts";
import type { Section, View } from "../view.ts";
import { measureName } from "./comparison.ts";

/** A prompt, why it is shown, and what was said to it. */
interface Dialogue {
  readonly why: string;
  readonly responses: readonly Response[];
}

const longest = 1500;

/** Responses to the same prompts: of the comparison, or of the runs' last iteration. */
export function dialoguesSection(view: View): Section {
  const title = "What they say";
  const { comparison, runs } = view;
  const dialogues = comparison && comparison.responses.length > 0 ? chosen(comparison, view) : ofRuns(runs);
  if (dialogues.length === 0) {
    const why = "Neither a comparison with responses.jsonl nor runs with episodes.jsonl were given.";
    return { title, body: [markup`<p class="missing">${why}</p>`] };
  }
  return { title, body: dialogues.map((dialogue) => drawn(dialogue, view.style)) };
}

/** The first prompts as they come, and those where the two arms differ most, in either direction. */
function chosen({ responses, policies }: Comparison, { contrastive, plain }: View): Dialogue[] {
  const byPrompt = [...Map.groupBy(responses, ({ promptId }) => promptId).values()];
  const first = byPrompt.slice(0, 2).map((responses, i) => ({
    why: `Held-out prompt ${i + 1}, not chosen`,
    responses,
  }));
  const by = measures.find((measure) => responses.some((response) => response[measure] !== undefined));
  const known = (name: string | undefined) => policies.some((policy) => policy.name === name) ? name : undefined;
  const [a, b] = [known(contrastive?.name), known(plain?.name)];
  if (!by || !a || !b) return first;
  const score = (responses: readonly Response[], name: string) =>
    responses.find(({ policy }) => policy === name)?.[by] ?? NaN;
  const ranked = byPrompt.slice(2).map((responses) => ({ responses, gap: score(responses, a) - score(responses, b) }))
    .filter(({ gap }) => Number.isFinite(gap)).sort((one, other) => other.gap - one.gap);
  const shown = (found: typeof ranked, how: string) =>
    found.map(({ responses, gap }) => ({
      why: `Where ${a} does ${how} against ${b}: ${measureName(by)} ${signed(gap)}`,
      responses,
    }));
  return [
    ...first,
    ...shown(ranked.slice(0, 2).filter(({ gap }) => gap > 0), "best"),
    ...shown(ranked.slice(-2).reverse().filter(({ gap }) => gap < 0), "worst"),
  ];
}

/** What runs said in their last iteration, to prompts that all of them had in it. */
function ofRuns(runs: readonly PpoRun[]): Dialogue[] {
  const last = runs.flatMap(({ name, metrics, episodes }) =>
    episodes.filter(({ step }) => step === metrics.at(-1)?.step).map((
      { promptId, prompt = "", response = "", raw, gold },
    ): Response => ({ policy: name, promptId, prompt, response, reward: raw, gold }))
  );
  const byPrompt = [...Map.groupBy(last, ({ promptId }) => promptId).values()];
  const most = Math.max(0, ...byPrompt.map((responses) => new Set(responses.map(({ policy }) => policy)).size));
  return byPrompt.filter((responses) => new Set(responses.map(({ policy }) => policy)).size === most).slice(0, 4)
    .map((responses, i) => ({
      why: `Training prompt ${i + 1} of the last iteration`,
      responses: [...new Map(responses.map((response) => [response.policy, response])).values()],
    }));
}

function drawn({ why, responses }: Dialogue, style: View["style"]): Markup {
  return markup`<article><h3>${why}</h3><p class="said prompt" dir="auto">${
    cut(responses[0]?.prompt ?? "")
  }</p><div class="responses">${
    responses.map((response) =>
      markup`<section class="${style(response.policy)}"><h4><i class="key"></i>${response.policy} <small>${
        scores(response)
      }</small></h4><p class="said" dir="auto">${cut(response.response)}</p></section>`
    )
  }</div></article>`;
}

function scores(response: Response): string {
  const known = measures.filter((measure) => Number.isFinite(response[measure] ?? NaN));
  return known.map((measure) => `${measure} ${figure(response[measure]!)}`).join(", ");
}

/** A text without the space around it, and not without end. */
function cut(text: string): string {
  const whole = text.trim();
  return whole.length > longest
    ? `${whole.slice(0, longest)} … (${whole.length - longest} characters more)`
    : whole || "(nothing)";
}
