/** Strengths of more than two policies, from who won against whom. */
import type { Winner } from "../verdict.ts";
import { bootstrapAll, type BootstrapOptions } from "./bootstrap.ts";
import { byPrompt } from "./by_prompt.ts";
import type { Interval } from "./interval.ts";
import { type Links, linksOf } from "./links.ts";
import { solve } from "./solve.ts";

/** A decision about two policies on a prompt; a line of `verdicts.jsonl` is one. */
export interface Match {
  /** Names the prompt. */
  readonly promptId: string;
  /** Name of one policy. */
  readonly a: string;
  /** Name of the other. */
  readonly b: string;
  /** Who won; invalid ones are left out. */
  readonly winner: Winner;
}

/** What {@linkcode bradleyTerry} may be told. */
export interface BradleyTerryOptions extends BootstrapOptions {
  /** Weight λ of the penalty λ Σ s² / 2 on strengths. @default {0.01} */
  readonly ridge?: number;
}

/** How strong a policy is. */
export interface Rated {
  /** Its name. */
  readonly policy: string;
  /** s, in natural logits; all strengths have mean 0. */
  readonly strength: Interval;
  /** 1000 + 400 s / ln 10: 400 more are ten wins for a loss. */
  readonly rating: Interval;
  /** 1 + how many policies have a lower bound above this one's upper bound. */
  readonly rank: number;
}

/** Strengths, and whether the data determine them. */
export interface BradleyTerry extends Links {
  /** All policies, by name. */
  readonly policies: readonly Rated[];
  /** Valid matches. */
  readonly matches: number;
  /** Matches that are left out. */
  readonly invalid: number;
}

/**
 * Fits P(i beats j) = σ(s_i − s_j) by maximum likelihood with a ridge; a tie is half a win and half a loss.
 *
 * Without the ridge there is an answer only where every policy took points from every other, if by a chain of them. Sets of
 * policies that never lost a point to the rest, or never took one, and groups that never met are reported; then strengths are
 * as far apart as the ridge lets them be, and no finding.
 *
 * Intervals are of a bootstrap clustered by prompt. Its resamples may be separated where all matches together are not, so
 * they have a ridge of 0.01 or more always.
 *
 * @param matches Who won, of two policies or more.
 * @param options The ridge, and rounds, seed and level of the bootstrap.
 * @returns Strengths, ratings and ranks; or why there are none. Equal arguments give equal bits, in any order of matches.
 * @throws {RangeError} If an option makes no sense, or a policy plays against itself.
 *
 * @example Usage
 * ```ts
 * import { bradleyTerry } from "@tare/eval";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const matches = Array.from({ length: 60 }, (_, i) => [
 *   { promptId: `${i}`, a: "sft", b: "ppo", winner: i % 4 ? "b" : "a" },
 *   { promptId: `${i}`, a: "contrastive", b: "ppo", winner: i % 5 ? "a" : "b" },
 * ] as const).flat();
 * const found = bradleyTerry(matches, { rounds: 200 });
 * assert("policies" in found);
 * assertEquals(found.policies.map(({ policy, rank }) => [policy, rank]), [["contrastive", 1], ["ppo", 2], ["sft", 3]]);
 * assertEquals(found.undefeated, []);
 * ```
 */
