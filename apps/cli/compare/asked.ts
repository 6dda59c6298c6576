/** Language models behind servers, whose answers are kept: what was paid for once is not paid for again. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CallLog, gptJudge, type Judge, type Metered, metered, panel, type Spent, templates } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import { openCallLog } from "@tare/eval/sqlite";
import { checkAddress } from "../address.ts";
import { UsageError } from "../flags.ts";
import type { AskValues } from "./ask_flags.ts";
import { once } from "./once.ts";
import { scorers } from "./table.ts";

/** Who can be asked. */
export interface Asked extends Disposable {
  /** Judges by their names in the table. */
  readonly judges: Readonly<Record<string, Judge>>;
  /** A model behind a server. */
  model(name: string, url: string): Metered;
  /** Whether anybody was to be asked so far. */
  readonly needed: boolean;
  /** What was spent on each model that was to be asked. */
  spent(): Readonly<Record<string, Spent>>;
}

/**
 * Finds the judges that flags name. Nothing is asked, and no file made, before the first question; one that is there is looked
 * into now, before anything long begins.
 *
 * @param values The flags.
 * @param out The folder of the comparison, beside which answers are kept.
 * @throws {UsageError} If two judges would have one name, there is nobody for a panel, or the file of answers is none.
 */
export function openAsked(values: AskValues, out: string): Asked {
  const { gpt, template, "gpt-url": url } = values;
  checkJudges(values);
  const file = values.calls ?? `${out.replace(/\/+$/, "")}.calls.sqlite`;
  if (gpt.length > 0 && existsSync(file)) openLog(file)[Symbol.dispose]();
  const log = lazily(file);
  const [budget, limit] = [
    { requests: values["max-requests"], tokens: values["max-cost"] },
    { perMinute: values["per-minute"], concurrency: values.concurrency },
  ];
  const models: Metered[] = [];
  const open = (name: string, baseURL: string, options: object): Metered => {
    const ask = openaiAsk({ model: name, baseURL, apiKey: Deno.env.get("OPENAI_API_KEY") });
    const meter = metered(ask, { log, ...limit, ...options });
    models.push(meter);
    return meter;
  };
  const judges = Object.fromEntries(
    gpt.map((name) => [name, once(gptJudge({ ask: open(name, url, budget), template: templates[template] }))]),
  );
  return {
    judges: values.panel ? { ...judges, panel: panel(Object.values(judges)) } : judges,
    model: (name, url) => open(name, url, {}),
    get needed() {
      return models.length > 0;
    },
    spent: () =>
      Object.fromEntries([...Map.groupBy(models, ({ id }) => id)].map(([id, own]) => [
        id,
        own.map((meter) => meter.spent()).reduce(together), // a model may be asked as policy and as judge
      ])),
    [Symbol.dispose]: () => log[Symbol.dispose](),
  };
}

/** The sum of two. */
function together(one: Spent, other: Spent): Spent {
  const keys = Object.keys(one) as (keyof Spent)[];
  return Object.fromEntries(keys.map((key) => [key, one[key] + other[key]])) as unknown as Spent;
}

function checkJudges({ gpt, panel, "gpt-url": url }: AskValues): void {
  checkAddress("gpt-url", url);
  if (panel && gpt.length < 2) {
    throw new UsageError(`Expected --gpt twice or more beside --panel, for a majority, but found ${gpt.length}`);
  }
  const taken = [...Object.keys(scorers), ...panel ? ["panel"] : []];
  const clash = gpt.find((name) => taken.includes(name));
  if (clash !== undefined) {
    throw new UsageError(`Expected --gpt with another name than ${taken.join(", ")}, which have columns of their own`);
  }
  const twice = gpt.find((name, i) => gpt.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Expected a name of its own for each judge but found "${twice}" twice`);
}

/** A log that is opened when it is first written to or read. */
function lazily(file: string): CallLog & Disposable {
  let opened: ReturnType<typeof openLog> | undefined;
  const log = () => opened ??= openLog(file);
  return {
    append: (call) => log().append(call),
    answers: (key) => log().answers(key),
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  };
}

function openLog(file: string): CallLog & Disposable {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    return openCallLog(file);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
