/** What tests of statistics draw from. */
import { randomIntegers } from "./random.ts";

/** Draws standard normal numbers, by Box and Muller. */
export function normals(seed: number): () => number {
  const draw = randomIntegers(seed);
  const uniform = () => (draw(2 ** 32) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
