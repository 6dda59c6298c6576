/**
 * How close a run of comparisons comes to the ideal, and how much memory it takes.
 *
 *     deno task bench:eval [--pairs 10000] [--delay 50] [--concurrency 64] [--log PATH]
 *
 * Ten thousand comparisons by a judge that takes 50 ms, 64 at a time: one call each, so the ideal is 10,000 · 50 ms / 64. Once
 * the judge is a function of this process; once it is a server in a worker, asked over a real socket by the official client.
 * Both are recorded in SQLite, synchronously. A bare loop of `fetch` over the same socket says what the machine allows. Verdicts
 * and costs are checked before anything is printed.
 */
import { parseArgs } from "@std/cli";
import { type Ask, askOf, type Judge, judgePairs, metered, type Pair } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import { openCallLog } from "@tare/eval/sqlite";
import { table } from "../apps/cli/table.ts";

const args = parseArgs(Deno.args, {
  string: ["pairs", "delay", "concurrency", "log"],
  default: { pairs: "10000", delay: "50", concurrency: "64" },
});
const [count, delay, concurrency] = [Number(args.pairs), Number(args.delay), Number(args.concurrency)];
const usage = { input: 300, output: 1 };

const sentence = "It was a bright cold day, and the clocks were striking thirteen. ";
const truthOf = (index: number) => index % 3 === 0 ? "b" : "a";

/** Pairs as they come: about a kilobyte each, none of them kept. */
function* pairs(): Generator<Pair> {
  for (let i = 0; i < count; i++) {
    const [a, b] = truthOf(i) === "a" ? ["better", "worse"] : ["worse", "better"];
    yield { promptId: `${i}`, prompt: `${i}: ${sentence.repeat(10)}`, a: `${a} ${sentence}`, b: `${b} ${sentence}` };
  }
}

function judgeOf(ask: Ask): Judge {
  return {
    id: ask.id,
    async compare({ prompt, a, b }, signal) {
      const content = `${prompt}\nA: ${a}\nB: ${b}`;
      const { text } = await ask({ messages: [{ role: "user", content }], maxTokens: 1, temperature: 0 }, { signal });
      return text === "a" || text === "b" ? { winner: text } : { winner: "invalid", reason: text };
    },
  };
}

const inProcess = askOf("function", async ({ messages }) => {
  await new Promise((resolve) => setTimeout(resolve, delay));
  return { text: messages[0]!.content.includes("A: better") ? "a" : "b", finish: "stop", usage };
});

/** Megabytes, of the process and of the heap of this thread. */
function memory(): [rss: number, heap: number] {
  const { rss, heapUsed } = Deno.memoryUsage();
  return [rss / 2 ** 20, heapUsed / 2 ** 20];
}

async function measure(name: string, model: Ask): Promise<void> {
  const path = args.log ?? await Deno.makeTempFile({ suffix: ".db" });
  if (args.log === undefined) await Deno.remove(path);
  const points: string[][] = [];
  let peak = 0;
  let milliseconds = 0;
  {
    using log = openCallLog(path);
    const ask = metered(model, { log, concurrency });
    let done = 0;
    const start = performance.now();
    for await (const { index, verdict } of judgePairs(judgeOf(ask), pairs(), { concurrency: 2 * concurrency })) {
      if (verdict.winner !== truthOf(index)) {
        throw new Error(`Expected ${truthOf(index)} at ${index}: ${verdict.winner}`);
      }
      if (++done % 50 > 0 && done < count) continue; // looking costs a fifth of a millisecond
      const [rss, heap] = memory();
      peak = Math.max(peak, rss);
      if (done % Math.ceil(count / 8) === 0 || done === count) {
        points.push([`${done}`, rss.toFixed(0), heap.toFixed(1)]);
      }
    }
    milliseconds = performance.now() - start;
    const expected = { tries: count, input: count * usage.input, output: count * usage.output, unknown: 0 };
    for (const spent of [ask.spent(), log.spent()]) {
      for (const [field, value] of Object.entries(expected)) {
        const found = spent[field as keyof typeof expected];
        if (found !== value) throw new Error(`Expected ${field} to be ${value} but found ${found}`);
      }
    }
  }
  const ideal = count * delay / concurrency / 1000;
  console.log(
    `\n${name}: ${count} comparisons in ${(milliseconds / 1000).toFixed(2)} s, ideal ${ideal.toFixed(2)} s: ` +
      `${shareOf(milliseconds)} % of it, ${(1000 * count / milliseconds).toFixed(0)} a second; ` +
      `at most ${peak.toFixed(0)} MB`,
  );
  console.log(table(["done", "RSS, MB", "heap, MB"], points));
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(`${path}${suffix}`).catch(() => {});
}

/** Percent of the ideal. */
const shareOf = (milliseconds: number) => (100 * count * delay / concurrency / milliseconds).toFixed(1);

/** What a loop of `fetch` reaches that does nothing else: the ideal of this machine and its network. */
async function measureFetch(baseURL: string): Promise<void> {
  const source = pairs();
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (const { prompt, a, b } of { [Symbol.iterator]: () => ({ next: () => source.next() }) }) {
      const body = JSON.stringify({ messages: [{ role: "user", content: `${prompt}\nA: ${a}\nB: ${b}` }] });
      await (await fetch(`${baseURL}/chat/completions`, { method: "POST", body })).json();
    }
  }));
  console.log(`a loop of fetch over the same socket reaches ${shareOf(performance.now() - start)} % of the ideal`);
}

console.log(`load ${Deno.loadavg().map((load) => load.toFixed(2)).join(" ")}, ${navigator.hardwareConcurrency} cores`);
await measure("in this process", inProcess);
const worker = new Worker(new URL("./eval/server.ts", import.meta.url), { type: "module" });
const baseURL = await new Promise<string>((resolve) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage({ delay, usage });
});
await measure("over a socket", openaiAsk({ model: "judge", baseURL }));
await measureFetch(baseURL);
worker.terminate();
console.log(`load ${Deno.loadavg().map((load) => load.toFixed(2)).join(" ")} at the end`);
