/** The server's configuration: who judges. */
import { z } from "@hono/zod-openapi";
import { type CallLog, type Clock, gptJudge, metered, panel, templates } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import type { NamedJudge } from "./options.ts";

/** A judge that is a language model behind a server of OpenAI's protocol. */
export interface ModelConfig {
  /** The server's name of the model. */
  readonly model: string;
  /** Where the server's paths begin. @default {"https://api.openai.com/v1"} */
  readonly baseURL?: string;
  /** Name of the environment variable that holds the key; without it none is sent. */
  readonly apiKeyEnv?: string;
  /** What the model is asked. @default {"helpful"} */
  readonly template?: keyof typeof templates;
  /** Whether each pair is judged in both orders, or in one. @default {"both"} */
  readonly orders?: "both" | "one";
  /** Divides logits; 0 takes the most likely token. @default {0} */
  readonly temperature?: number;
  /** Most tokens of an answer. @default {1024} */
  readonly maxTokens?: number;
  /** Requests at a time, and comparisons of a job at a time. @default {8} */
  readonly concurrency?: number;
  /** Most requests in a minute. @default {no limit} */
  readonly perMinute?: number;
  /** Most requests until the server starts again. @default {no limit} */
  readonly requests?: number;
  /** Most tokens of questions and answers until the server starts again. @default {no limit} */
  readonly tokens?: number;
  /** More fields of each request, such as `{ "reasoning_effort": "low" }`. They can be read in the judge's id. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

/** A judge that is the majority of others. */
export interface PanelConfig {
  /** Their names. */
  readonly panel: readonly string[];
}

/** The configuration. */
export interface Config {
  /** Judges by the names that requests call them by. */
  readonly judges?: Readonly<Record<string, ModelConfig | PanelConfig>>;
}

const positive = z.int().min(1);

const modelConfig: z.ZodType<ModelConfig> = z.strictObject({
  model: z.string().min(1),
  baseURL: z.string().min(1).optional(),
  apiKeyEnv: z.string().regex(/^[A-Z_][A-Z0-9_]*$/, "the name of an environment variable in capital letters")
    .optional(),
  template: z.enum(Object.keys(templates) as (keyof typeof templates)[]).optional(),
  orders: z.enum(["both", "one"]).optional(),
  temperature: z.number().min(0).optional(),
  maxTokens: positive.optional(),
  concurrency: positive.max(1000).optional(),
  perMinute: positive.optional(),
  requests: z.int().min(0).optional(),
  tokens: z.int().min(0).optional(),
  extraBody: z.record(z.string(), z.unknown()).optional(),
});

const panelConfig: z.ZodType<PanelConfig> = z.strictObject({ panel: z.array(z.string()).min(2) });

const config = z.strictObject({
  judges: z.record(
    z.string().regex(/^[\w.-]{1,64}$/, "names of 64 letters, digits, dots and dashes or fewer"),
    z.looseObject({}),
  ).optional(),
});

/**
 * Reads a configuration.
 *
 * @param value What the file holds, such as `{ judges: { gpt: { model: "gpt-5-mini", apiKeyEnv: "OPENAI_API_KEY" } } }`.
 * @param where What the file is called, for messages.
 * @returns The configuration.
 * @throws {TypeError} If it is none; one sentence that says where, and nothing that may be a secret.
 *
 * @example Usage
 * ```ts
 * import { readConfig } from "@tare/server";
 * import { assertThrows } from "@std/assert";
 *
 * const gpt = { model: "gpt-5-mini", apiKeyEnv: "OPENAI_API_KEY" };
 * readConfig({ judges: { gpt, jury: { panel: ["gpt", "other"] }, other: { ...gpt, model: "gpt-5" } } }, "tare.json");
 * assertThrows(
 *   () => readConfig({ judges: { gpt: { model: 5 } } }, "tare.json"),
 *   TypeError,
 *   "Expected a text at judges.gpt.model in tare.json but found 5",
 * );
 * ```
 */
export function readConfig(value: unknown, where: string): Config {
  const { judges } = parsed(config, value, [], where);
  if (!judges) return {};
  const read = Object.entries(judges).map(([name, judge]) => {
    const schema: z.ZodType<ModelConfig | PanelConfig> = "panel" in judge ? panelConfig : modelConfig;
    return [name, parsed(schema, judge, ["judges", name], where)] as const;
  });
  const models = new Set(read.flatMap(([name, judge]) => "panel" in judge ? [] : name));
  for (const [name, judge] of read) {
    const members = "panel" in judge ? judge.panel : [];
    const wrong = members.find((member, i) => !models.has(member) || members.indexOf(member) < i);
    if (wrong !== undefined) {
      const found = models.has(wrong) ? `${wrong} twice` : JSON.stringify(wrong);
      throw new TypeError(
        `Expected names of judges that are models, each once, at judges.${name}.panel in ${where} but found ${found}`,
      );
    }
  }
  return { judges: Object.fromEntries(read) };
}

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

/** Reads a part of the configuration. */
function parsed<T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[], where: string): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const issue = error.issues[0]!;
  const whole = [...path, ...issue.path];
  const found = whole.slice(path.length).reduce((it, key) => (it as Record<PropertyKey, unknown>)?.[key], value);
  const [expected, instead] = describe(issue, found);
  const place = whole.length === 0 ? "" : ` at ${whole.map(String).join(".")}`;
  throw new TypeError(`Expected ${expected}${place} in ${where} but found ${instead}`);
}

const kinds: Readonly<Record<string, string>> = {
  ...{ string: "a text", number: "a number", int: "a whole number", boolean: "true or false" },
  ...{ object: "an object", record: "an object", array: "a list" },
};

/** What was expected, and what was found instead: no text that stands there, for it may be a key. */
function describe(issue: z.core.$ZodIssue, found: unknown): [expected: string, found: string] {
  const shown = kindOf(found);
  switch (issue.code) {
    case "invalid_type":
      return [kinds[issue.expected] ?? issue.expected, shown];
    case "unrecognized_keys":
      return ["no further field", issue.keys.map((key) => JSON.stringify(key.slice(0, 80))).join(", ")];
    case "invalid_value":
      return [`one of ${issue.values.join(", ")}`, typeof found === "string" ? "another text" : shown];
    case "too_small":
      if (issue.origin === "string") return ["a text", "an empty one"];
      return issue.origin === "array"
        ? [`${issue.minimum} or more`, "fewer"]
        : [`${issue.minimum} or more`, `${found}`];
    case "too_big":
      return [`${issue.maximum} or less`, `${found}`];
    case "invalid_key":
      return [issue.issues[0]!.message, "another one"];
    default:
      return [issue.message, shown];
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "number") return `${value}`;
  return kinds[Array.isArray(value) ? "array" : typeof value]!;
}
