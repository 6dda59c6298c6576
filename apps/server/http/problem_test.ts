import { assertEquals } from "@std/assert";
import { Problem, problemResponse } from "./problem.ts";

Deno.test("problemResponse() tells a problem, and does not send back all that it quotes", async () => {
  const answer = problemResponse(
    new Problem(429, "Slowly", { headers: { "retry-after": "1" }, more: { status: 7, a: 1 } }),
    "r",
  );
  assertEquals([answer.status, answer.headers.get("retry-after"), answer.headers.get("content-type")], [
    ...[429, "1", "application/problem+json"],
  ]);
  const rest = { type: "about:blank", title: "Too Many Requests", status: 429, request: "r" };
  assertEquals(await answer.json(), { a: 1, ...rest, detail: "Slowly" });
  const long = await problemResponse(new Problem(422, "x".repeat(1e6)), "r").json();
  assertEquals(long.detail, `${"x".repeat(1_000)}…`);
});
