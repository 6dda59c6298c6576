import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { evaluations, responsesTo, verdict } from "./fakes.ts";
import { markdownReport } from "./markdown.ts";
import { summarise } from "./summarise.ts";

const prompts = ["p", "q", "r", "s"];
const responses = responsesTo(prompts, ["sft", "ppo", "dpo"]);
const space = "\u202f";

Deno.test("markdownReport() has the paper's table for every judge, and says what is invalid", () => {
  const verdicts = [
    verdict("ann", "p", "sft", "ppo", "a"),
    verdict("ann", "q", "ppo", "sft", "a"),
    verdict("ann", "r", "sft", "ppo", "b"),
    verdict("ann", "s", "sft", "ppo", "tie"),
    verdict("ann", "p", "sft", "dpo", "invalid"),
    verdict("bob", "p", "sft", "dpo", "b"),
  ];
  const text = markdownReport(summarise({ responses, verdicts }), { title: "Try" });
  assertStringIncludes(text, "# Try\n\n3 policies, 4 prompts, 2 judges.\n");
  assertStringIncludes(
    text,
    `| sft against ppo | 25.0${space}% (1) | 25.0${space}% (1) | 50.0${space}% (2) | 37.5${space}% (`,
  );
  assertStringIncludes(text, `| sft against dpo | – (0) | – (0) | – (0) | – | 1.000 | 1.000 | 100.0${space}% (1) |`);
  assertStringIncludes(text, `| sft against dpo | – | – | 0.0 to 100.0${space}% | – | – |`);
  assertStringIncludes(text, "## Judge bob\n\nWho won:\n\n| pair | win | tie |");
  assertStringIncludes(text, "- sft against dpo: 1 verdict is invalid: no verdict was found\n- ");
  assertStringIncludes(text, "\n- Invalid is a verdict that could not be had");
  assert(!/NaN|undefined|Infinity|\[object/.test(text));
});

Deno.test("markdownReport() says of few prompts that intervals are too narrow, and of one response no interval", () => {
  const of = (count: number) => {
    const ids = Array.from({ length: count }, (_, i) => `p${i}`);
    const verdicts = ids.map((id) => verdict("ann", id, "sft", "ppo", "a"));
    return markdownReport(summarise({ responses: responsesTo(ids, ["sft", "ppo"]), verdicts }, { rounds: 20 }));
  };
  const warning = "With fewer than 30 prompts bootstrap intervals are too narrow";
  assertStringIncludes(of(29), warning);
  assert(!of(30).includes(warning));
  assertStringIncludes(of(1), "| sft | 1 | 16.0 |");
});

Deno.test("markdownReport() sorts policies by rating, says which never met, and sums up rare reasons", () => {
  const verdicts = prompts.flatMap((id) => [
    verdict("ann", id, "dpo", "sft", "a"),
    verdict("ann", id, "kto", "orpo", "tie"),
    { ...verdict("bob", id, "dpo", "sft", "invalid"), winner: "invalid" as const, reason: "down" },
  ]);
  const more = ["p", "q", "r", "s", "t", "u", "v", "w"];
  const rare = more.map((id) => ({ ...verdict("eve", id, "sft", "dpo", "invalid"), reason: `reason ${id}` }));
  const responses = responsesTo(more, ["sft", "dpo", "kto", "orpo"]);
  const text = markdownReport(
    summarise({ responses, verdicts: [...verdicts, ...rare as typeof verdicts] }, { rounds: 20 }),
  );
  const rated = text.slice(text.indexOf("by Bradley and Terry:")).split("\n").slice(4, 8).map((line) =>
    line.split(" ")[1]
  );
  assertEquals([rated[0], rated[3]], ["dpo", "sft"]);
  assertStringIncludes(
    text,
    "- Ratings of these groups cannot be compared, they never met: sft and dpo; kto and orpo\n",
  );
  assertStringIncludes(
    text,
    "- sft against dpo: 1 verdict is invalid: reason t\n- sft against dpo: 3 verdicts are invalid for rarer reasons",
  );
  assertStringIncludes(text, "| sft against dpo | – | – | 15.0 against 16.0 |"); // no games, no orders
});

Deno.test("markdownReport() shows names as names, whatever stands in them", () => {
  const hostile = "x | y\n\n# <script>alert(1)</script> [a](javascript:b) ![i](https://e/x) `c` www.e.org\u202e";
  const verdicts = [{ ...verdict(hostile, "p", hostile, "ppo", "invalid"), reason: hostile }] as const;
  const named = responses.map((row) => row.policy === "sft" ? { ...row, policy: hostile } : row);
  const text = markdownReport(summarise({ responses: named, verdicts }), { title: hostile });
  const escaped =
    "x \\| y \\# &lt;script&gt;alert(1)&lt;/script&gt; \\[a\\](javascript:b) \\!\\[i\\](https&#58;//e/x) \\`c\\` www&#46;e.org";
  assertEquals(text.split("\n")[0], `# ${escaped}`);
  assertStringIncludes(text, `| ${escaped} against ppo |`);
  assertStringIncludes(text, `## Judge ${escaped}\n`);
  assert(!/<script|\u202e|https:/.test(text));
});

Deno.test("markdownReport() has as many cells in every row as its head has, whatever the names are", () => {
  fc.assert(
    fc.property(evaluations, (evaluation) => {
      for (
        const block of markdownReport(summarise(evaluation, { rounds: 20 })).split("\n\n").filter((block) =>
          block.startsWith("|")
        )
      ) {
        const cells = block.trimEnd().split("\n").map((line) => line.replaceAll(/\\./g, "").split("|").length);
        assertEquals(new Set(cells).size, 1, block);
      }
    }),
    { numRuns: 30 },
  );
});
