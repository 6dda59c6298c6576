/** Language models behind servers, whose answers are kept: what was paid for once is not paid for again. */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CallLog, gptJudge, type Judge, type Metered, metered, panel, type Spent, templates } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import { openCallLog } from "@tare/eval/sqlite";
import { checkAddress } from "../address.ts";
import { UsageError } from "../flags.ts";
import type { AskValues } from "./ask_flags.ts";
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
 * Finds the judges that flags name. Nothing is asked, and no file made, before the first question.
 *
 * @param values The flags.
 * @param out The folder of the comparison, beside which answers are kept.
 * @throws {UsageError} If two judges would have one name, or there is nobody for a panel.
 */
export function openAsked(values: AskValues, out: string): Asked {
  const { gpt, template, "gpt-url": url } = values;
  checkJudges(values);
  const log = lazily(resolve(values.calls ?? `${out.replace(/\/+$/, "")}.calls.sqlite`));
  const [budget, limit] = [
    { requests: values["max-requests"], tokens: values["max-cost"] },
    { perMinute: values["per-minute"] },
  ];
  const models = new Map<string, Metered>();
  const open = (name: string, baseURL: string, options: object): Metered => {
    const ask = openaiAsk({ model: name, baseURL, apiKey: Deno.env.get("OPENAI_API_KEY") });
    const meter = metered(ask, { log, ...limit, ...options });
    models.set(ask.id, meter);
    return meter;
  };
  const judges = Object.fromEntries(
    gpt.map((name) => [name, gptJudge({ ask: open(name, url, budget), template: templates[template] })]),
  );
  return {
    judges: values.panel ? { ...judges, panel: panel(Object.values(judges)) } : judges,
    model: (name, url) => open(name, url, {}),
    get needed() {
      return models.size > 0;
    },
    spent: () => Object.fromEntries([...models].map(([id, meter]) => [id, meter.spent()])),
    [Symbol.dispose]: () => log[Symbol.dispose](),
  };
}

function checkJudges({ gpt, panel, "gpt-url": url }: AskValues): void {
  checkAddress("gpt-url", url);
  if (panel && gpt.length < 2) {
    throw new UsageError(`Expected --gpt twice or more beside --panel, for a majority, but found ${gpt.length}`);
  }
  const taken = [...Object.keys(scorers), ...panel ? ["panel"] : []];
  const twice = gpt.find((name, i) => taken.includes(name) || gpt.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Expected a name of its own for each judge but found "${twice}" twice`);
}

/** A log that is opened when it is first written to or read. */
function lazily(file: string): CallLog & Disposable {
  let opened: ReturnType<typeof openCallLog> | undefined;
  const log = () => {
    if (!opened) mkdirSync(dirname(file), { recursive: true });
    return opened ??= openCallLog(file);
  };
  return {
    append: (call) => log().append(call),
    answers: (key) => log().answers(key),
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  };
}
