import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { evaluations } from "./fakes.ts";
import { jsonl, readResponses, readVerdicts } from "./jsonl.ts";

const response = { policy: "sft", promptId: "p", prompt: "?", response: " yes" };
const verdict = { judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "a" };
const game = { first: "a", winner: "b", rationale: "so" };

/** Pieces of a text that are cut after every so many units. */
async function* pieces(text: string, length: number): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += length) yield await Promise.resolve(text.slice(i, i + length));
}

Deno.test("readResponses() and readVerdicts() give what jsonl() wrote, bit for bit, through UTF-8 and cut anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(evaluations, fc.integer({ min: 1, max: 40 }), async ({ responses, verdicts }, length) => {
      const utf8 = (text: string) =>
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
      const [said, judged] = [utf8(jsonl(responses)), utf8(jsonl(verdicts))];
      assertEquals(await Array.fromAsync(readResponses(said)), responses);
      assertEquals(await Array.fromAsync(readVerdicts(pieces(judged, length))), verdicts);
      assertEquals(said.split("\n").length, responses.length + 1);
    }),
    { numRuns: 60 },
  );
});

Deno.test("readResponses() takes line ends of Windows, empty lines, a byte order mark, no last line feed, other fields", async () => {
  const line = JSON.stringify({ ...response, gold: 1 });
  const rows = await Array.fromAsync(readResponses(`\ufeff${line}\r\n\r\n  \n${line}`));
  assertEquals<unknown>(rows, [{ ...response, gold: 1 }, { ...response, gold: 1 }]);
  assertEquals(await Array.fromAsync(readResponses("")), []);
});

Deno.test("readResponses() and readVerdicts() name line and field of what is wrong", async () => {
  const cases: [read: typeof readResponses | typeof readVerdicts, value: unknown, message: string][] = [
    [readResponses, [], "expected a response to be an object but found []"],
    [readResponses, null, "expected a response to be an object but found null"],
    [readResponses, { ...response, policy: 1 }, "expected policy to be a text but found 1"],
    [readResponses, { ...response, response: undefined }, "expected response to be a text but found nothing"],
    [readVerdicts, { ...verdict, winner: "A" }, 'expected winner to be "a", "b", "tie" or "invalid" but found "A"'],
    [readVerdicts, { ...verdict, b: "sft" }, 'expected a and b to be two policies but found "sft" twice'],
    [readVerdicts, { ...verdict, winner: "invalid" }, "expected reason to be a text but found nothing"],
    [readVerdicts, { ...verdict, games: {} }, "expected games to be a list but found {}"],
    [readVerdicts, { ...verdict, games: [game, 1] }, "expected games[1] to be an object but found 1"],
    [
      readVerdicts,
      { ...verdict, games: [{ ...game, first: "tie" }] },
      'games[0].first to be "a" or "b" but found "tie"',
    ],
    [readVerdicts, { ...verdict, games: [{ ...game, winner: null }] }, "games[0].winner to be"],
    [readVerdicts, { ...verdict, games: [{ ...game, rationale: 1 }] }, "games[0].rationale to be a text but found 1"],
    [readVerdicts, { ...verdict, members: [] }, "expected members to be an object but found []"],
    [readVerdicts, { ...verdict, members: { ann: "c" } }, "expected members.ann to be"],
    [readVerdicts, { ...verdict, judge: { name: "x".repeat(99) } }, `judge to be a text but found {"name":"xxx`],
  ];
  for (const [read, value, message] of cases) {
    const text = `\n${JSON.stringify(value)}\n`;
    await assertRejects(() => Array.fromAsync<unknown>(read(text)), TypeError, message);
    await assertRejects(() => Array.fromAsync<unknown>(read(text)), TypeError, "line 2: ");
  }
  await assertRejects(() => Array.fromAsync(readVerdicts('{"judge":')), SyntaxError, "line 1: expected JSON but");
});

Deno.test("readVerdicts() gives the rows before a bad one", async () => {
  const rows = readVerdicts(`${JSON.stringify(verdict)}\n{`);
  assertEquals((await rows.next()).value, verdict);
  await assertRejects(() => rows.next(), SyntaxError, "line 2");
});
