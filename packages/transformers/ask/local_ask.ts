/** A language model on this machine answers. */
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  type PreTrainedModel,
  StoppingCriteria,
  Tensor,
} from "@huggingface/transformers";
import { type Answer, type Ask, AskError, type AskOptions, type Question } from "@tare/eval";
import { findModel, loading, type ModelOptions, positionsOf, sentence } from "../model/source.ts";
import { inTurn } from "../model/turns.ts";

/** Asks a language model on this machine. */
export interface LocalAsk extends Ask {
  /** Gives the model's memory back, after the answers that are under way. */
  dispose(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A question's temperature is all that changes logits: what the checkpoint says of sampling is for its chats. */
const plain: object = {
  top_k: 0,
  top_p: 1,
  num_beams: 1,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  min_length: 0,
  min_new_tokens: 0,
  bad_words_ids: null,
  suppress_tokens: null,
  begin_suppress_tokens: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  guidance_scale: null,
};

/**
 * Loads a language model, exported to ONNX with its cache of keys and values, as someone who can be asked. Nothing is
 * downloaded unless `hub` says so.
 *
 * One question is answered at a time, the others wait. At temperature 0 each token is the most likely one, and the same
 * question gets the same answer; above it, tokens are drawn anew each time. A question's `schema` is left out.
 *
 * @param from Path of a folder with `config.json`, `tokenizer.json`, `tokenizer_config.json` and `onnx/model.onnx`; or, with
 * `hub`, the id of a repository that has them.
 * @param options How the model is loaded.
 * @returns A function that asks; `usage` counts all tokens, also the one that ends an answer.
 * @throws {TypeError} If the folder or a file is missing, the model is no language model, or it has no chat template.
 *
 * @example Usage
 * ```ts ignore
 * import { localAsk } from "@tare/transformers";
 *
 * await using ask = await localAsk("onnx-community/Qwen2.5-0.5B-Instruct", {
 *   hub: { revision: "main", cache: "./models" },
 *   dtype: "q4",
 * });
 * const { text } = await ask({
 *   messages: [{ role: "user", content: "Which is better, A or B?" }],
 *   maxTokens: 16,
 *   temperature: 0,
 * });
 * ```
 */
export async function localAsk(from: string, options: ModelOptions = {}): Promise<LocalAsk> {
  const source = await findModel(from, options);
  const kind = source.config.architectures?.[0];
  if (kind !== undefined && !/ForCausalLM$|LMHeadModel$/.test(kind)) {
    throw new TypeError(`Expected a language model in ${from} but found ${kind}: name one that generates text`);
  }
  const tokenizer = await loading(from, () => AutoTokenizer.from_pretrained(source.path, source.options));
  const template = source.template ?? tokenizer.chat_template;
  if (!template) {
    throw new TypeError(`Expected a chat template in ${from} but found none: name a model that was trained on chats`);
  }
  const model = await loading(from, () => AutoModelForCausalLM.from_pretrained(source.path, source.options));
  const positions = positionsOf(source.config);
  const ends = endsOf(model, tokenizer.eos_token_id);
  const turn = inTurn();
  let open = true;

  function encode({ messages }: Question): number[] {
    try {
      const text = tokenizer.apply_chat_template([...messages], {
        tokenize: false,
        add_generation_prompt: true,
        ...source.template !== undefined && { chat_template: source.template },
      });
      return tokenizer.encode(text, { add_special_tokens: false });
    } catch (error) {
      throw new AskError(`Cannot ask ${from}: its chat template says: ${sentence(error)}`, "question");
    }
  }

  async function answer(question: Question, signal?: AbortSignal): Promise<Answer> {
    const { maxTokens, temperature } = question;
    signal?.throwIfAborted();
    const ids = encode(question);
    if (ids.length === 0 || ids.length >= positions) {
      throw new AskError(
        `Expected a question of 1 to ${positions - 1} tokens for ${from} but found ${ids.length}`,
        "question",
      );
    }
    const ones = ids.map(() => 1n);
    const generated = await model.generate({
      inputs: new Tensor("int64", BigInt64Array.from(ids.map(BigInt)), [1, ids.length]),
      attention_mask: new Tensor("int64", BigInt64Array.from(ones), [1, ids.length]),
      ...plain,
      ...temperature > 0 ? { do_sample: true, temperature } : { do_sample: false, temperature: 1 },
      max_new_tokens: Math.min(maxTokens, positions - ids.length),
      eos_token_id: ends,
      stopping_criteria: [until(signal)],
    }).catch((error: unknown) => {
      throw new AskError(`Cannot get an answer of ${from}: ${sentence(error)}`, "question");
    });
    signal?.throwIfAborted();
    const out = (generated as Tensor).tolist()[0].slice(ids.length).map(Number) as number[];
    return {
      text: tokenizer.decode(out, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
      finish: ends.includes(out.at(-1)!) ? "stop" : "length",
      usage: { input: ids.length, output: out.length },
    };
  }

  async function ask(question: Question, { signal }: AskOptions = {}): Promise<Answer> {
    const { maxTokens, temperature } = question;
    if (!(Number.isInteger(maxTokens) && maxTokens >= 1)) {
      throw new RangeError(`Expected maxTokens to be 1 or more but found ${maxTokens}`);
    }
    if (!(temperature >= 0 && temperature < Infinity)) {
      throw new RangeError(`Expected a temperature of 0 or more but found ${temperature}`);
    }
    if (!open) throw new AskError(`Expected a language model but found ${from} disposed of: load it again`, "fatal");
    return await turn(() => answer(question, signal));
  }

  async function dispose(): Promise<void> {
    if (!open) return;
    open = false;
    await turn(() => model.dispose());
  }
  return Object.assign(ask, { id: source.id, dispose, [Symbol.asyncDispose]: dispose });
}

/** Ids at which an answer ends, as checkpoint and tokenizer have them. */
function endsOf(model: PreTrainedModel, eos: number | undefined): number[] {
  const { generation_config } = model as unknown as { generation_config?: { eos_token_id?: number | number[] | null } };
  const named = generation_config?.eos_token_id ??
    (model.config as { eos_token_id?: number | number[] | null }).eos_token_id;
  return [...new Set([eos ?? [], named ?? []].flat())];
}

/** Ends generation after the token under way. */
function until(signal?: AbortSignal): StoppingCriteria {
  class Until extends StoppingCriteria {
    override _call(ids: number[][]): boolean[] {
      return ids.map(() => signal?.aborted ?? false);
    }
  }
  return new Until();
}
