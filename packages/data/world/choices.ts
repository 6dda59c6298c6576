/** Choices with weights: what the generator's program is made of. */

/** What may be chosen, each with its weight; weights need not sum to 1. */
export type Options<T> = readonly (readonly [value: T, weight: number])[];

/** Makes a choice. The name says which one. */
export type Choose = <T extends string | number | boolean>(name: string, options: Options<T>) => T;

/** All equally likely. */
export function evenly<T>(values: readonly T[]): Options<T> {
  return values.map((value) => [value, 1]);
}

/** True with this probability. */
export function whether(probability: number): Options<boolean> {
  return [[true, probability], [false, 1 - probability]];
}

/** One of the texts with this probability, else an empty text. */
export function maybe(probability: number, texts: readonly string[]): Options<string> {
  return [["", 1 - probability], ...texts.map((text) => [text, probability / texts.length] as const)];
}

/** The right value with this probability, else one of the others, by their weights. */
export function rightOr<T>(right: T, probability: number, all: Options<T>): Options<T> {
  const others = all.filter(([value]) => value !== right);
  const sum = total(others);
  return [[right, probability], ...others.map(([value, weight]) => [value, (1 - probability) * weight / sum] as const)];
}

/** The right value with this probability, else nothing or one of the others, by their weights; a share of them is nothing. */
export function rightOrGuess(right: string, probability: number, all: Options<string>, share: number): Options<string> {
  const [known, ...others] = rightOr(right, probability, all);
  return [
    known!,
    ["", (1 - probability) * share],
    ...others.map(([value, weight]) => [value, (1 - share) * weight] as const),
  ];
}

/** Sum of the weights. */
export function total(options: Options<unknown>): number {
  return options.reduce((sum, [, weight]) => sum + weight, 0);
}

/** The option in which `u` times the sum of the weights falls. */
export function draw<T>(options: Options<T>, u: number): T {
  let left = u * total(options);
  for (const [value, weight] of options) {
    if (left < weight) return value;
    left -= weight;
  }
  return options.findLast(([, weight]) => weight > 0)![0]; // the sum was rounded up
}
