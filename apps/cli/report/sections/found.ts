/** The top of the page: the figures that one would quote, and what was found in words. */
import { betweenPromptShare, type Estimate } from "@tare/contrastive";
import { type Markup, markup } from "@tare/eval/report";
import { varianceWithin } from "../claims.ts";
import { findings } from "../findings.ts";
import { figure, interval, percent } from "../format.ts";
import { pairOf } from "../pairs.ts";
import { measures } from "../sources/comparison.ts";
import { rewarded, type Section, type View } from "../view.ts";
import { measureName } from "./comparison.ts";

/** A figure to quote. */
interface Tile {
  readonly what: string;
  readonly value: Estimate;
  readonly write: (number: number) => string;
}

/** Figures and sentences. */
export function foundSection(view: View): Section {
  const sentences = findings(view);
  const tiles = tilesOf(view);
  return {
    title: "What was found",
    body: [
      ...tiles.length > 0 ? [markup`<ul class="tiles">${tiles.map(drawn)}</ul>`] : [],
      sentences.length > 0
        ? markup`<p class="lead">${sentences[0]}</p><ul class="findings">${
          sentences.slice(1).map((sentence) => markup`<li>${sentence}</li>`)
        }</ul>`
        : markup`<p class="missing">Nothing yet: there is no comparison, no finished iteration, and no baselines.</p>`,
    ],
  };
}

function drawn({ what, value, write }: Tile): Markup {
  return markup`<li><b>${write(value.value)}</b><small>${interval(value, write)}</small><span>${what}</span></li>`;
}

function tilesOf({ comparison, contrastive, plain, baselines }: View): Tile[] {
  const tiles: Tile[] = [];
  if (comparison && contrastive && plain) {
    const pairs = measures.flatMap((by) => pairOf(comparison, contrastive.name, plain.name, by) ?? []);
    for (const { by, rate } of pairs.slice(0, 2)) {
      const what = `win rate of ${contrastive.name} against ${plain.name}, by the ${measureName(by)}; ties are half`;
      tiles.push({ what, value: rate, write: percent });
    }
  }
  const share = baselines[0] && betweenPromptShare(baselines[0].table);
  if (share?.measurable) {
    tiles.push({ what: "of the reward’s variance lies between prompts", value: share.share, write: percent });
  }
  const samples = contrastive ? rewarded(contrastive, baselines) : [];
  const variance = varianceWithin(samples);
  if (variance.measurable) {
    tiles.push({
      what: "variance of r − b(x) over that of r, of the same responses",
      value: variance.ratio,
      write: figure,
    });
  }
  return tiles;
}
