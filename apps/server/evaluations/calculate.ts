/** What takes long to compute, apart from what must answer soon. */
import { type Evaluation, htmlReport, summarise, type Summary } from "@tare/eval/report";
import { Problem } from "../http/problem.ts";
import { type PeopleFound, type PeopleInput, peopleOf } from "./people.ts";

/** What a report is made from. */
export interface ReportInput {
  /** Its heading. */
  readonly title: string;
  /** The rows. */
  readonly evaluation: Evaluation;
}

/** What can be computed. */
export interface Calculations {
  /** What judges found. */
  readonly summary: (evaluation: Evaluation) => Summary;
  /** What people found. */
  readonly people: (input: PeopleInput) => PeopleFound;
  /** A report as an HTML file. */
  readonly report: (input: ReportInput) => string;
}

/** All of it: functions of their arguments and of nothing else. */
export const calculations: Calculations = {
  summary: (evaluation) => summarise(evaluation),
  people: peopleOf,
  report: ({ title, evaluation }) => htmlReport(summarise(evaluation), evaluation, { title }),
};

/** Computes something, by name. */
export interface Calculate {
  /**
   * Computes.
   *
   * @param name What.
   * @param input From what.
   */
  <K extends keyof Calculations>(name: K, input: Parameters<Calculations[K]>[0]): Promise<ReturnType<Calculations[K]>>;
}

/**
 * Computes where it is called: for tests, and for programs that have nothing else to do meanwhile.
 *
 * @param name What.
 * @param input From what.
 * @returns What was found.
 *
 * @example Usage
 * ```ts
 * import { calculateHere, createApp, openStore } from "@tare/server";
 * import { assertEquals } from "@std/assert";
 *
 * using store = openStore(":memory:");
 * const app = createApp({ store, origins: ["http://127.0.0.1:8377"], calculate: calculateHere });
 * assertEquals((await calculateHere("summary", { responses: [], verdicts: [] })).prompts, 0);
 * await app.close();
 * ```
 */
export async function calculateHere<K extends keyof Calculations>(
  name: K,
  input: Parameters<Calculations[K]>[0],
): Promise<ReturnType<Calculations[K]>> {
  return await Promise.resolve(calculations[name](input as never) as ReturnType<Calculations[K]>);
}

/**
 * Computes in a thread of its own, one thing after the other. The thread is made when it is first needed.
 *
 * @param closing Ends it; what was not computed by then rejects.
 */
export function calculateBeside(closing: AbortSignal): Calculate {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const end = () => {
    worker?.terminate();
    worker = undefined;
  };
  closing.addEventListener("abort", end, { once: true });

  function compute(name: keyof Calculations, input: unknown): Promise<unknown> {
    if (closing.aborted) return Promise.reject(closes());
    const thread = worker ??= new Worker(new URL("./calculate_worker.ts", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const { signal } = stop;
      const settle = (tell: () => void) => {
        stop.abort();
        tell();
      };
      closing.addEventListener("abort", () => settle(() => reject(closes())), { signal });
      thread.addEventListener("message", ({ data }) => {
        settle(() => "failed" in data ? reject(new Error(data.failed)) : resolve(data.found));
      }, { signal });
      thread.addEventListener("error", (event) => {
        event.preventDefault(); // or it would end the server
        end();
        settle(() => reject(new Error(`The thread that computes failed: ${event.message}`)));
      }, { signal });
      thread.postMessage({ name, input });
    });
  }

  return ((name, input) => {
    const found = last.then(() => compute(name, input));
    last = found.catch(() => {});
    return found;
  }) as Calculate;
}

function closes(): Problem {
  return new Problem(503, "Expected a server at work but it is about to close: ask again when it is back");
}
