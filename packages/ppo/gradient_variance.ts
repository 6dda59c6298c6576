/** How much the policy's gradient varies between parts of the same episodes: what claim 5 of contrastive rewards is about. */
import {
  add,
  leaves,
  macrotask,
  mapTree,
  mean,
  mul,
  type Placed,
  sub,
  sum,
  type Tensor,
  tokenLogProb,
} from "@tare/core";
import { type Trainable, trainableOf, transformerOf, valueAndGrad } from "@tare/core";
import { microBatches } from "@tare/data";
import type { Episode } from "@tare/sampler";
import { checkLengths } from "./lengths.ts";
import { cutMinibatches } from "./minibatches.ts";
import { lengthOf, packResponses, type Tokens } from "./responses.ts";

/** How {@linkcode gradientDistances} computes. */
export interface GradientDistancesOptions {
  /** Parts that the episodes are cut into, in their order. @default {16} */
  readonly parts?: number;
  /** Temperature that the episodes were drawn with. @default {1} */
  readonly temperature?: number;
  /** Most tokens of a forward pass. @default {2048} */
  readonly microTokens?: number;
}

/** A part: its episodes with their advantages. */
type Part = readonly { readonly episode: Tokens; readonly advantages: Float32Array }[];

/**
 * Measures how far the gradients of parts of the episodes are from their mean. The gradient of a part is that of the policy
 * that drew the episodes: of −mean(advantage · log p) over its tokens. The sum of the distances over parts − 1 is tr Cov.
 *
 * Call it with advantages from r and with those from r − b, on the same episodes and before they are whitened:
 * `gradientVarianceRatio` of `@tare/contrastive` compares the two.
 *
 * @param policy The policy that drew the episodes; of an adapter, where it has one, or else of the transformer.
 * @param episodes Their tokens.
 * @param advantages A number for each token of each response.
 * @param options Parts, temperature, tokens of a pass.
 * @returns For each part the squared distance of its gradient from the mean of all parts.
 * @throws {RangeError} If there are fewer episodes than parts, fewer than two parts, or not one advantage a token.
 *
 * @example Responses that are all alike differ in nothing
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { gradientDistances } from "@tare/ppo";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const policy = { device, model: { config, params: initParams(device, config, 1) } };
 * const episodes = Array(4).fill({ promptTokens: Uint32Array.of(1), tokens: Uint32Array.of(2, 0) });
 * const distances = (rewards: number[]) =>
 *   gradientDistances(policy, episodes, rewards.map((r) => Float32Array.of(r, r)), { parts: 4 });
 * const [same] = await distances([1, 1, 1, 1]);
 * const [other] = await distances([3, 1, 1, 1]);
 * assert(same! < 1e-9 && other! > 1e-6);
 * ```
 */
export async function gradientDistances(
  policy: Placed,
  episodes: readonly Pick<Episode, "promptTokens" | "tokens">[],
  advantages: readonly Float32Array[],
  { parts = 16, temperature = 1, microTokens = 2048 }: GradientDistancesOptions = {},
): Promise<number[]> {
  checkLengths("lists of advantages", advantages, episodes, "episode");
  episodes.forEach(({ tokens }, i) => checkLengths("advantages", advantages[i]!, tokens));
  if (!Number.isInteger(parts) || parts < 2 || parts > episodes.length) {
    throw new RangeError(`Expected from 2 to ${episodes.length} parts, as many as episodes, but found ${parts}`);
  }
  const { device } = policy;
  const all = episodes.map((episode, i) => ({ episode, advantages: advantages[i]! }));
  const cut = cutMinibatches(Uint32Array.from(all.keys()), parts).map((part) => Array.from(part, (i) => all[i]!));
  const zeros = () => mapTree(trainableOf(policy), ({ shape }) => device.zeros(shape));
  using _all = device.scope();
  const middle = zeros();
  for (const part of cut) {
    addGradient(middle, policy, part, { scale: 1 / parts, temperature, microTokens });
    await macrotask();
  }
  const distances: Tensor<"f32">[] = [];
  for (const part of cut) {
    using scope = device.scope();
    const own = zeros();
    addGradient(own, policy, part, { scale: 1, temperature, microTokens });
    const means = leaves(middle);
    distances.push(scope.keep(leaves(own).map((g, i) => squared(sub(g, means[i]!))).reduce((a, b) => add(a, b))));
    await macrotask();
  }
  return (await device.read(distances)).map(([distance]) => distance!);
}

/** Adds a part's gradient, in micro-batches. */
function addGradient(
  into: Trainable,
  policy: Placed,
  part: Part,
  { scale, temperature, microTokens }: { scale: number; temperature: number; microTokens: number },
): void {
  const { device } = policy;
  const transformer = transformerOf(policy, false);
  const count = (some: Part) => some.reduce((tokens, { advantages }) => tokens + advantages.length, 0);
  for (const group of microBatches(part, ({ episode }) => lengthOf(episode), microTokens)) {
    using _group = device.scope();
    const weights = device.tensor(Float32Array.from(group.flatMap(({ advantages }) => [...advantages])));
    valueAndGrad<Trainable>(
      (trained) => {
        const { sequences, rows, targets } = packResponses(device, group.map(({ episode }) => episode));
        const hidden = transformer.hidden(trained, sequences, rows);
        const { logProb } = tokenLogProb(transformer.params(trained), hidden, targets, { temperature });
        return mul(mean(mul(logProb, weights)), -1);
      },
      trainableOf(policy),
      { into, scale: scale * count(group) / count(part) },
    );
  }
}

function squared(x: Tensor): Tensor<"f32"> {
  return sum(mul(x, x));
}
