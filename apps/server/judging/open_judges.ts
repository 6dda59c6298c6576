/** Judges of a configuration, ready to be asked. */
import { type CallLog, type Clock, gptJudge, metered, panel, templates } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import type { Config, ModelConfig } from "../config.ts";
import type { NamedJudge } from "../options.ts";

/** What {@linkcode openJudges} needs. */
export interface OpenJudgesOptions {
  /** Where calls are kept: the store's, so that none is paid for twice. */
  readonly calls: CallLog;
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Instead of the real time, in which servers are waited for. */
  readonly clock?: Clock;
}

/**
 * Makes the judges of a configuration. Nobody is asked yet.
 *
 * @param config The configuration.
 * @param options Where calls are kept, and how keys are read.
 * @returns Judges by their names, for `createApp`.
 * @throws {TypeError} If a variable holds no key, or a judge cannot be made; one sentence without secrets.
 *
 * @example Usage
 * ```ts
 * import { openJudges, openStore, readConfig } from "@tare/server";
 * import { assertEquals } from "@std/assert";
 *
 * using store = openStore(":memory:");
 * const config = readConfig({ judges: { local: { model: "judge", baseURL: "http://127.0.0.1:8000/v1" } } }, "tare.json");
 * const { local } = openJudges(config, { calls: store.calls, env: (name) => Deno.env.get(name) });
 * assertEquals(local!.about, { model: "judge", host: "127.0.0.1:8000", template: "helpful", orders: "both" });
 * ```
 */
export function openJudges({ judges = {} }: Config, options: OpenJudgesOptions): Record<string, NamedJudge> {
  const made = new Map<string, NamedJudge>();
  const entries = Object.entries(judges);
  for (const [name, judge] of entries) {
    if (!("panel" in judge)) made.set(name, named(name, () => modelJudge(judge, options)));
  }
  for (const [name, judge] of entries) {
    if ("panel" in judge) made.set(name, named(name, () => panelJudge(judge.panel, made)));
  }
  const names = [...made.keys()];
  for (const [i, name] of names.entries()) {
    const twin = names.slice(0, i).find((other) => made.get(other)!.id === made.get(name)!.id);
    if (twin !== undefined) { // both would ask and pay for the same, and write the same verdicts
      throw new TypeError(`Expected judges that differ in what is asked, or who, but found ${twin} and ${name} alike`);
    }
  }
  return Object.fromEntries(entries.map(([name]) => [name, made.get(name)!]));
}

function modelJudge(config: ModelConfig, { calls: log, env, fetch, clock }: OpenJudgesOptions): NamedJudge {
  const { model, baseURL, apiKeyEnv, template = "helpful", orders = "both", extraBody, ...rest } = config;
  const { temperature, maxTokens, concurrency = 8, perMinute, requests, tokens } = rest;
  const apiKey = apiKeyEnv === undefined ? undefined : env(apiKeyEnv)?.trim();
  if (apiKeyEnv !== undefined && !apiKey) {
    throw new TypeError(`Expected a key in the variable ${apiKeyEnv} but found none: set it`);
  }
  const ask = metered(openaiAsk({ model, baseURL, apiKey, extraBody, fetch }), {
    ...{ log, clock, concurrency, perMinute, requests, tokens },
  });
  return {
    ...gptJudge({ ask, template: templates[template], orders, temperature, maxTokens }),
    about: { model, host: new URL(baseURL ?? "https://api.openai.com/v1").host, template, orders },
    ...{ concurrency, spent: ask.spent },
  };
}

function panelJudge(names: readonly string[], judges: ReadonlyMap<string, NamedJudge>): NamedJudge {
  const members = names.map((name) => judges.get(name)!);
  const concurrency = Math.max(...members.map((member) => member.concurrency!));
  return { ...panel(members), about: { panel: names }, concurrency };
}

/** Says which judge cannot be made. */
function named(name: string, make: () => NamedJudge): NamedJudge {
  try {
    return make();
  } catch (error) {
    throw new TypeError(`Cannot make the judge ${name}: ${(error as Error).message}`);
  }
}
