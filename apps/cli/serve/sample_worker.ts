/** The policy of a table of baselines in a thread of its own: it draws what the table lacks, as `tare sample` would have. */
import type { BaselineTable } from "@tare/contrastive";
import { openDevice } from "@tare/core";
import { encodePrompt } from "@tare/data";
import type { HubOptions } from "../hub.ts";
import { findPolicy } from "../policy.ts";
import { answerCalls, type Answerer } from "./answer_calls.ts";

/** Which policy draws, how, and where. */
export interface SampleValues extends HubOptions {
  /** A folder, a run, or a repository of the hub. */
  readonly policy: string;
  /** What made the table. */
  readonly made: Pick<BaselineTable, "policy" | "template" | "sampling">;
  /** Which device to open. */
  readonly device?: "auto" | "webgpu" | "cpu";
  /** Threads of a CPU device. */
  readonly threads?: number;
}

/** What `sampleBaselines` draws with, beside the seed. */
const stage = 1;

answerCalls(async (values: SampleValues, context): Promise<Answerer<null, string, readonly string[]>> => {
  const { policy: name, made } = values;
  const found = await findPolicy({ ...values, model: name }, context);
  if (found.id !== made.policy) {
    throw new RangeError(
      `Expected --policy to be ${made.policy}, from which the baselines were drawn, but found ${found.id} in ${name}`,
    );
  }
  const { k, maxTokens, ...settings } = made.sampling;
  const tokenizer = found.tokenizer!;
  const room = found.positions - maxTokens;
  if (room < 1) {
    throw new RangeError(
      `Expected the baselines' maxTokens to be below ${found.positions}, the positions of ${name}, but found ${maxTokens}`,
    );
  }
  const device = await openDevice(values);
  device.scope(); // of the weights: it lasts as long as the thread
  const sampler = await found.open(device, maxTokens, "");
  return {
    facts: null,
    async answer(text, signal) {
      const tokens = encodePrompt(tokenizer, { prompt: text, rendered: made.template !== "" }, { context: room });
      if ("skip" in tokens) {
        throw new RangeError(
          `Expected a prompt of at most ${room} tokens, which its baseline responses leave of the policy's positions, ` +
            `but found a longer one: shorten it, or sample its baseline beforehand`,
        );
      }
      const responses: string[] = [];
      const options = { ...settings, maxTokens, n: k, stage, signal };
      for await (const { index, text: response } of sampler.sample([{ id: "prompt", text, tokens }], options)) {
        responses[index] = response;
      }
      return responses;
    },
  };
});
