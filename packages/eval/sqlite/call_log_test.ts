import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import type { Answer } from "../ask/ask.ts";
import type { Call } from "../ask/call_log.ts";
import { noCost, withCall } from "../ask/spent.ts";
import { openCallLog } from "./call_log.ts";

async function withFolder(use: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const answers = fc.record({
  text: fc.string({ unit: fc.constantFrom("a", "\0", "\ud800", "é", "𝄞", "'", "\n") }),
  finish: fc.constantFrom("stop" as const, "length" as const, "refusal" as const),
  usage: fc.option(fc.record({ input: fc.nat(), output: fc.nat() }), { nil: undefined }),
});
const calls = fc.oneof(
  fc.record({ key: fc.constantFrom("k", "l"), at: fc.nat(), answer: answers }),
  fc.record({ key: fc.constantFrom("k", "l"), at: fc.nat(), failure: fc.string(), free: fc.boolean() }),
);

const bare = ({ text, finish, usage }: Answer): Answer => ({ text, finish, ...usage && { usage } });

Deno.test("openCallLog() keeps what it is given, and sums up what it cost", async () => {
  await withFolder(async (folder) => {
    let file = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(calls), async (list: Call[]) => {
        const path = `${folder}/${file++}.db`;
        {
          using log = openCallLog(path);
          await Promise.all(list.map((call) => log.append(call)));
        }
        using log = openCallLog(path);
        const ofK = list.flatMap(({ key, answer }) => key === "k" && answer ? [bare(answer)] : []);
        assertEquals(await log.answers("k"), ofK.reverse());
        assertEquals(log.spent(), list.reduce(withCall, noCost));
      }),
      { numRuns: 30 },
    );
  });
});

Deno.test("openCallLog() lets others see a call when its append resolves", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/calls.db`;
    using log = openCallLog(path);
    using reader = openCallLog(path);
    await log.append({ key: "k", at: 0, answer: { text: "A", finish: "stop" } });
    assertEquals((await reader.answers("k")).length, 1);
  });
});

Deno.test("openCallLog() writes together what comes together", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/calls.db`;
    using log = openCallLog(path);
    const frames = async () => (await Deno.stat(`${path}-wal`)).size;
    const one = { key: "k", at: 0, failure: "No" };
    await log.append(one);
    const [before] = [await frames()];
    await Promise.all(Array.from({ length: 50 }, () => log.append(one)));
    const together = await frames() - before;
    const middle = await frames();
    for (let i = 0; i < 50; i++) await log.append(one);
    const apart = await frames() - middle;
    assertEquals([log.spent().tries, apart > 5 * together], [101, true]);
  });
});

Deno.test("openCallLog() writes what waits when it is closed, and nothing afterwards", async () => {
  await withFolder(async (folder) => {
    const log = openCallLog(`${folder}/calls.db`);
    const last = log.append({ key: "k", at: 0, failure: "No" });
    log[Symbol.dispose]();
    log[Symbol.dispose]();
    await last;
    await assertRejects(() => log.append({ key: "k", at: 0, failure: "No" }), Error, "it was closed");
    await assertRejects(() => log.answers("k"), Error);
    using again = openCallLog(`${folder}/calls.db`);
    assertEquals(again.spent().tries, 1);
  });
});

Deno.test("openCallLog() refuses what is no log of calls, and leaves it as it is", async () => {
  await withFolder(async (folder) => {
    const text = `${folder}/text`;
    await Deno.writeTextFile(text, "{}\n".repeat(1000));
    assertThrows(() => openCallLog(text), Error, "file is not a database; name a file that Tare wrote");
    assertEquals((await Deno.readTextFile(text)).length, 3000);

    const other = `${folder}/other.db`;
    const database = new DatabaseSync(other);
    database.exec("CREATE TABLE thing (id INTEGER)");
    database.close();
    const bytes = await Deno.readFile(other);
    assertThrows(() => openCallLog(other), Error, "a database of something else");
    assertEquals(await Deno.readFile(other), bytes);

    const newer = `${folder}/newer.db`;
    openCallLog(newer)[Symbol.dispose]();
    const changed = new DatabaseSync(newer);
    changed.exec("PRAGMA user_version = 7");
    changed.close();
    assertThrows(() => openCallLog(newer), Error, "of version 1 but found version 7: move it away");
    assertThrows(() => openCallLog(`${folder}/none/calls.db`), Error, "unable to open database file");
  });
});

Deno.test("openCallLog() rejects an append that cannot be written, and goes on", async () => {
  using log = openCallLog(":memory:");
  const broken = log.append({ key: "k", at: 0, answer: { text: "A", finish: "none" as "stop" } });
  await assertRejects(() => broken, Error, "CHECK");
  await log.append({ key: "k", at: 0, answer: { text: "A", finish: "stop" } });
  assertEquals(log.spent().tries, 1);
});

Deno.test("openCallLog() sums up more than an integer holds", async () => {
  using log = openCallLog(":memory:");
  const answer = { text: "A", finish: "stop", usage: { input: Number.MAX_SAFE_INTEGER, output: 0 } } as const;
  for (let i = 0; i < 2000; i++) log.append({ key: "k", at: 0, answer });
  await log.append({ key: "k", at: 0, failure: "No" });
  assertEquals(log.spent().input / Number.MAX_SAFE_INTEGER, 2000);
});
