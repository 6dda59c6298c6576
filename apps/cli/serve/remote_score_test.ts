import type { ScoreRow } from "@tare/server";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { remoteScore } from "./remote_score.ts";

const rows: ScoreRow[] = ["no", "yes"].map((response, i) => ({
  ...{ promptId: `p${i}`, prompt: "Is it?", response },
  text: `<s>Is it?${response}</s>`,
}));

/** A server on this machine that answers as a test says. */
async function serve<R>(
  answer: (body: Record<string, unknown>) => object,
  use: (url: string) => Promise<R>,
): Promise<R> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    return Response.json(answer(await request.json()));
  });
  return await use(`http://127.0.0.1:${server.addr.port}/rm`);
}

Deno.test("remoteScore() passes texts on as they were sent, by either protocol", async () => {
  const asked: Record<string, unknown>[] = [];
  const answer = (body: Record<string, unknown>) => {
    asked.push(body);
    const texts = (body.query ?? body.input) as string[];
    return {
      rewards: texts.map((text) => text.length),
      data: texts.map(({ length }, index) => ({ index, probs: [length] })),
    };
  };
  await serve(answer, async (url) => {
    for (const [kind, field] of [["classify", "input"], ["openrlhf", "query"]] as const) {
      const score = remoteScore(url, { "reward-kind": kind, "reward-name": "rm" });
      assertEquals([Array.from(await score(rows)), score.id], [rows.map(({ text }) => text.length), `rm@${url}`]);
      assertEquals([asked.at(-1)![field], asked.at(-1)!.model], [rows.map(({ text }) => text), "rm"]);
      await assertRejects(async () => await score(rows, AbortSignal.abort(new Error("gone"))), Error, "gone");
    }
  });
  assertEquals(asked.length, 2);
});

Deno.test("remoteScore() refuses an address that is none, and a server whose kind nobody says", () => {
  assertThrows(() => remoteScore("http://127.0.0.1:1", {}), Error, "Expected --reward-kind beside --reward-url");
  assertThrows(
    () => remoteScore("localhost:1", { "reward-kind": "openrlhf" }),
    Error,
    "Expected --reward-url with an address",
  );
});
