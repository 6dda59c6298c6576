/** Watching over a run: what goes wrong in PPO again and again, recognised, with what to do about it. */
import type { Episode } from "@tare/sampler";

/** What an iteration showed. */
export interface Observation {
  /** Its numbers, by name; an alarm whose numbers are missing stays silent. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Its episodes. */
  readonly episodes: readonly (Pick<Episode, "tokens"> & { readonly kl: number })[];
}

/** What alarms remember: the first of some numbers, and which alarms are sounding. */
export type AlarmMemory = Readonly<Record<string, number>>;

/** An alarm: the words when it sounds, nothing when all is well. */
type Alarm = (seen: Observation, first: AlarmMemory) => string | undefined;

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** The metrics whose first values alarms compare with. */
const remembered = ["policy/entropy", "eos_rate"];

/** Every alarm, by name. */
const alarms: Readonly<Record<string, Alarm>> = {
  negativeKl({ episodes }) {
    const { mean, error } = estimate(episodes.map(({ kl }) => kl));
    if (!(mean + 4 * error < -0.1)) return;
    return `The KL from the reference is ${
      mean.toFixed(2)
    } nats an episode, and no divergence is negative: tokens were ` +
      `not drawn from the distribution whose log-probabilities were kept; sample without filters and penalties, at the ` +
      `temperature that training computes with, and see that the reference has the policy's tokenizer and template`;
  },
  ratioDrift({ metrics }) {
    const error = metrics["policy/first_ratio_error"]!;
    if (error > 1e-3) {
      return `Before the first update a ratio is already ${
        error.toPrecision(2)
      } off 1: rollouts and training disagree on ` +
        `log-probabilities; give both the same model, adapter and temperature`;
    }
    const [ratio, share] = [metrics["policy/ratio"]!, metrics["policy/clipfrac"]!];
    if (!(Math.abs(ratio - 1) > 0.2 || share > 0.4)) return;
    return `An iteration's updates lead far from the policy that drew its episodes (mean ratio ${ratio.toFixed(2)}, ` +
      `${percent(share)} of the tokens clipped): lower the learning rate, take fewer epochs, or set targetKl`;
  },
  entropyCollapse({ metrics }, first) {
    const entropy = metrics["policy/entropy"]!;
    if (!(entropy < 0.1 * first["policy/entropy"]!)) return;
    return `The policy's entropy has fallen to ${entropy.toPrecision(2)} nats a token from ` +
      `${
        first["policy/entropy"]!.toPrecision(2)
      }: it says nearly the same every time and explores nothing; go back to an ` +
      `earlier checkpoint, raise klCoefficient or entropyCoefficient, or lower the learning rate`;
  },
  vanishingEos({ metrics }, first) {
    const rate = metrics.eos_rate!;
    if (!(rate < 0.5 * first.eos_rate! && first.eos_rate! > 0.2)) return;
    return `Only ${percent(rate)} of the responses end by themselves, ${
      percent(first.eos_rate!)
    } did at first: length is ` +
      `being rewarded; set missingEosPenalty, or look at what the reward says of long responses`;
  },
  repeatedText({ episodes }) {
    const { mean } = estimate(episodes.filter(({ tokens }) => tokens.length >= 16).map(repetition));
    if (!(mean > 0.3)) return;
    return `${
      percent(mean)
    } of what long responses say they have said before, word for word: the policy has found that ` +
      `the reward likes it; go back to an earlier checkpoint, raise klCoefficient, and read some responses with their scores`;
  },
};

/** Mean and standard error; NaN of too few. */
function estimate(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Share of the runs of four tokens that were there before. */
function repetition({ tokens }: Pick<Episode, "tokens">): number {
  const runs = Array.from({ length: tokens.length - 3 }, (_, t) => tokens.subarray(t, t + 4).join());
  return 1 - new Set(runs).size / runs.length;
}

/**
 * Looks at an iteration. An alarm sounds when something begins to go wrong, and again if it had come right in between.
 *
 * @param seen Metrics and episodes of the iteration.
 * @param memory What the last call remembered; `null` at the first iteration.
 * @returns A sentence for each alarm, and what to remember.
 *
 * @example Usage
 * ```ts
 * import { watch } from "@tare/ppo";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const first = watch({ metrics: { eos_rate: 0.9 }, episodes: [] }, null);
 * assertEquals(first.alarms, []);
 * const { alarms } = watch({ metrics: { eos_rate: 0.3 }, episodes: [] }, first.memory);
 * assertStringIncludes(alarms[0]!, "Only 30 % of the responses end by themselves, 90 % did at first");
 * ```
 */
export function watch(seen: Observation, memory: AlarmMemory | null): { alarms: string[]; memory: AlarmMemory } {
  const now = remembered.flatMap((name) => name in seen.metrics ? [[name, seen.metrics[name]!]] : []);
  const first: AlarmMemory = { ...Object.fromEntries(now), ...memory };
  const sounding = Object.entries(alarms).map(([name, alarm]) => [name, alarm(seen, first)] as const);
  return {
    alarms: sounding.flatMap(([name, words]) => words && !first[name] ? [words] : []),
    memory: { ...first, ...Object.fromEntries(sounding.map(([name, words]) => [name, words ? 1 : 0])) },
  };
}
