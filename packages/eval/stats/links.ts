/** Which policies can be compared at all. */

/** What matches say about how policies hang together. */
export interface Links {
  /** Groups of policies within which all have met, if by others in between; one if every two can be compared. */
  readonly groups: readonly (readonly string[])[];
  /** Sets of policies that took points from others and never lost one to them: how strong they are has no upper end. */
  readonly undefeated: readonly (readonly string[])[];
  /** Sets that lost points to others and never took one from them: no lower end. */
  readonly winless: readonly (readonly string[])[];
  /** Whether matches alone, without a ridge, determine all strengths: one group, in which no set is apart from the rest. */
  readonly determined: boolean;
}

/**
 * Finds what is apart. Policies i and j are of one set if i took points from j by a chain, and j from i (Ford's condition).
 *
 * @param points Points that each policy, a row, took from each other one, row by row.
 * @param names Names of the policies.
 * @returns Groups and sets, each in the order of the names.
 */
export function linksOf(points: ArrayLike<number>, names: readonly string[]): Links {
  const size = names.length;
  const beats = (i: number, j: number) => points[i * size + j]! > 0;
  const chain = closure(size, (i, j) => i === j || beats(i, j));
  const met = closure(size, (i, j) => i === j || beats(i, j) || beats(j, i));
  const groups = classes(size, met);
  const sets = classes(size, (i, j) => chain(i, j) && chain(j, i));
  const others = (set: readonly number[]) => names.map((_, j) => j).filter((j) => !set.includes(j));
  const lost = (set: readonly number[]) => others(set).some((j) => set.some((i) => beats(j, i)));
  const took = (set: readonly number[]) => others(set).some((j) => set.some((i) => beats(i, j)));
  const named = (sets: readonly (readonly number[])[]) => sets.map((set) => set.map((i) => names[i]!));
  return {
    groups: named(groups),
    undefeated: named(sets.filter((set) => took(set) && !lost(set))),
    winless: named(sets.filter((set) => lost(set) && !took(set))),
    determined: sets.length === 1,
  };
}

type Relation = (i: number, j: number) => boolean;

/** Warshall's: related by a chain. */
function closure(size: number, relation: Relation): Relation {
  const table = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => relation(i, j)));
  for (let k = 0; k < size; k++) {
    for (const row of table) {
      if (row[k]) table[k]!.forEach((related, j) => row[j] ||= related);
    }
  }
  return (i, j) => table[i]![j]!;
}

function classes(size: number, alike: Relation): number[][] {
  const indices = Array.from({ length: size }, (_, i) => i);
  const firsts = indices.filter((i) => indices.findIndex((j) => alike(i, j)) === i);
  return firsts.map((i) => indices.filter((j) => alike(i, j)));
}
