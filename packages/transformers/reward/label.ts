/** What is the score among the logits of a row. */

/** A label, whose logit is the score; or two, where it is that of the first minus that of the second. */
export type RewardLabel = string | readonly [better: string, worse: string];

/**
 * Says what the score is.
 *
 * @param names The model's labels, in the order of its logits.
 * @param label What the user named.
 * @param from The model, for messages.
 * @returns The score of a row's logits.
 * @throws {TypeError} If the model has no such label, or several and none is named.
 */
export function scorer(
  names: readonly string[],
  label: RewardLabel | undefined,
  from: string,
): (logits: Float32Array) => number {
  const wanted = label === undefined ? [] : [label].flat();
  if (wanted.length === 0 && names.length > 1) {
    throw new TypeError(
      `Expected label to say what of ${from} is the score but found none: name one of ${
        names.join(", ")
      }, or a better and a worse one`,
    );
  }
  const [plus, minus] = wanted.map((name) => {
    const index = names.indexOf(name);
    if (index < 0) throw new TypeError(`Expected label to be one of ${names.join(", ")} but found ${name}`);
    return index;
  });
  return (logits) => logits[plus ?? 0]! - (minus === undefined ? 0 : logits[minus]!);
}
