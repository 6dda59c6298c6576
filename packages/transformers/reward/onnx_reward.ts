/** Reward models of others, on ONNX Runtime. */
import { AutoTokenizer, PreTrainedModel, type PreTrainedTokenizer, Tensor } from "@huggingface/transformers";
import { findModel, loading, type ModelConfig, type ModelOptions, positionsOf, sentence } from "../model/source.ts";
import { inTurn } from "../model/turns.ts";
import { batches } from "./batches.ts";
import { type Encoded, encodeRow, type RewardForm, type RewardTexts } from "./encode_row.ts";
import { type RewardLabel, scorer } from "./label.ts";

/** How a reward model scores. */
export interface OnnxRewardOptions extends ModelOptions {
  /** How prompt and response become one text. @default {"chat" where there is a chat template, else "pair"} */
  readonly form?: RewardForm;
  /** What of a model with several labels is the score; a model with one label needs none. */
  readonly label?: RewardLabel;
  /** Most tokens of a row. @default {what model and tokenizer can take} */
  readonly maxTokens?: number;
  /** Most rows at a time. @default {8} */
  readonly batch?: number;
}

/** Scores rows. */
export interface OnnxReward {
  /** What it was made from, and the settings that scores depend on. */
  readonly id: string;
  /**
   * Scores rows.
   *
   * @param rows Prompts and responses.
   * @param signal Ends it before the next batch.
   * @returns The score of each row, a logit or a difference of two; NaN where the response alone has too many tokens.
   */
  (rows: readonly RewardTexts[], signal?: AbortSignal): Promise<Float32Array>;
  /** Gives the model's memory back, after the scores that are under way. */
  dispose(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Their numbers of activations are scaled by the largest one of the whole batch, so a row is scored alone. */
const scaledByBatch = ["int8", "uint8", "q8"];

/**
 * Loads a reward model: a sequence classifier, exported to ONNX, of any kind that has its weights in one graph (encoders such
 * as DeBERTa and ModernBERT, decoders such as Llama and Qwen). Nothing is downloaded unless `hub` says so.
 *
 * A row's score does not depend on the rows beside it, but for rounding: padding is masked, and a model whose configuration
 * names no token to pad with gets only rows of one length together.
 *
 * @param from Path of a folder with `config.json`, `tokenizer.json`, `tokenizer_config.json` and `onnx/model.onnx`; or, with
 * `hub`, the id of a repository that has them.
 * @param options How rows become text, what the score is, and how the model is loaded.
 * @returns A function that scores rows; `rewardJudge` of `@tare/eval` makes a judge of it.
 * @throws {TypeError} If the folder or a file is missing, the model is no sequence classifier, or it has several labels and
 * none is named.
 * @throws {RangeError} If `batch` or `maxTokens` cannot be had.
 *
 * @example Usage
 * ```ts ignore
 * import { onnxReward } from "@tare/transformers";
 *
 * await using reward = await onnxReward("./models/reward-deberta");
 * const [good, bad] = await reward([
 *   { prompt: "What is 2 + 2?", response: "4" },
 *   { prompt: "What is 2 + 2?", response: "Fish." },
 * ]);
 * ```
 */
export async function onnxReward(from: string, options: OnnxRewardOptions = {}): Promise<OnnxReward> {
  const { batch = 8, dtype = "fp32" } = options;
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw new RangeError(`Expected batch to be 1 or more but found ${batch}`);
  }
  const source = await findModel(from, options);
  const { config, template } = source;
  const kind = config.architectures?.[0];
  if (kind !== undefined && !kind.endsWith("ForSequenceClassification")) {
    throw new TypeError(`Expected a sequence classifier in ${from} but found ${kind}: name a reward model`);
  }
  const names = Object.values(config.id2label ?? { 0: "LABEL_0", 1: "LABEL_1" });
  const score = scorer(names, options.label, from);
  const tokenizer = await loading(from, () => AutoTokenizer.from_pretrained(source.path, source.options));
  const form = options.form ?? (template ?? tokenizer.chat_template ? "chat" : "pair");
  if (form === "chat" && !(template ?? tokenizer.chat_template)) {
    throw new TypeError(`Expected a chat template in ${from} but found none: take the form "pair" or "text"`);
  }
  const limit = limitOf(tokenizer, config, options.maxTokens);
  // "custom" has the library take any graph as it is: its own list of classifiers lacks Llama, Qwen and their like.
  const custom = { ...config, model_type: "custom" } as unknown as PreTrainedModel["config"];
  const model = await loading(
    from,
    () => PreTrainedModel.from_pretrained(source.path, { ...source.options, config: custom }),
  );
  const outputs: readonly string[] = model.sessions.model.outputNames;
  if (!outputs.includes("logits")) {
    await model.dispose();
    throw new TypeError(`Expected a sequence classifier in ${from} but found a model that gives ${outputs.join(", ")}`);
  }
  const pad = config.pad_token_id ?? undefined; // without one, rows that run together are of one length
  const rowsAtOnce = scaledByBatch.includes(dtype) ? 1 : batch;
  const turn = inTurn();
  let open = true;

  async function run(encoded: readonly Encoded[]): Promise<Float32Array> {
    const length = Math.max(...encoded.map(({ ids }) => ids.length));
    const tensor = (of: (row: Encoded, i: number) => number) => {
      const numbers = encoded.flatMap((row) => Array.from({ length }, (_, i) => BigInt(of(row, i))));
      return new Tensor("int64", BigInt64Array.from(numbers), [encoded.length, length]);
    };
    const { logits } = await model({
      input_ids: tensor(({ ids }, i) => ids[i] ?? pad!),
      attention_mask: tensor(({ ids }, i) => i < ids.length ? 1 : 0),
      token_type_ids: tensor(({ types }, i) => types?.[i] ?? 0),
    }).catch((error: unknown) => {
      throw new Error(`Cannot score ${encoded.length} rows with ${from}: ${sentence(error)}`, { cause: error });
    });
    const { data, dims }: { data: Float32Array; dims: readonly number[] } = logits.to("float32");
    if (dims.length !== 2 || dims[1] !== names.length) {
      throw new TypeError(
        `Expected ${encoded.length} × ${names.length} logits of ${from} but found ${
          dims.join(" × ")
        }: it is no sequence classifier of these labels`,
      );
    }
    return Float32Array.from(encoded, (_, i) => score(data.subarray(i * names.length, (i + 1) * names.length)));
  }

  async function scoreRows(rows: readonly RewardTexts[], signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    const encoded = rows.map((row) => encodeRow(tokenizer, row, form, limit, template));
    const scores = new Float32Array(rows.length).fill(NaN);
    for (const indices of batches(encoded, rowsAtOnce, pad === undefined)) {
      signal?.throwIfAborted();
      const found = await run(indices.map((i) => encoded[i]!));
      indices.forEach((row, i) => scores[row] = found[i]!);
    }
    return scores;
  }

  async function dispose(): Promise<void> {
    if (!open) return;
    open = false;
    await turn(() => model.dispose());
  }
  async function reward(rows: readonly RewardTexts[], signal?: AbortSignal): Promise<Float32Array> {
    if (!open) throw new TypeError(`Expected a reward model but found ${from} disposed of: load it again`);
    return await turn(() => scoreRows(rows, signal));
  }
  const settings = [form, limit, ...[options.label ?? []].flat()].join(":");
  return Object.assign(reward, { id: `${source.id}:${settings}`, dispose, [Symbol.asyncDispose]: dispose });
}

function limitOf(tokenizer: PreTrainedTokenizer, config: ModelConfig, maxTokens?: number): number {
  const most = Math.min(tokenizer.model_max_length, positionsOf(config));
  if (maxTokens === undefined) return most;
  if (Number.isInteger(maxTokens) && maxTokens >= 1 && maxTokens <= most) return maxTokens;
  throw new RangeError(`Expected maxTokens to be from 1 to ${most}, which the model can take, but found ${maxTokens}`);
}
