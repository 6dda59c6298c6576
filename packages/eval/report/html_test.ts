import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { VerdictRow } from "../rows.ts";
import type { Evaluation } from "./evaluation.ts";
import { evaluations, responsesTo, verdict } from "./fakes.ts";
import { htmlReport } from "./html.ts";
import { summarise } from "./summarise.ts";

const page = (evaluation: Evaluation, options = {}) =>
  htmlReport(summarise(evaluation, { rounds: 20 }), evaluation, options);

const small: Evaluation = {
  responses: responsesTo(["p", "q"], ["sft", "ppo"]),
  verdicts: [
    {
      ...verdict("gpt", "p", "ppo", "sft", "tie"),
      games: [
        { first: "a", winner: "a", rationale: "The first is shorter." },
        { first: "b", winner: "invalid", reason: "cut off" },
      ],
      members: { x: "a", y: "tie" },
    },
    verdict("ann", "p", "sft", "ppo", "b"),
    verdict("ann", "q", "sft", "ppo", "a"),
    verdict("gpt", "q", "sft", "ppo", "invalid"),
  ],
};

/** Every element that is opened is closed, in the right order. */
function assertBalanced(text: string): void {
  const open: string[] = [];
  const empty = ["meta", "rect", "line", "circle"];
  for (const [, slash, name] of text.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^<>]*>/g)) {
    if (slash) assertEquals(open.pop(), name);
    else if (!empty.includes(name!)) open.push(name!);
  }
  assertEquals(open, []);
}

