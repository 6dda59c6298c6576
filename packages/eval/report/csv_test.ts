import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { csv } from "./csv.ts";
import { evaluations, responsesTo, verdict } from "./fakes.ts";

/** Cells of a text that follows RFC 4180, read without any of the writer's code. */
function cellsOf(text: string): string[][] {
  return [...text.matchAll(/((?:"(?:[^"]|"")*",)*"(?:[^"]|"")*")\r\n/g)].map(([, row]) =>
    [...row!.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell]) => cell!.replaceAll('""', '"'))
  );
}

Deno.test("csv() holds texts, decisions and games of every verdict, in their order", () => {
  const responses = responsesTo(["p"], ["sft", "ppo"]);
  const games = [
    { first: "a", winner: "a", rationale: 'A says "so", and\nmore' },
    { first: "b", winner: "invalid", reason: "cut off" },
  ] as const;
  const verdicts = [
    { ...verdict("gpt", "p", "ppo", "sft", "tie"), games, members: { x: "a" as const } },
    verdict("ann", "p", "sft", "ppo", "invalid"),
  ];
  assertEquals(cellsOf(csv({ responses, verdicts })).slice(1), [
    [
      ...["gpt", "p", "Prompt p?", "ppo", "sft", "Response 1 to p!", "Response 0 to p", "tie", ""],
      ...["a", 'A says "so", and\nmore', "invalid", "", '{"x":"a"}'],
    ],
    [
      ...["ann", "p", "Prompt p?", "sft", "ppo", "Response 0 to p", "Response 1 to p!", "invalid"],
      ...["no verdict was found", "", "", "", "", ""],
    ],
  ]);
});

Deno.test("csv() lets no cell begin like a formula", () => {
  const [a, b] = responsesTo(["p"], ["sft", "ppo"]);
  const starts = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "  =", "\ufeff@", '=cmd|"/c calc"!A1'];
  for (const start of starts) {
    const text = `${start}1+1`;
    const evaluation = { responses: [{ ...a!, response: text }, b!], verdicts: [verdict("j", "p", "sft", "ppo", "a")] };
    assertEquals(cellsOf(csv(evaluation))[1]![5], `'${text}`);
  }
  for (const text of ["1=1", " plain", "", "a@b"]) {
    const evaluation = { responses: [{ ...a!, response: text }, b!], verdicts: [verdict("j", "p", "sft", "ppo", "a")] };
    assertEquals(cellsOf(csv(evaluation))[1]![5], text);
  }
});

Deno.test("csv() keeps its form whatever the texts are", () => {
  fc.assert(
    fc.property(evaluations, (evaluation) => {
      const text = csv(evaluation);
      const [head, ...rows] = cellsOf(text);
      assertEquals(rows.length, evaluation.verdicts.length);
      for (const [i, row] of rows.entries()) {
        assertEquals(row.length, head!.length);
        const { judge } = evaluation.verdicts[i]!;
        assertEquals(row[0] === judge || row[0] === `'${judge}`, true);
        for (const cell of row) assertEquals(/^[=+\-@＝＋－＠\t\r\n]/.test(cell), false);
      }
    }),
    { numRuns: 60 },
  );
});
