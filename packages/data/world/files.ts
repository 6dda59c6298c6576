/** A world as files that all stages read. */
import type { Part } from "./prompts.ts";
import { worldTokenizer } from "./tokenizer.ts";
import type { World } from "./world.ts";

/** How many examples there shall be. */
export interface WorldCounts {
  /** Demonstrations. */
  readonly demonstrations: number;
  /** Preferences; as many for the judge, and two ratings for each. */
  readonly pairs: number;
  /** Prompts to train on: those of the first preferences, and more if there are more. */
  readonly prompts: number;
  /** Held-out prompts, each with one demonstration and one preference. */
  readonly heldOut: number;
}

/** What the rules of the world are called; other rules give other scores to the same texts. */
export const worldVersion = 1;

/**
 * Writes a world: `demonstrations.jsonl`, `preferences.jsonl`, `ratings.jsonl`, `prompts.jsonl`, clean preferences on
 * other prompts for a judge (`judge_preferences.jsonl`), the same of held-out combinations (`held_out_*.jsonl`), the
 * tokenizer, and `world.json` with all settings, from which {@linkcode createWorld} makes the same world again.
 *
 * @param world The world.
 * @param counts How many of each.
 * @returns For each name of a file a function that makes its text.
 *
 * @example Usage
 * ```ts
 * import { createWorld, worldFiles } from "@tare/data/world";
 * import { assertEquals } from "@std/assert";
 *
 * const counts = { demonstrations: 3, pairs: 2, prompts: 2, heldOut: 1 };
 * const files = worldFiles(createWorld({ seed: 7 }), counts);
 * assertEquals(files["demonstrations.jsonl"]!().trim().split("\n").length, 3);
 * assertEquals(JSON.parse(files["world.json"]!()).seed, 7);
 * ```
 */
export function worldFiles(world: World, counts: WorldCounts): Readonly<Record<string, () => string>> {
  const { demonstrations, pairs, prompts, heldOut } = counts;
  const preferences = (count: number, part: Part) =>
    world.preferences(count, part).map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected }));
  const settings = { world: worldVersion, ...world.settings, ...counts };
  return {
    "demonstrations.jsonl": () => lines(world.demonstrations(demonstrations)),
    "preferences.jsonl": () => lines(preferences(pairs, "train")),
    "ratings.jsonl": () => lines(world.ratings(pairs)),
    "prompts.jsonl": () => lines(world.prompts(prompts)),
    "judge_preferences.jsonl": () => lines(preferences(pairs, "judge")),
    "held_out_prompts.jsonl": () => lines(world.prompts(heldOut, "held-out")),
    "held_out_demonstrations.jsonl": () => lines(world.demonstrations(heldOut, "held-out")),
    "held_out_preferences.jsonl": () => lines(preferences(heldOut, "held-out")),
    "tokenizer.json": () => worldTokenizer()["tokenizer.json"],
    "tokenizer_config.json": () => worldTokenizer()["tokenizer_config.json"],
    "world.json": () => JSON.stringify(settings, null, 2) + "\n",
  };
}

function lines(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row) + "\n").join("");
}
