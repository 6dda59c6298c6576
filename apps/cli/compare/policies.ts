/** Policies that are compared: `NAME=DIR`. */
import type { Context } from "../command.ts";
import { UsageError } from "../flags.ts";
import type { HubOptions } from "../hub.ts";
import { type LanguageModel, openLanguageModel } from "../language_model.ts";

/** A policy before its weights are read. */
export interface Policy extends LanguageModel {
  /** What the user calls it. */
  readonly name: string;
  /** Where it is. */
  readonly place: string;
}

/**
 * Opens policies.
 *
 * @param given `NAME=DIR` or `NAME=ID` each.
 * @throws {UsageError} If one is not of that form, or a name comes twice.
 * @throws {RangeError} If one is a reward model.
 */
export async function openPolicies(given: readonly string[], options: HubOptions, context: Context): Promise<Policy[]> {
  const named = given.map((text) => {
    const [, name, place] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
    if (name !== undefined) return { name, place: place! };
    throw new UsageError(
      `Expected policies as NAME=DIR, such as sft=runs/sft, with a name of letters, digits, ".", "-" and "_", but found ` +
        `"${text}"`,
    );
  });
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) < i);
  if (twice) throw new UsageError(`Expected a name of its own for each policy but found "${twice.name}" twice`);
  const policies: Policy[] = [];
  for (const { name, place } of named) {
    policies.push({ name, place, ...await openLanguageModel(place, options, context) });
  }
  return policies;
}
