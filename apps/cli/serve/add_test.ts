import { openStore } from "@tare/server";
import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../flags.ts";
import { TemporaryFolder } from "../testing.ts";
import { addEvaluations } from "./add.ts";

const row = (policy: string, promptId: string) => ({ policy, promptId, prompt: "Is it?", response: `${policy} says` });
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

Deno.test("addEvaluations() takes folders and files in, once for each name", async () => {
  await using folder = new TemporaryFolder();
  using store = openStore(":memory:");
  const [responses, verdict] = [[row("a", "p"), row("b", "p")], {
    judge: "gold",
    promptId: "p",
    a: "a",
    b: "b",
    winner: "a",
  }];
  const scored = responses.map((row) => ({ ...row, gold: 1 })); // as tare eval compare writes them
  await Deno.writeTextFile(`${folder.path}/responses.jsonl`, lines(scored));
  await Deno.writeTextFile(`${folder.path}/verdicts.jsonl`, lines([verdict]));
  const notes: string[] = [];
  const add = (...places: string[]) => addEvaluations(store, places, (line) => notes.push(line));

  await add(`whole=${folder.path}`, `texts=${folder.path}/responses.jsonl`);
  await add(`whole=${folder.path}/no`);
  const found = store.evaluations.list().map(({ id, name }) => [name, store.evaluations.rows(id)] as const);
  assertEquals(found, [["texts", { responses, verdicts: [] }], ["whole", { responses, verdicts: [verdict as never] }]]);
  assertEquals(notes, [
    `whole: 2 responses and 1 verdicts of ${folder.path}`,
    `texts: 2 responses and 0 verdicts of ${folder.path}/responses.jsonl`,
    `whole: an evaluation of this name is there already, so ${folder.path}/no is not read`,
  ]);

  await assertRejects(
    () => add("nothing"),
    UsageError,
    'Expected --add with NAME=FILE or NAME=DIR but found "nothing"',
  );
  await assertRejects(() => add(`new=${folder.path}/no`), UsageError, "there is no such file");
  await Deno.writeTextFile(`${folder.path}/one.jsonl`, lines([row("a", "p"), row("a", "q")]));
  await assertRejects(
    () => add(`new=${folder.path}/one.jsonl`),
    UsageError,
    "Expected responses of two policies or more",
  );
  await Deno.writeTextFile(`${folder.path}/bad.jsonl`, "{}\n");
  await assertRejects(() => add(`new=${folder.path}/bad.jsonl`), TypeError, `${folder.path}/bad.jsonl, line 1`);
  assertEquals(store.evaluations.list().length, 2);
});
