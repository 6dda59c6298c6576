/** What commands sample from: a model of this machine, or one behind a server. */
import type { Device } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import { localSampler, type Sampler } from "@tare/sampler";
import { openaiSampler } from "@tare/sampler/openai";
import { checkAddress } from "./address.ts";
import type { Context } from "./command.ts";
import { remoteName } from "./fingerprint.ts";
import { UsageError } from "./flags.ts";
import type { HubOptions } from "./hub.ts";
import { openLanguageModel } from "./language_model.ts";
import { loadForGeneration } from "./model.ts";

/** Flags that say what is sampled from. */
export const policyFlags = {
  model: { type: "text", value: "DIR|ID", help: "policy: a folder, a run, or a repository of the hub" },
  server: {
    type: "text",
    value: "URL",
    help:
      "sample from an OpenAI-compatible server, such as http://127.0.0.1:8000/v1; --model is what it serves, if it is here",
  },
  "server-model": { type: "text", value: "NAME", help: "the server's name of the policy" },
  "server-kind": {
    type: "text",
    choices: ["openai", "vllm"],
    default: "openai",
    help: "vllm sends token ids, openai may not",
  },
  concurrency: { type: "integer", min: 1, default: 8, help: "requests to a server at a time" },
} as const;

/** What they say. */
export interface PolicyValues extends HubOptions {
  readonly model?: string;
  readonly server?: string;
  readonly "server-model"?: string;
  readonly "server-kind"?: "openai" | "vllm";
  readonly concurrency?: number;
}

/** What is sampled from, before weights are read. */
export interface FoundPolicy {
  /** What the user calls it. */
  readonly name: string;
  /** Its fingerprint; of a server whose model is not here, its name and address. */
  readonly id: string;
  /** Its tokenizer, if it is here. */
  readonly tokenizer?: Tokenizer;
  /** What its ids mean, if that is known. */
  readonly ids?: string;
  /** Most tokens of prompt and response together; Infinity if that is not known. */
  readonly positions: number;
  /** Whether it needs a device. */
  readonly local: boolean;
  /** Makes it ready; the text is the longest that it will see. */
  open(device: Device | undefined, maxTokens: number, text: string): Promise<Sampler>;
}

/**
 * Finds what `--model` or `--server` names. The key of a server, if it wants one, is in the variable `OPENAI_API_KEY`.
 *
 * @throws {UsageError} If that is nothing, or the server's model has no name.
 * @throws {RangeError} If it is a reward model.
 */
export async function findPolicy(values: PolicyValues, context: Context): Promise<FoundPolicy> {
  const { model: name, server: url, "server-model": model } = values;
  if (name === undefined && url === undefined) {
    throw new UsageError("Expected --model with the policy, or --server with the address of a server that has it");
  }
  if ((url === undefined) !== (model === undefined)) {
    throw new UsageError(
      "Expected --server and --server-model together: the address, and the server's name of the policy",
    );
  }
  if (url !== undefined) checkAddress("server", url);
  const here = name === undefined ? undefined : await findModel(name, values, context);
  if (url === undefined) return here!;
  const { "server-kind": server, concurrency } = values;
  const { id = remoteName(model!, url), tokenizer } = here ?? {};
  const options = { baseUrl: url, model: model!, id, server, concurrency, tokenizer };
  return {
    ...{ name: url, positions: Infinity, ...here, id, local: false },
    open: () => Promise.resolve(openaiSampler({ ...options, apiKey: Deno.env.get("OPENAI_API_KEY") })),
  };
}

async function findModel(name: string, values: PolicyValues, context: Context): Promise<FoundPolicy> {
  const { files, config: { positions }, tokenizer, id, ids } = await openLanguageModel(name, values, context);
  return {
    ...{ name, id, tokenizer, ids, positions, local: true },
    async open(device, maxTokens, prompt) {
      const model = await loadForGeneration(device!, name, files, { n: 32, maxTokens, prompt });
      return localSampler({ ...model, device: device!, id });
    },
  };
}