/** What a page of ours may hold: elements and attributes that do nothing. */
function assertInert(text: string): void {
  const elements = [
    ..."html head meta title style body main header h1 h2 h3 h4 p nav ul li a section article footer b i span small"
      .split(" "),
    ..."svg rect line circle div table thead tbody tr th td details summary".split(" "),
  ];
  const attributes = [
    ..."lang charset http-equiv content name class id href aria-label aria-hidden role tabindex scope dir".split(" "),
    ..."x y width height x1 x2 y1 y2 cx cy r".split(" "),
  ];
  for (const [tag, name, rest] of text.matchAll(/<([a-zA-Z][\w-]*)((?:\s+[\w-]+="[^"<>]*")*)\s*\/?>/g)) {
    assert(elements.includes(name!), tag);
    for (const [, attribute, value] of rest!.matchAll(/([\w-]+)="([^"]*)"/g)) {
      assert(attributes.includes(attribute!), tag);
      if (attribute === "href") assert(/^#s\d+$/.test(value!), tag);
    }
  }
  const left = text.replaceAll(/<\/?[a-zA-Z][\w-]*(?:\s+[\w-]+="[^"<>]*")*\s*\/?>/g, "").replace("<!doctype html>", "");
  assert(!left.includes("<"), /.{30}<.{30}/s.exec(left)?.[0]);
}

Deno.test("htmlReport() is whole, loads and runs nothing, and has equal bytes for equal rows", () => {
  const text = page(small, { title: "Try" });
  assertBalanced(text);
  assertInert(text);
  assertEquals(page({ ...small, verdicts: small.verdicts.toReversed() }, { title: "Try" }), text);
  assertStringIncludes(
    text,
    `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
  );
  assert(!/NaN|undefined|Infinity|\[object|https?:|url\(|@import/.test(text));
});

Deno.test("htmlReport() draws shares and writes them beside, and says what each judge decided and why", () => {
  const text = page(small).replaceAll("\u202f", " ");
  assertStringIncludes(
    text,
    '<rect class="c0" x="0%" y="0" width="50%" height="18"/><rect class="c1" x="50%" y="0" width="50%"',
  );
  assertStringIncludes(text, '<i class="key c0"></i><b>sft</b> wins 50.0 %</span>');
  assertStringIncludes(text, '<rect class="tie" x="0%" y="0" width="100%" height="18"/>');
  assertStringIncludes(text, "win rate of sft, ties as halves: 50.0 % (");
  assertStringIncludes(text, "<h3>One judge sees a tie: sft against ppo <small>prompt p</small></h3>");
  assertStringIncludes(text, "<b>ann</b>: ppo is better</li>");
  assertStringIncludes(text, "<b>gpt</b>: tie (x: ppo is better; y: tie)");
  assertStringIncludes(text, "<summary>ppo first: ppo is better</summary>");
  assertStringIncludes(text, ">The first is shorter.</p>");
  assertStringIncludes(text, "<summary>sft first: invalid, cut off</summary>");
  assertStringIncludes(text, "<b>gpt</b>: invalid, no verdict was found</li>");
});

Deno.test("htmlReport() gives two policies of a pair two colours, though many policies share few", () => {
  const policies = Array.from({ length: 9 }, (_, i) => `policy ${i}`);
  const verdicts = policies.slice(1).map((b) => verdict("ann", "p", "policy 0", b, "b"));
  const keys = [
    ...page({ responses: responsesTo(["p"], policies), verdicts }, { samples: 0 }).matchAll(/key (c\d|other)/g),
  ]
    .map(([, key]) => key);
  assertEquals(keys.filter((_, i) => i % 2), [..."123456"].map((i) => `c${i}`).concat("other", "c1"));
  assertEquals(new Set(keys.filter((_, i) => i % 2 === 0)), new Set(["c0"]));
});

/** Texts that have run in pages of others. */
const attacks = [
  "<script>alert(1)</script>",
  "</style></title></p></textarea><script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "<svg/onload=alert(1)>",
  "<svg><style><img src=x onerror=alert(1)>",
  "<a href=javascript:alert(1)>x</a>",
  "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<!--><script>alert(1)</script-->",
  "<![CDATA[><script>alert(1)</script>]]>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;alert(1)",
  "<base href=//e.example/><link rel=stylesheet href=//e.example>",
  '<meta http-equiv=refresh content="0;url=//e.example">',
  "\u202e<b>\0\ud800${alert(1)}`$&",
  "＜script＞alert(1)＜/script＞",
];

Deno.test("htmlReport() shows hostile texts as texts, wherever they stand", () => {
  for (const attack of attacks) {
    const prompts = [attack, `${attack}2`];
    const responses = responsesTo(prompts, [attack, "ppo"]).map((row) => ({
      ...row,
      prompt: attack,
      response: attack,
    }));
    const games = [{ first: "a", winner: "invalid", reason: attack, rationale: attack }] as const;
    const evidence = { games, members: { [attack]: "a" as const } };
    const verdicts: VerdictRow[] = prompts.flatMap((id) => [
      { judge: attack, promptId: id, a: attack, b: "ppo", winner: "invalid", reason: attack, ...evidence },
      { judge: "ann", promptId: id, a: attack, b: "ppo", winner: "b", ...evidence },
    ]);
    const text = page({ responses, verdicts }, { title: attack });
    assertInert(text);
    assertBalanced(text);
    assert(!/[\0\u202e]/.test(text) && text.isWellFormed());
  }
});

Deno.test("htmlReport() is inert and whole for any texts", () => {
  fc.assert(
    fc.property(evaluations, (evaluation) => {
      const text = page(evaluation);
      assertInert(text);
      assertBalanced(text);
      assert(!/>[^<]*(NaN|Infinity)[^<]*</.test(text));
    }),
    { numRuns: 30 },
  );
});

Deno.test("htmlReport() of 256 prompts and ten pairs stays small, and shows as many samples as it is told", () => {
  const prompts = Array.from({ length: 256 }, (_, i) => `prompt-${i}`);
  const policies = ["sft", "ppo", "contrastive", "dpo", "best-of-n"];
  const long = responsesTo(prompts, policies).map((row) => ({ ...row, response: row.response.repeat(500) }));
  const winners = ["a", "b", "tie"] as const;
  const verdicts = ["ann", "bob"].flatMap((judge, j) =>
    policies.flatMap((a, i) =>
      policies.slice(i + 1).flatMap((b) =>
        prompts.map((id, k) => verdict(judge, id, a, b, winners[(k * (j + 2) + i) % 3]!))
      )
    )
  );
  const evaluation = { responses: long, verdicts };
  const summary = summarise(evaluation, { rounds: 20 });
  const text = htmlReport(summary, evaluation, { samples: 20 });
  assertEquals(text.match(/<article>/g)?.length, 20);
  assert(text.length < 150_000, `${text.length}`);
  assertEquals(htmlReport(summary, evaluation, { samples: 0 }).includes("Samples"), false);
  assertThrows(() => htmlReport(summary, evaluation, { samples: 1.5 }), RangeError, "found 1.5");
});
