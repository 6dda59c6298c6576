/** Classification as vLLM and SGLang serve reward models by it: what is asked, and what is answered. */
import { z } from "@hono/zod-openapi";
import type { RewardParts } from "./contrastive_rewards.ts";
import type { Query } from "./query.ts";
import { listOf, type Texts, texts } from "./texts.ts";

/** What is asked. */
export interface Classify {
  /** Prompts and responses, as vLLM is asked. */
  readonly input?: Texts;
  /** The same, as SGLang is asked. */
  readonly text?: Texts;
  /** A conversation: refused. */
  readonly messages?: unknown;
  /** Whether scores are to become probabilities: refused where it is true. */
  readonly use_activation?: boolean | null;
  /** Its older name. */
  readonly activation?: boolean | null;
}

const activation = z.boolean().nullish().openapi({ description: "Only false: contrastive rewards have no activation" });

/** Its schema. More may be there, such as `model`: there is one reward model. */
export const classify: z.ZodType<Classify> = z.looseObject({
  input: texts.optional(),
  text: texts.optional().openapi({ description: "SGLang's name of the input; the answer is in SGLang's form" }),
  messages: z.unknown().optional().openapi({
    description: "Refused: render conversations with the policy's chat template",
  }),
  use_activation: activation,
  activation,
}).openapi("Classify");

/** What is answered to `input`. */
export interface Classified {
  /** An id. */
  readonly id: string;
  /** What it is. */
  readonly object: "list";
  /** Seconds since 1970. */
  readonly created: number;
  /** The reward model. */
  readonly model: string;
  /** The contrastive reward of each input. */
  readonly data: readonly {
    readonly index: number;
    readonly label: "LABEL_0";
    readonly probs: readonly number[];
    readonly num_classes: 1;
  }[];
  /** Zeros: tokens are not counted. */
  readonly usage: { readonly prompt_tokens: 0; readonly total_tokens: 0; readonly completion_tokens: 0 };
}

/** What is answered to an item of `text`. */
export interface Embedded {
  /** Its contrastive reward, alone. */
  readonly embedding: readonly number[];
}

const classified = z.strictObject({
  id: z.string(),
  object: z.literal("list"),
  created: z.int().openapi({ description: "Seconds since 1970" }),
  model: z.string().openapi({ description: "The reward model" }),
  data: z.array(z.strictObject({
    index: z.int(),
    label: z.literal("LABEL_0"),
    probs: z.array(z.number()).openapi({ description: "The contrastive reward, alone; no probability" }),
    num_classes: z.literal(1),
  })),
  usage: z.strictObject({ prompt_tokens: z.literal(0), total_tokens: z.literal(0), completion_tokens: z.literal(0) })
    .openapi({ description: "Zeros: tokens are not counted" }),
}).openapi("Classified");
const embedded = z.strictObject({ embedding: z.array(z.number()) }).openapi("Embedded");

/** Answers in the form of the question: vLLM's to `input`; SGLang's to `text`, one or a list. */
export type ClassifyAnswer = Classified | Embedded | readonly Embedded[];

/** Its schema. */
export const classifyAnswer: z.ZodType<ClassifyAnswer> = z.union([classified, embedded, z.array(embedded)]);

/**
 * Reads a request.
 *
 * @throws {RangeError} If it asks for what is not here.
 */
export function inputsOf({ input, text, messages, use_activation, activation }: Classify): readonly Query[] {
  if (messages !== undefined) {
    throw new RangeError(
      "Expected input, a text or a list of texts, but found messages: render them with the policy's chat template",
    );
  }
  if (use_activation || activation) {
    throw new RangeError(
      `Expected ${
        use_activation ? "use_activation" : "activation"
      } to be false but found true: a contrastive reward is ` +
        "a difference and no probability",
    );
  }
  const given = input ?? text;
  if (given === undefined || input !== undefined && text !== undefined) {
    const found = given === undefined ? "neither" : "both";
    throw new RangeError(`Expected input, or text as SGLang calls it, but found ${found}: send one of them`);
  }
  return listOf(given).map((query) => ({ query }));
}

/** Writes the answer. */
export function classifiedOf(
  { text }: Classify,
  parts: readonly RewardParts[],
  model: string,
  now: number,
): ClassifyAnswer {
  const items = parts.map(({ contrastive }): Embedded => ({ embedding: [contrastive] }));
  if (text !== undefined) return typeof text === "string" ? items[0]! : items;
  return {
    ...{ id: `classify-${crypto.randomUUID()}`, object: "list", created: Math.floor(now / 1000), model },
    data: parts.map(({ contrastive }, index) => ({ index, label: "LABEL_0", probs: [contrastive], num_classes: 1 })),
    usage: { prompt_tokens: 0, total_tokens: 0, completion_tokens: 0 },
  };
}
