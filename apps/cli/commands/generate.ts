/** `tare generate`: try a checkpoint. */
import { openDevice } from "@tare/core";
import { localSampler, type Prompt, type SampleOptions } from "@tare/sampler";
import { type Command, defineCommand } from "../command.ts";
import { converse } from "../chat.ts";
import { complete, rateOf } from "../complete.ts";
import { UsageError } from "../flags.ts";
import { loadForGeneration, openModel } from "../model.ts";
import { lines, readAll } from "../stdin.ts";

export const generate: Command = defineCommand({
  summary: "complete a prompt with a model, or talk to it",
  flags: {
    model: {
      type: "text",
      value: "DIR|ID",
      help: "folder of a checkpoint, or a repository of the hub such as org/name",
    },
    prompt: { type: "text", help: "what to complete; without it, what is piped in" },
    chat: { type: "switch", help: "a conversation, line by line: /reset begins anew, Ctrl-D ends it" },
    adapter: { type: "text", value: "DIR", help: "a LoRA adapter in PEFT's format" },
    "max-tokens": { type: "integer", min: 1, default: 128, help: "most tokens of a completion" },
    temperature: { type: "number", min: 0, default: 1, help: "divides logits; 0 takes the most likely token" },
    "top-k": { type: "integer", min: 0, default: 0, help: "keeps the k most likely tokens; 0 keeps all" },
    "top-p": { type: "number", min: 0, max: 1, default: 1, help: "keeps the likeliest tokens up to this probability" },
    "min-p": {
      type: "number",
      min: 0,
      max: 1,
      default: 0,
      help: "keeps tokens of at least this share of the likeliest",
    },
    "repetition-penalty": { type: "number", min: 0, default: 1, help: "above 1: less of what was there before" },
    stop: { type: "texts", help: "a text that ends a completion; may be given several times" },
    n: { type: "integer", min: 1, default: 1, help: "completions of the prompt" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 1, default: 0, help: "equal seeds give equal completions" },
    cache: { type: "text", value: "DIR", help: "where models of the hub are kept (by default ~/.cache/tare)" },
    revision: { type: "text", default: "main", help: "branch, tag or commit of the hub's repository" },
  },
  async run(values, context) {
    const { model: name, chat, adapter, n, temperature, "max-tokens": maxTokens } = values;
    if (name === undefined) {
      throw new UsageError("Expected --model with a folder or the name of a repository of the hub");
    }
    if (chat && (values.prompt !== undefined || n > 1)) {
      throw new UsageError("Expected --chat without --prompt and --n");
    }
    const text = chat ? "" : values.prompt ?? await readAll(context);
    const files = await openModel(name, values, context);
    using device = await openDevice(values);
    using _scope = device.scope();
    const model = await loadForGeneration(device, name, files, { adapter, n, maxTokens, prompt: text, chat });
    const { tokenizer } = model;
    const sampler = localSampler({ ...model, device, id: name });
    const options: SampleOptions = {
      ...{ n, temperature, stop: values.stop, seed: values.seed, signal: context.signal },
      ...{ maxTokens, topK: values["top-k"], topP: values["top-p"], minP: values["min-p"] },
      repetitionPenalty: values["repetition-penalty"],
    };
    if (chat) return await converse({ sampler, tokenizer, options, context, lines: lines(context) });
    const prompt: Prompt = { id: "prompt", text, tokens: tokenizer.encode(text, { special: true }) };
    if (prompt.tokens!.length === 0) {
      throw new UsageError("Expected a prompt of one token or more but found an empty one");
    }
    const start = performance.now();
    const completions = await complete(sampler, prompt, options, context.print);
    const rate = rateOf(completions, performance.now() - start);
    context.note(
      `${rate.tokens} tokens in ${rate.seconds.toFixed(2)} s, ${
        rate.tokensPerSecond.toFixed(1)
      } tokens/s on ${device.name}`,
    );
    return {
      ...{ model: name, prompt: text, ...rate, device: device.name },
      completions: completions.map(({ index, text, tokens, finish }) => ({ index, text, tokens: [...tokens], finish })),
    };
  },
});
