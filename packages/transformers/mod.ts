/**
 * The bridge to `@huggingface/transformers`: tokenizers that need its classes, and reward models and judges on ONNX Runtime.
 *
 * @module
 */
export { type LocalAsk, localAsk } from "./ask/local_ask.ts";
export type { ModelDevice, ModelDtype, ModelHub, ModelOptions } from "./model/source.ts";
export type { RewardForm, RewardTexts } from "./reward/encode_row.ts";
export type { RewardLabel } from "./reward/label.ts";
export { type OnnxReward, onnxReward, type OnnxRewardOptions } from "./reward/onnx_reward.ts";
export { autoTokenizer } from "./tokenizer/auto_tokenizer.ts";
export type { ChatMessage, DecodeOptions, EncodeOptions, Tokenizer } from "@tare/data";
export type { Answer, Ask, AskOptions, Message, Question } from "@tare/eval";
