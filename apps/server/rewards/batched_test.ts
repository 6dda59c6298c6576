import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Score } from "../options.ts";
import { batched, type ScoreRows } from "./batched.ts";
import { FullError, ModelError } from "./errors.ts";
import { fakeScore, scoreRow, turn, valueOf } from "./fakes.ts";

const rowsOf = (name: string, count: number) => Array.from({ length: count }, (_, i) => scoreRow(name, ` ${i}`));
const valuesOf = (rows: ReturnType<typeof rowsOf>) => Float32Array.from(rows, valueOf);
const sizes = (batches: readonly (readonly unknown[])[]) => batches.map(({ length }) => length);

/** A score whose batches end when the test says so. */
function heldScore(of = valueOf) {
  const ends: PromiseWithResolvers<void>[] = [];
  const signals: AbortSignal[] = [];
  const score = fakeScore(of, (_, signal) => {
    ends.push(Promise.withResolvers());
    signals.push(signal!);
    return ends.at(-1)!.promise;
  });
  return { score, ends, signals };
}

Deno.test("batched() scores together what comes together, and what comes while a batch is under way", async () => {
  const { score, ends } = heldScore();
  const ask = batched(score);
  const first = ["a", "b", "c"].map((name) => ask(rowsOf(name, 1)));
  await turn();
  const others = ["d", "e"].map((name) => ask(rowsOf(name, 2)));
  await turn();
  assertEquals(sizes(score.batches), [3]);
  ends[0]!.resolve();
  assertEquals(await Promise.all(first), ["a", "b", "c"].map((name) => valuesOf(rowsOf(name, 1))));
  await turn();
  assertEquals(sizes(score.batches), [3, 4]);
  ends[1]!.resolve();
  assertEquals(await Promise.all(others), ["d", "e"].map((name) => valuesOf(rowsOf(name, 2))));
  assertEquals(await ask([]), new Float32Array());
});

