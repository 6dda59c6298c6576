/** Rows of many requests, scored together. */
import { setImmediate } from "node:timers";
import { inTime } from "../http/in_time.ts";
import type { Score, ScoreRow } from "../options.ts";
import { FullError, modelError } from "./errors.ts";

/** How rows are scored together. */
export interface BatchOptions {
  /** Most rows of a batch. @default {what the score says, or 64} */
  readonly mostRows?: number;
  /** Batches at a time: 1 for a local model, more for a server. @default {what the score says, or 1} */
  readonly concurrency?: number;
  /** Most rows that wait; beyond them a request is turned away. @default {4096} */
  readonly mostWaiting?: number;
  /** Milliseconds that a batch may take. @default {120000} */
  readonly timeout?: number;
}

/**
 * Scores rows, together with those of others.
 *
 * @returns A raw reward for each, in their order, in 32 bits; whether it is finite is not looked at.
 */
export type ScoreRows = (rows: readonly ScoreRow[], signal?: AbortSignal) => Promise<Float32Array>;

/** Most rows that wait, where nobody says otherwise. */
const usualWaiting = 4096;

/** Why no queue would take a request of so many rows; nothing if it might. */
export function tooManyRows(rows: number, { mostWaiting = usualWaiting }: BatchOptions): RangeError | undefined {
  if (rows <= mostWaiting) return undefined;
  return new RangeError(`Expected at most ${mostWaiting} rows but found ${rows}: send fewer at a time`);
}

/** Rows that came together. */
interface Request {
  readonly rows: readonly ScoreRow[];
  readonly values: Float32Array;
  /** How many rows are in a batch by now. */
  begun: number;
  /** How many have their value. */
  done: number;
  /** Answers; an error, or nothing if all went well. */
  settle(error?: unknown): void;
  /** Whether nobody waits for it any more. */
  over: boolean;
}

/** Rows of one request in a batch. */
interface Part {
  readonly request: Request;
  readonly from: number;
  readonly to: number;
}

/** What is scored now. */
interface Batch {
  readonly parts: readonly Part[];
  /** Aborted when nobody waits for it, or when it takes too long. */
  readonly gone: AbortController;
}

/**
 * Makes batches of what comes in while others are scored. Nothing waits for company: if no batch is under way, the next turn
 * of the event loop begins one, of all that came in this turn.
 *
 * Rows are scored in the order in which they came; a request of many rows may be spread over batches. A batch that fails, or
 * takes too long, fails the requests that have rows in it, and no other; where a `RangeError` says that the model cannot take
 * some row, the batch is halved until it is found whose. A request whose signal is aborted leaves the queue,
 * and when nobody waits for a batch any more, its signal is aborted too.
 *
 * @param score Scores a batch.
 * @param options How many rows.
 * @returns A function that rejects with a {@linkcode FullError} where too many rows wait, and with a
 * {@linkcode ModelError} if scoring fails; a `RangeError` of the score about a row is passed on.
 * @throws {RangeError} If a number is no integer of 1 or more.
 */
export function batched(score: Score, options: BatchOptions = {}): ScoreRows {
  const { mostRows = score.mostRows ?? 64, concurrency = score.concurrency ?? 1 } = options;
  const { mostWaiting = usualWaiting, timeout = 120_000 } = options;
  for (const [name, value] of Object.entries({ mostRows, concurrency, mostWaiting, timeout })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new RangeError(`Expected ${name} of batches to be an integer of 1 or more but found ${value}`);
  }
  const queue = new Set<Request>(); // in the order in which they came; each has rows that are in no batch yet
  const running = new Set<Batch>();
  let [waiting, called] = [0, false];

  /** Begins batches, after what arrives together has arrived. */
  function call(): void {
    if (called || queue.size === 0 || running.size >= concurrency) return;
    called = true;
    setImmediate(() => {
      called = false;
      while (queue.size > 0 && running.size < concurrency) run(take());
    });
  }

  function take(): readonly Part[] {
    const parts: Part[] = [];
    let room = mostRows;
    for (const request of queue) {
      const from = request.begun;
      const to = request.begun = Math.min(from + room, request.rows.length);
      parts.push({ request, from, to });
      waiting -= to - from;
      room -= to - from;
      if (to === request.rows.length) queue.delete(request);
      if (room === 0) break;
    }
    return parts;
  }

  async function run(parts: readonly Part[]): Promise<void> {
    const batch = { parts, gone: new AbortController() };
    running.add(batch);
    const rows = parts.flatMap(({ request, from, to }) => request.rows.slice(from, to));
    try {
      const values = await inTime((signal) => score(rows, signal), timeout, batch.gone);
      if (values.length !== rows.length) {
        throw new TypeError(`expected a reward for each of ${rows.length} rows but found ${values.length}`);
      }
      let at = 0;
      for (const { request, from, to } of parts) {
        for (let i = from; i < to; i++) request.values[i] = values[at++]!;
        request.done += to - from;
        if (request.done === request.rows.length) request.settle();
      }
    } catch (error) {
      running.delete(batch);
      if (error instanceof RangeError && parts.length > 1) { // of some row: whose it is gets to know
        const half = parts.length >> 1;
        await run(parts.slice(0, half));
        return await run(parts.slice(half));
      }
      const failure = modelError(`The reward model ${score.id}`, error);
      for (const { request } of parts) request.settle(failure);
    } finally {
      running.delete(batch);
      call();
    }
  }

  return (rows, signal) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (rows.length === 0) return Promise.resolve(new Float32Array());
    const many = tooManyRows(rows.length, options);
    if (many) return Promise.reject(many);
    if (waiting + rows.length > mostWaiting) {
      return Promise.reject(
        new FullError(`Expected at most ${mostWaiting} rows to wait but ${waiting} do: ask again later`),
      );
    }
    return new Promise((resolve, reject) => {
      const leave = () => request.settle(signal!.reason);
      const request: Request = {
        ...{ rows, values: new Float32Array(rows.length), begun: 0, done: 0, over: false },
        settle(error) {
          if (request.over) return;
          request.over = true;
          signal?.removeEventListener("abort", leave);
          if (queue.delete(request)) waiting -= rows.length - request.begun;
          if (error === undefined) return resolve(request.values);
          reject(error);
          for (const { parts, gone } of running) {
            if (parts.every(({ request }) => request.over)) gone.abort();
          }
        },
      };
      signal?.addEventListener("abort", leave);
      queue.add(request);
      waiting += rows.length;
      call();
    });
  };
}
