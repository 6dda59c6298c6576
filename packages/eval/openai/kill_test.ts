import { assert, assertEquals } from "@std/assert";
import { metered } from "../ask/metered.ts";
import { judgePairs } from "../run/judge_pairs.ts";
import { openCallLog } from "../sqlite/mod.ts";
import type { Judge, Pair } from "../verdict.ts";
import { type AskedBody, serveJudge } from "./fakes.ts";
import { openaiAsk } from "./openai_ask.ts";

const count = 60;
const concurrency = 6;

/** Judges in this process: `deno run kill_test.ts BASE_URL LOG`. */
async function judgeAll(baseURL: string, path: string): Promise<void> {
  using log = openCallLog(path);
  const ask = metered(openaiAsk({ model: "judge", baseURL }), { log });
  const judge: Judge = {
    id: ask.id,
    async compare({ prompt, a, b }, signal) {
      const content = `${prompt}: ${a} or ${b}?`;
      const { text } = await ask({ messages: [{ role: "user", content }], maxTokens: 5, temperature: 0 }, { signal });
      return text === "a" || text === "b" ? { winner: text } : { winner: "invalid", reason: text };
    },
  };
  const pairs = Array.from({ length: count }, (_, i): Pair => ({ promptId: `${i}`, prompt: `${i}`, a: "a", b: "b" }));
  let done = 0;
  for await (const { verdict } of judgePairs(judge, pairs, { concurrency })) if (verdict.winner === "a") done++;
  if (done !== count) throw new Error(`Expected ${count} verdicts but found ${done}`);
}

if (import.meta.main && Deno.args.length === 2) await judgeAll(Deno.args[0]!, Deno.args[1]!);

const spawn = (...args: string[]) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename!, ...args],
    stdout: "null",
    stderr: "null",
  }).spawn();

const contentOf = ({ messages }: AskedBody) => messages[0]!.content;

/**
 * Kills a run at a moment and lets another one finish the work.
 *
 * @param whole Whether the server stops answering before the kill, and the kill waits until the log has all it answered.
 */
async function killAndResume(whole: boolean, moment: number): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  await Deno.remove(path);
  let [answered, alive] = [0, true];
  const reached = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  const given: string[] = [];
  const later: string[] = [];
  await using server = await serveJudge({
    reply: () => "a",
    delay: whole ? 0 : 1,
    async behave(body) {
      if (alive && whole && answered === moment) {
        reached.resolve();
        await killed.promise; // these are never answered, and never billed
        return "hang";
      }
      answered++;
      (alive ? given : later).push(contentOf(body));
      if (!whole && answered === moment) reached.resolve();
      return "answer";
    },
  });
  const first = spawn(server.baseURL, path);
  await Promise.race([reached.promise, first.status]);
  if (whole) {
    using log = openCallLog(path);
    while (log.spent().answers < moment) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  first.kill("SIGKILL");
  assertEquals((await first.status).signal, "SIGKILL");
  alive = false;
  killed.resolve();
  const logged = () => {
    using log = openCallLog(path);
    return log.spent().answers;
  };
  const before = logged();
  assert((await spawn(server.baseURL, path).status).success);
  assertEquals(logged(), count);
  // All that the log had was not asked again; what was asked twice had been answered, and not been received.
  assertEquals(later.length, count - before);
  const twice = later.filter((content) => given.includes(content));
  assertEquals(twice.length, given.length - before);
  assert(whole ? twice.length === 0 : twice.length <= concurrency, `${twice.length} were asked twice`);
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(`${path}${suffix}`).catch(() => {});
}

Deno.test("a run that is killed while nothing is under way repeats no call and loses none", async () => {
  await Promise.all([7, 31].map((moment) => killAndResume(true, moment)));
});

Deno.test("a run that is killed at any moment repeats at most the calls that were under way", async () => {
  await Promise.all([1, 25, 52].map((moment) => killAndResume(false, moment)));
});