export function bradleyTerry(
  matches: readonly Match[],
  { ridge = 0.01, ...options }: BradleyTerryOptions = {},
): BradleyTerry | { readonly refused: string } {
  if (!(ridge >= 0 && ridge < Infinity)) throw new RangeError(`Expected a ridge of 0 or more but found ${ridge}`);
  const odd = matches.find(({ a, b }) => a === b);
  if (odd) throw new RangeError(`Expected two policies in a match but found ${odd.a} against itself`);
  const prompts = byPrompt(matches.filter(({ winner }) => winner !== "invalid"));
  if (prompts.length === 0) return { refused: `Expected a valid match or more but found none of ${matches.length}` };
  const names = [...new Set(prompts.flat().flatMap(({ a, b }) => [a, b]))].sort();
  const gains = prompts.map((own) => gainsOf(own, names));
  const table = (chosen: Iterable<number>) => pointsOf(gains, chosen, names.length);
  const points = table(gains.keys());
  const links = linksOf(points, names);
  if (ridge === 0 && !links.determined) {
    return {
      refused: "Expected points of every policy against every other, if by a chain, but found sets apart: use a ridge",
    };
  }
  const means = strengthsOf(points, names.length, ridge);
  const resampled = (chosen: Uint32Array) => strengthsOf(table(chosen), names.length, Math.max(ridge, 0.01));
  const strengths = bootstrapAll(gains.length, resampled, options).map((found, i) => ({ ...found, mean: means[i]! }));
  return {
    policies: names.map((policy, i) => {
      const strength = strengths[i]!;
      const rank = 1 + strengths.filter(({ low }) => low > strength.high).length;
      return { policy, strength, rating: ratingOf(strength), rank };
    }),
    matches: prompts.flat().length,
    invalid: matches.length - prompts.flat().length,
    ...links,
  };
}

/** What the matches of a prompt add to which cells of the table of points. */
interface Gains {
  readonly cells: readonly number[];
  readonly points: readonly number[];
}

function gainsOf(matches: readonly Match[], names: readonly string[]): Gains {
  const index = new Map(names.map((name, i) => [name, i]));
  const gained = new Map<number, number>();
  for (const { a, b, winner } of matches) {
    const [i, j] = [index.get(a)!, index.get(b)!];
    const add = (cell: number, points: number) => gained.set(cell, (gained.get(cell) ?? 0) + points);
    if (winner !== "b") add(i * names.length + j, winner === "a" ? 1 : 0.5);
    if (winner !== "a") add(j * names.length + i, winner === "b" ? 1 : 0.5);
  }
  return { cells: [...gained.keys()], points: [...gained.values()] };
}

/** The table of points that each policy, a row, took from each other one; halves add up exactly in any order. */
function pointsOf(gains: readonly Gains[], chosen: Iterable<number>, size: number): Float64Array {
  const table = new Float64Array(size * size);
  for (const i of chosen) {
    const { cells, points } = gains[i]!;
    for (let k = 0; k < cells.length; k++) table[cells[k]!]! += points[k]!;
  }
  return table;
}

/** Maximises Σ points(i, j) log σ(s_i − s_j) − λ Σ s² / 2 with Σ s = 0, by Newton's steps, none longer than 2. */
function strengthsOf(points: Float64Array, size: number, ridge: number): Float64Array {
  const strengths = new Float64Array(size);
  for (let step = 0; step < 200; step++) {
    const gradient = strengths.map((s) => -ridge * s);
    const hessian = new Float64Array(size * size).fill(1 / size); // a constant added to all changes nothing: Σ s = 0 decides
    for (let i = 0; i < size; i++) hessian[i * size + i]! += ridge;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) {
        const [won, lost] = [points[i * size + j]!, points[j * size + i]!];
        const p = 1 / (1 + Math.exp(strengths[j]! - strengths[i]!));
        const surplus = won - (won + lost) * p;
        gradient[i]! += surplus;
        gradient[j]! -= surplus;
        const weight = (won + lost) * p * (1 - p);
        hessian[i * size + i]! += weight;
        hessian[j * size + j]! += weight;
        hessian[i * size + j]! -= weight;
        hessian[j * size + i]! -= weight;
      }
    }
    const move = solve(hessian, gradient);
    const farthest = move.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const stretch = Math.min(1, 2 / farthest);
    move.forEach((value, i) => strengths[i]! += stretch * value);
    if (farthest < 1e-11) break;
  }
  return strengths;
}

function ratingOf({ mean, low, high }: Interval): Interval {
  const rating = (strength: number) => 1000 + 400 * strength / Math.LN10;
  return { mean: rating(mean), low: rating(low), high: rating(high) };
}
