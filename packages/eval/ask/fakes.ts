/** What tests of asking ask with. */
import { type Answer, type Ask, AskError, askOf, type FailureKind, type Question } from "./ask.ts";
import type { Clock } from "./clock.ts";

/** A question that differs by what it says. */
export function questionOf(content: string, more: Partial<Question> = {}): Question {
  return { messages: [{ role: "user", content }], maxTokens: 10, temperature: 0, ...more };
}

/** An answer that cost something. */
export function paid(text: string, input = 7, output = 1): Answer {
  return { text, finish: "stop", usage: { input, output } };
}

/** A failure, with what the server says about the next try. */
export function failing(kind: FailureKind, retryAfter?: number, free = true): AskError {
  return new AskError(`It is ${kind}`, kind, retryAfter, free);
}

/** An Ask that answers, or fails, by turns; the last turn goes on for ever. It keeps what it was asked. */
export function scripted(...turns: (Answer | Error)[]): Ask & { readonly asked: Question[] } {
  const asked: Question[] = [];
  const ask = askOf("model", (question) => {
    asked.push(question);
    const turn = turns[Math.min(asked.length, turns.length) - 1]!;
    return turn instanceof Error ? Promise.reject(turn) : Promise.resolve(turn);
  });
  return Object.assign(ask, { asked });
}

/** An Ask whose answers come when the test says so. It fails when its signal says so. */
export function held(): Ask & { readonly open: { question: Question; answer: (answer: Answer | Error) => void }[] } {
  const open: { question: Question; answer: (answer: Answer | Error) => void }[] = [];
  const ask = askOf("model", (question, { signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    open.push({ question, answer: (answer) => answer instanceof Error ? reject(answer) : resolve(answer) });
    signal?.addEventListener("abort", () => reject(signal.reason));
    return promise;
  });
  return Object.assign(ask, { open });
}

/** Lets everything happen that needs no time. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Waits until something holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle();
}

/** Time that passes only when everybody waits. */
export interface FakeClock extends Clock {
  /** How long each of those slept who did. */
  readonly slept: readonly number[];
  /** Lets time pass until something is over. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** Makes a clock that starts at 0. */
export function fakeClock(): FakeClock {
  let now = 0;
  const slept: number[] = [];
  const sleepers: { until: number; wake: () => void }[] = [];
  return {
    slept,
    now: () => now,
    sleep(milliseconds) {
      slept.push(milliseconds);
      return new Promise((wake) => sleepers.push({ until: now + milliseconds, wake }));
    },
    async run(work) {
      let over = false;
      const end = () => over = true;
      work.then(end, end);
      for (await settle(); !over; await settle()) {
        sleepers.sort((a, b) => a.until - b.until);
        const next = sleepers.shift();
        if (!next) continue; // somebody computes
        now = Math.max(now, next.until);
        next.wake();
      }
      return await work;
    },
  };
}
