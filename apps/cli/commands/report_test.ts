import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writeFakePipeline } from "../report/fakes.ts";
import { runTare, TemporaryFolder } from "../testing.ts";

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("tare report writes a page, says what was found, and writes the same bytes again", async () => {
  await using folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  const out = `${folder.path}/report.html`;
  const args = ["report", folder.path, "--out", out, "--title", "Tea & <milk>"];
  const shown = await runTare(args);
  assertEquals(shown.code, 0, shown.stderr);
  assertStringIncludes(shown.stdout, "By the gold score, ");
  assertStringIncludes(shown.stdout, out);
  const page = await Deno.readTextFile(out);
  assertStringIncludes(page, "<h1>Tea &amp; &lt;milk&gt;</h1>");
  const again = await runTare([...args, "--json"]);
  assertEquals(again.code, 0, again.stderr);
  assertEquals(await Deno.readTextFile(out), page);
  const { runs, comparisons, found } = JSON.parse(again.stdout);
  assertEquals([runs, comparisons], [["contrastive", "ppo"], ["eval"]]);
  assert(found.length > 3);
  assertEquals((await namesIn(folder.path)).filter((name) => name.includes("report")), ["report.html"]);
});

Deno.test("tare report refuses what it cannot read or write in one sentence, and writes nothing", async () => {
  await using folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  const { path } = folder;
  await Deno.mkdir(`${path}/empty`);
  await Deno.mkdir(`${path}/broken`);
  await Deno.writeTextFile(`${path}/broken/table.json`, "{");
  await Deno.writeTextFile(`${path}/notes.txt`, "mine");
  const before = await namesIn(path);
  const refused: [args: string[], message: string][] = [
    [[], "Expected FOLDER... but found nothing"],
    [[`${path}/none`], "there is no such folder or file"],
    [[`${path}/empty`], "Found nothing to report in"],
    [[`${path}/broken`], "table.json: expected JSON"],
    [[path, "--out", path], "it is a folder; name a file"],
    [[path, "--out", `${path}/no/report.html`], "there is no folder"],
    [[path, "--out", `${path}/baselines.jsonl`], "name a .html file"],
    [[path, "--out", `${path}/notes.txt`], "name a .html file"],
  ];
  for (const [args, message] of refused) {
    const given = args.includes("--out") ? args : [...args, "--out", `${path}/report.html`];
    const { code, stderr } = await runTare(["report", ...given]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, message);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
  assertEquals(await namesIn(path), before);
});
