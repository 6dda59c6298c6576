/** Pairs as what goes through a model: both sides in one pass, chosen first. */
import type { Sequence, SequencePair } from "@tare/data";

/** The two sequences of a pair. */
export function sidesOf({ chosen, rejected }: SequencePair): [chosen: Sequence, rejected: Sequence] {
  return [chosen, rejected];
}

/** Tokens of both sides together. */
export function pairLength({ chosen, rejected }: SequencePair): number {
  return chosen.tokens.length + rejected.tokens.length;
}
