/** What tests of statistics draw from. */
import type { Verdict, Winner } from "../verdict.ts";
import { randomIntegers } from "./random.ts";

const other = { a: "b", b: "a", tie: "tie", invalid: "invalid" } as const satisfies Record<Winner, Winner>;

/** The same decision when the two responses, or policies, change their letters. */
export function mirrored<V extends Verdict>(verdict: V): V {
  const games = verdict.games?.map((game) => ({ ...game, first: other[game.first], winner: other[game.winner] }));
  return { ...verdict, winner: other[verdict.winner], ...games && { games } };
}

/** Draws numbers from 0 to 1, both excluded. */
export function uniforms(seed: number): () => number {
  const draw = randomIntegers(seed);
  return () => (draw(2 ** 32) + 0.5) / 2 ** 32;
}

/** Draws standard normal numbers, by Box and Muller. */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