Deno.test("batched() gives each request its values in its order, whatever the batches", async () => {
  const options = fc.record({ mostRows: fc.integer({ min: 1, max: 7 }), concurrency: fc.integer({ min: 1, max: 3 }) });
  const requests = fc.array(fc.tuple(fc.nat(9), fc.boolean()), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(options, requests, async (options, requests) => {
      let [under, most] = [0, 0];
      const score = fakeScore(valueOf, async (rows) => {
        most = Math.max(most, ++under);
        if (rows.length % 2 === 0) await turn(); // batches do not end in the order in which they began
        under--;
      });
      const ask = batched(score, options);
      const answers: Promise<void>[] = [];
      for (const [name, [count, pause]] of requests.entries()) {
        const rows = rowsOf(`${name}`, count);
        answers.push(ask(rows).then((values) => assertEquals(values, valuesOf(rows))));
        if (pause) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(answers);
      assertEquals(score.batches.flat().length, requests.reduce((sum, [count]) => sum + count, 0));
      assert(most <= options.concurrency && score.batches.every(({ length }) => length <= options.mostRows));
    }),
    { numRuns: 60 },
  );
});

Deno.test("batched() fails the requests of a batch that fails, and no other", async () => {
  const score = fakeScore(valueOf, async (rows) => {
    await turn();
    if (rows.some(({ prompt }) => prompt === "bad")) throw new Error("it is down");
  });
  const ask = batched(score, { mostRows: 2 });
  const [one, half, bad, other] = [["a", 1], ["b", 2], ["bad", 1], ["c", 2]]
    .map(([name, count]) => ask(rowsOf(name as string, count as number)));
  const failed = [half!, bad!].map((answer) =>
    assertRejects(() => answer, ModelError, "The reward model fake failed: it is down")
  );
  assertEquals([await one, await other], [valuesOf(rowsOf("a", 1)), valuesOf(rowsOf("c", 2))]);
  await Promise.all(failed);
  assertEquals(await ask(rowsOf("d", 1)), valuesOf(rowsOf("d", 1)));
});

Deno.test("batched() finds out whose row it is that the model cannot take, and scores the others", async () => {
  let most = 0;
  const score = fakeScore(valueOf, async (rows) => {
    most = Math.max(most, ++under);
    await turn();
    under--;
    if (rows.some(({ prompt }) => prompt === "long")) throw new RangeError("Expected at most 9 tokens but found 10");
  });
  let under = 0;
  const ask = batched(score);
  const names = ["a", "b", "long", "c", "long", "d", "e", "f"];
  const answers = await Promise.allSettled(names.map((name) => ask(rowsOf(name, 2))));
  for (const [i, answer] of answers.entries()) {
    if (answer.status === "fulfilled") assertEquals(answer.value, valuesOf(rowsOf(names[i]!, 2)));
    else assert(names[i] === "long" && answer.reason instanceof RangeError, `${answer.reason}`);
  }
  assertEquals(answers.filter(({ status }) => status === "rejected").length, 2);
  assertEquals(most, 1);
});

Deno.test("batched() refuses an answer of another length, and a score that throws at once", async () => {
  const short: Score = Object.assign(() => Promise.resolve([1]), { id: "short" });
  await assertRejects(
    () => batched(short)(rowsOf("a", 2)),
    ModelError,
    "expected a reward for each of 2 rows but found 1",
  );
  const thrower: Score = Object.assign(() => {
    throw new TypeError("not me");
  }, { id: "thrower" });
  await assertRejects(() => batched(thrower)(rowsOf("a", 2)), ModelError, "The reward model thrower failed: not me");
});

Deno.test("batched() turns requests away where too many rows wait", async () => {
  const { score, ends } = heldScore();
  const ask = batched(score, { mostRows: 1, mostWaiting: 3 });
  const first = ask(rowsOf("a", 1));
  await turn(); // it waits no more
  const second = ask(rowsOf("b", 2));
  const full = await assertRejects(() => ask(rowsOf("c", 2)), FullError, "Expected at most 3 rows to wait but 2 do");
  assertEquals(full.retryAfter, 1);
  await assertRejects(
    () => ask(rowsOf("c", 4)),
    RangeError,
    "Expected at most 3 rows but found 4: send fewer at a time",
  );
  const third = ask(rowsOf("d", 1));
  for (const i of [0, 1, 2, 3]) {
    ends[i]!.resolve();
    await turn();
  }
  assertEquals(
    [await first, await second, await third],
    [["a", 1], ["b", 2], ["d", 1]].map(([name, count]) => valuesOf(rowsOf(name as string, count as number))),
  );
});

Deno.test("batched() drops the rows of who left, and aborts a batch for which nobody waits", async () => {
  const { score, ends, signals } = heldScore();
  const ask: ScoreRows = batched(score, { mostRows: 2, mostWaiting: 4 });
  const leaving = new AbortController();
  const leave = (rows: ReturnType<typeof rowsOf>) =>
    assertRejects(() => ask(rows, leaving.signal), Error, "client left");
  const gone = [leave(rowsOf("a", 3))]; // two of its rows are under way
  await turn();
  gone.push(leave(rowsOf("b", 2)));
  const stays = ask(rowsOf("c", 1));
  leaving.abort(new Error("client left"));
  await Promise.all(gone);
  assert(signals[0]!.aborted);
  await assertRejects(() => ask(rowsOf("d", 1), leaving.signal), Error, "client left");
  const room = ask(rowsOf("e", 3)); // there is: who left waits no more
  for (const i of [0, 1, 2]) {
    ends[i]!.resolve();
    await turn();
  }
  assertEquals([await stays, await room], [valuesOf(rowsOf("c", 1)), valuesOf(rowsOf("e", 3))]);
  assertEquals(score.batches.map((rows) => rows.map(({ prompt }) => prompt).join("")), ["aa", "ce", "ee"]);
});

Deno.test("batched() lets a batch go on while somebody waits for it", async () => {
  const { score, ends, signals } = heldScore();
  const ask = batched(score);
  const leaving = new AbortController();
  const gone = assertRejects(() => ask(rowsOf("a", 1), leaving.signal), Error, "client left");
  const stays = ask(rowsOf("b", 1));
  await turn();
  leaving.abort(new Error("client left"));
  await gone;
  assert(!signals[0]!.aborted);
  ends[0]!.resolve();
  assertEquals(await stays, valuesOf(rowsOf("b", 1)));
});

Deno.test("batched() gives up a batch that takes too long, and goes on", async () => {
  const { score, ends, signals } = heldScore();
  const ask = batched(score, { timeout: 20 });
  const error = await assertRejects(() => ask(rowsOf("a", 1)), ModelError, "failed: no answer within 20 ms");
  assert(error.late && signals[0]!.aborted);
  const broken: Score = Object.assign(() => Promise.reject(new DOMException("cut off", "AbortError")), { id: "x" });
  assert(!(await assertRejects(() => batched(broken)(rowsOf("a", 1)), ModelError, "cut off")).late);
  const next = ask(rowsOf("b", 1));
  await turn();
  ends[1]!.resolve();
  assertEquals(await next, valuesOf(rowsOf("b", 1)));
});

Deno.test("batched() checks its numbers", () => {
  for (const name of ["mostRows", "concurrency", "mostWaiting", "timeout"]) {
    assertThrows(() => batched(fakeScore(), { [name]: 0 }), RangeError, `Expected ${name} of batches to be an integer`);
  }
});
