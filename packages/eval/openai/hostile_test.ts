import { assert, assertEquals } from "@std/assert";
import type { CallLog } from "../ask/call_log.ts";
import { metered, type MeterOptions } from "../ask/metered.ts";
import { gptJudge } from "../judges/gpt_judge.ts";
import { judgePairs } from "../run/judge_pairs.ts";
import { openCallLog } from "../sqlite/mod.ts";
import { randomIntegers } from "../stats/random.ts";
import { winRate } from "../stats/win_rate.ts";
import type { Pair, Verdict } from "../verdict.ts";
import { type AskedBody, type Behaviour, billOf, type JudgeServer, serveJudge } from "./fakes.ts";
import { openaiAsk } from "./openai_ask.ts";

/** Pairs whose better response is known: A in about 60 of 100. */
function pairsOf(count: number): Pair[] {
  const draw = randomIntegers(7);
  return Array.from({ length: count }, (_, i) => {
    const [better, worse] = [`points=9 in ${i}`, `points=1 in ${i}`];
    const [a, b] = draw(100) < 60 ? [better, worse] as const : [worse, better] as const;
    return { promptId: `${i}`, prompt: `Question ${i}`, a, b };
  });
}

const truthOf = ({ a }: Pair): "a" | "b" => a.startsWith("points=9") ? "a" : "b";
const contentOf = ({ messages }: AskedBody) => messages.map(({ content }) => content).join("\n");

/** A judge's reply by the rule: the response with more points is better. */
function reply(body: AskedBody): string {
  const [first, second] = contentOf(body).matchAll(/points=(\d)/g);
  return JSON.stringify({ rationale: "It has more points.", verdict: first![1]! > second![1]! ? "A" : "B" });
}

/** A number from 0 to 1 that belongs to a text, whatever the order of requests. */
function chanceOf(text: string): number {
  const hash = [...text].reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), 16777619), 2166136261);
  return randomIntegers(hash >>> 0)(1e6) / 1e6;
}

/** Whether the judge has no decision after such an answer, or the client another try. */
const transient: ReadonlySet<Behaviour> = new Set(["busy", "error", "hang", "half"]);

/** A server that behaves badly with probability p for each kind of trouble. It begins to behave when it is told to. */
async function serveTrouble(kinds: readonly Behaviour[], p: number): Promise<JudgeServer & { behave: boolean }> {
  const times = new Map<string, number>();
  const state = { behave: false };
  const server = await serveJudge({
    reply,
    behave(body) {
      if (state.behave) return "answer";
      const content = contentOf(body);
      const time = (times.get(content) ?? 0) + 1;
      times.set(content, time);
      return kinds[Math.floor(chanceOf(`${content} ${time}`) / p)] ?? "answer";
    },
  });
  return Object.assign(state, server);
}

/** How the server is asked. Only where answers never come is the time short in which they may. */
type Patience = Required<Pick<MeterOptions, "attempts">> & { readonly timeout: number };

async function judgeAll(server: JudgeServer, pairs: readonly Pair[], log: CallLog, { attempts, timeout }: Patience) {
  const start = server.requests.length;
  const { baseURL } = server;
  const ask = metered(openaiAsk({ model: "judge", baseURL, timeout }), { attempts, pause: 1, log });
  const verdicts: Verdict[] = [];
  for await (const { index, verdict } of judgePairs(gptJudge({ ask }), pairs, { concurrency: 32 })) {
    verdicts[index] = verdict;
  }
  const served = server.requests.slice(start);
  const { answers: _, failures: __, remembered: ___, ...cost } = ask.spent();
  assertEquals(cost, billOf(served)); // to the token, with those whose cost nobody said
  return { verdicts, served };
}

/** Acceptance check: what a hostile server does is counted, sways nothing, and is asked again. */
async function check(
  kinds: readonly Behaviour[],
  p: number,
  count: number,
  patience: Patience = { attempts: 3, timeout: 30_000 },
): Promise<void> {
  const { attempts } = patience;
  await using server = await serveTrouble(kinds, p);
  using log = openCallLog(":memory:");
  const pairs = pairsOf(count);
  const { verdicts } = await judgeAll(server, pairs, log, patience);

  // A game is lost to an answer that decides nothing, or to a failure that outlasts its tries.
  const passing = p * kinds.filter((kind) => transient.has(kind)).length;
  const lasting = p * kinds.filter((kind) => !transient.has(kind) && kind !== "silent").length;
  const lost = lasting * (1 - passing ** attempts) / (1 - passing) + passing ** attempts;
  const expected = 1 - (1 - lost) ** 2; // both games have to be decided
  const invalid = verdicts.filter(({ winner }) => winner === "invalid").length;
  const slack = 4 * Math.sqrt(count * expected * (1 - expected)) + 1;
  assert(Math.abs(invalid - expected * count) <= slack, `${invalid} invalid, not ${expected * count} ± ${slack}`);

  // What is decided is decided rightly, so the rate is off by no more than the draw of what is missing.
  for (const [i, { winner }] of verdicts.entries()) assert(winner === "invalid" || winner === truthOf(pairs[i]!));
  const truth = pairs.filter((pair) => truthOf(pair) === "a").length / count;
  const { rate, invalid: reported } = winRate(verdicts, pairs.map(({ promptId }) => promptId));
  const share = invalid / count;
  const error = Math.sqrt(truth * (1 - truth) * share / ((1 - share) * count));
  assert(Math.abs(rate.mean - truth) <= 4 * error, `${rate.mean}, not ${truth} ± ${4 * error}`);
  assertEquals(reported, invalid);

  // Another run asks for the games that are missing, and for nothing else.
  server.behave = true;
  const missing = verdicts.flatMap(({ games }) => games?.filter(({ winner }) => winner === "invalid") ?? []).length;
  const { verdicts: all, served } = await judgeAll(server, pairs, log, patience);
  assertEquals([served.length, new Set(served.map(({ body }) => contentOf(body))).size], [missing, missing]);
  assertEquals(all.map(({ winner }) => winner), pairs.map(truthOf));
  const { answers: _, failures: __, ...cost } = log.spent();
  assertEquals(cost, billOf(server.requests)); // of both runs
  assertEquals((await judgeAll(server, pairs, log, patience)).served, []);
}

for (const kind of ["garbage", "refusal", "busy", "error"] as const) {
  Deno.test(`a judge server of which every fifth answer is "${kind}" costs verdicts, not their truth`, async () => {
    await check([kind], 0.2, 40);
  });
}

Deno.test("judge servers that never answer, or make every trouble at once, cost verdicts, not their truth", async () => {
  // Long enough for an answer on a machine that is busy with something else.
  const answers = ["garbage", "letters", "refusal", "filter", "cut", "html", "shape", "silent"] as const;
  await Promise.all([ // most of it is waiting
    check(["hang"], 0.2, 30, { attempts: 1, timeout: 2500 }),
    check([...answers, "redirect", "busy", "error", "half", "hang"], 0.05, 100, { attempts: 2, timeout: 2500 }),
  ]);
});
