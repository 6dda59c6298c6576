import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Winner } from "@tare/eval";
import type { Command } from "../command.ts";
import { parseFlags } from "../flags.ts";
import { readLines, silent, TemporaryFolder } from "../testing.ts";
import { evalAgree } from "./eval_agree.ts";
import { evalExport } from "./eval_export.ts";
import { evalReport } from "./eval_report.ts";

const transcript = (i: number) => `\n\nHuman: What is ${i} + 1?\n\nAssistant:`;

/** A folder as `tare eval compare` leaves it: 40 prompts, a judge that nearly always prefers ppo; and votes of two people. */
async function folderOfVerdicts(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const each = <T>(row: (i: number) => T) => Array.from({ length: 40 }, (_, i) => row(i));
  const pair = (judge: string, i: number, winner: Winner) => ({
    ...{ judge, promptId: `p${i}`, a: "ppo", b: "sft", winner },
    ...winner === "invalid" && { reason: "It would not say" },
  });
  await Deno.mkdir(`${folder.path}/out`);
  const responses = ["sft", "ppo"].flatMap((policy) =>
    each((i) => ({
      policy,
      promptId: `p${i}`,
      prompt: transcript(i),
      response: policy === "ppo" ? ` =${i + 1}` : " No.",
    }))
  );
  await Deno.writeTextFile(`${folder.path}/out/responses.jsonl`, lines(responses));
  const verdicts = [
    ...each((i) => pair("judge", i, i === 0 ? "invalid" : i === 1 ? "tie" : i === 2 ? "b" : "a")),
    ...each((i) => pair("gold", i, "a")),
  ];
  await Deno.writeTextFile(`${folder.path}/out/verdicts.jsonl`, lines(verdicts));
  const votes = ["ann", "bob"].flatMap((name, n) => each((i) => pair(name, i, (i + n) % 2 === 0 ? "a" : "b")));
  await Deno.writeTextFile(`${folder.path}/votes.jsonl`, lines(votes));
  return folder;
}

// deno-lint-ignore no-explicit-any -- reports are JSON
function runner(command: Command): (...args: string[]) => Promise<any> {
  return async (...args) => await command.run(parseFlags(args, command.flags), silent);
}

const [report, agree, write] = [evalReport, evalAgree, evalExport].map(runner) as [
  ReturnType<typeof runner>,
  ReturnType<typeof runner>,
  ReturnType<typeof runner>,
];

Deno.test("tare eval report writes a page and Markdown about judges and people, again and again, and over nothing else", async () => {
  await using folder = await folderOfVerdicts();
  const { path } = folder;
  const { summary, out } = await report(`${path}/out`, "--verdicts", `${path}/votes.jsonl`);
  assertEquals(summary.judges.map(({ judge }: { judge: string }) => judge), ["ann", "bob", "gold", "judge"]);
  assertEquals(out, [`${path}/out/report.html`, `${path}/out/report.md`]);
  const html = await Deno.readTextFile(out[0]);
  assertStringIncludes(html, "It would not say");
  await report(`${path}/out`, "--verdicts", `${path}/votes.jsonl`);
  assertEquals(await Deno.readTextFile(out[0]), html);
  await report(`${path}/out`, "--out", `${path}/mine.md`, "--title", "Mine");
  assert((await Deno.readTextFile(`${path}/mine.md`)).startsWith("# Mine\n"));
  const refused: [args: string[], message: string][] = [
    [[`${path}/nothing`], "Expected a folder of tare eval compare"],
    [[`${path}/out`, "--out", `${path}/votes.jsonl`], "name a file that ends in .html or .md"],
    [[`${path}/out`, "--verdicts", `${path}/no.jsonl`], "there is no such file"],
    [[`${path}/out`, "--out", `${path}/no/report.md`], "there is no folder"],
  ];
  for (const [args, message] of refused) await assertRejects(() => report(...args), Error, message);
});

Deno.test("tare eval agree compares one judge with people, and refuses too few prompts", async () => {
  await using folder = await folderOfVerdicts();
  const { path } = folder;
  const found = await agree(`${path}/out`, `${path}/votes.jsonl`, "--judge", "judge");
  assertEquals([found.by, found.prompts, found.invalid.judge], ["judge", 39, 1]);
  assertEquals(found.people.withTies.mean, 0); // Ann and Bob never agree
  assertEquals(found.gaps[0].people, 0.5);
  await assertRejects(
    () => agree(`${path}/out`, `${path}/votes.jsonl`),
    Error,
    "Expected --judge with one of judge, gold",
  );
  const few = ["--judge", "judge", "--least-prompts", "50"];
  await assertRejects(() => agree(`${path}/out`, `${path}/votes.jsonl`, ...few), RangeError, "50");
  await Deno.writeFile(`${path}/cut.jsonl.gz`, Uint8Array.of(0x1f, 0x8b, 8, 0));
  await assertRejects(
    () => agree(`${path}/out`, `${path}/cut.jsonl.gz`, "--judge", "gold"),
    SyntaxError,
    "Cannot unzip",
  );
  const bad = `${path}/bad.jsonl`;
  await Deno.writeTextFile(bad, '{"judge":"ann","promptId":"p1","a":"ppo","b":"sft","winner":"ppo"}\n');
  await assertRejects(() => agree(`${path}/out`, bad, "--judge", "gold"), Error, `${bad}, line 1: `);
});

Deno.test("tare eval export writes verdicts with their texts, and pairs whose counts add up", async () => {
  await using folder = await folderOfVerdicts();
  const { path } = folder;
  await write(`${path}/out`, "--out", `${path}/all.jsonl`);
  const all = await readLines(`${path}/all.jsonl`);
  assertEquals(all.length, 80);
  assertEquals(all[2].responses, { a: " =3", b: " No." });
  await write(`${path}/out`, "--out", `${path}/all.csv`, "--as", "csv", "--judge", "gold");
  const csv = await Deno.readTextFile(`${path}/all.csv`);
  assertStringIncludes(csv, `"' =3"`); // no spreadsheet takes it for a formula
  const { counts } = await write(`${path}/out`, "--out", `${path}/trl.jsonl`, "--as", "trl", "--judge", "judge");
  assertEquals(counts, { judged: 40, exported: 38, ties: 1, invalid: 1, equal: 0 });
  const [first] = await readLines(`${path}/trl.jsonl`);
  assertEquals(first, { prompt: transcript(2), chosen: " No.", rejected: " =3" });
  await write(`${path}/out`, "--out", `${path}/chat.jsonl`, "--as", "trl", "--judge", "gold", "--messages");
  assertEquals((await readLines(`${path}/chat.jsonl`))[0].prompt, [{ role: "user", content: "What is 0 + 1?" }]);
  const refused: [args: string[], message: string][] = [
    [["--as", "csv"], "Expected --out with the file to write"],
    [["--out", `${path}/trl.jsonl`], "it is there already"],
    [["--out", `${path}/new.jsonl`, "--as", "trl"], "Expected --judge with one of judge, gold"],
    [["--out", `${path}/new.jsonl`, "--messages"], "Expected --as trl beside --messages"],
  ];
  for (const [args, message] of refused) await assertRejects(() => write(`${path}/out`, ...args), Error, message);
});
