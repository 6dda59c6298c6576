import { assertEquals, assertStringIncludes } from "@std/assert";
import type { VerdictRow } from "@tare/eval";
import { showInvalid } from "./show.ts";

const row = (judge: string, reason?: string): VerdictRow => ({
  ...{ judge, promptId: "p", a: "ppo", b: "sft" },
  ...reason === undefined ? { winner: "a" } : { winner: "invalid", reason },
});

Deno.test("showInvalid() has a line for each judge that failed, with its most frequent reason, cut short", () => {
  const rows = [row("j", "Busy"), row("j", "Spent"), row("j", "Spent"), row("j"), row("k"), row("l", "x".repeat(999))];
  const [j, l, ...others] = showInvalid([...rows, { ...row("panel", "Nobody knew"), members: { j: "invalid" } }]);
  assertEquals(j, "j: 3 of 4 verdicts are invalid, above all because: Spent; --resume asks for them again");
  assertStringIncludes(l!, `because: ${"x".repeat(240)}…; --resume`);
  assertEquals(others, []);
});

Deno.test("showInvalid() looks into the games, each of which has its own reason", () => {
  const games = (["a", "b"] as const).map((first) => ({ first, winner: "invalid" as const, reason: "Spent" }));
  assertStringIncludes(showInvalid([{ ...row("j", "a first: Spent; b first: Spent"), games }])[0]!, "because: Spent;");
});
