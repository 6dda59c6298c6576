/** The settings of a training run: filled in where the caller gave none, refused where they make no sense. */

/** What a setting may be: a test, and the same in words. */
export interface SettingRule {
  /** Whether a value is allowed. */
  readonly fits: (value: unknown) => boolean;
  /** What is allowed, as it stands after "to be". */
  readonly words: string;
}

const number = (low: number, high: number) => (x: unknown) => typeof x === "number" && x >= low && x <= high;

/** Rules that settings share, by name; `oneOf` and `optional` make one. */
export const settingRules: {
  readonly count: SettingRule;
  readonly positive: SettingRule;
  readonly nonNegative: SettingRule;
  readonly share: SettingRule;
  readonly seed: SettingRule;
  readonly flag: SettingRule;
  readonly oneOf: (...names: string[]) => SettingRule;
  readonly optional: (rule: SettingRule) => SettingRule;
} = {
  count: { fits: (x) => Number.isSafeInteger(x) && x as number >= 1, words: "an integer of 1 or more" },
  positive: { fits: (x) => number(0, Number.MAX_VALUE)(x) && x !== 0, words: "above 0" },
  nonNegative: { fits: number(0, Number.MAX_VALUE), words: "0 or more" },
  share: { fits: number(0, 1), words: "from 0 to 1" },
  seed: { fits: (x) => Number.isInteger(x) && number(0, 2 ** 32 - 1)(x), words: "an integer from 0 to 2³² − 1" },
  flag: { fits: (x) => typeof x === "boolean", words: "true or false" },
  oneOf: (...names) => ({
    fits: (x) => names.includes(x as string),
    words: names.map((name) => `"${name}"`).join(", ").replace(/, (?=[^,]*$)/, " or "),
  }),
  optional: ({ fits, words }) => ({ fits: (x) => x === undefined || fits(x), words }),
};

/**
 * Fills in defaults and refuses what makes no sense.
 *
 * @param given The caller's settings; those that are `undefined` are as good as absent.
 * @param defaults What stands for the others.
 * @param rules What each may be.
 * @param names `of`: whose settings, for messages; `optional`: those that are known without having a default.
 * @returns Every setting.
 * @throws {RangeError} If one is out of its range, or unknown; the message names it.
 *
 * @example Usage
 * ```ts
 * import { fillSettings, settingRules } from "@tare/core";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const rules = { batch: settingRules.count, seed: settingRules.seed };
 * const fill = (given: { batch?: number }) => fillSettings(given, { batch: 8, seed: 0 }, rules, { of: "training" });
 * assertEquals(fill({ batch: 2 }), { batch: 2, seed: 0 });
 * assertThrows(() => fill({ batch: 0 }), RangeError, "Expected batch of training to be an integer of 1 or more");
 * ```
 */
export function fillSettings<C extends object>(
  given: Partial<C> | undefined,
  defaults: C,
  rules: Readonly<Record<string, SettingRule>>,
  { of, optional = [] }: { of: string; optional?: readonly (keyof C & string)[] },
): C {
  const chosen = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  const settings = { ...defaults, ...Object.fromEntries(chosen) };
  const known = [...Object.keys(defaults), ...optional];
  for (const [name, value] of Object.entries(settings)) {
    if (!known.includes(name)) {
      throw new RangeError(`Expected settings of ${of} among ${known.join(", ")} but found ${name}`);
    }
    const { fits, words } = rules[name]!;
    if (!fits(value)) throw new RangeError(`Expected ${name} of ${of} to be ${words} but found ${value}`);
  }
  return settings;
}
