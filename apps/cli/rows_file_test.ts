import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "./flags.ts";
import { openRowsFile } from "./rows_file.ts";
import { TemporaryFolder } from "./testing.ts";

const [fresh, resume, force] = [
  { resume: false, force: false },
  { resume: true, force: false },
  { resume: false, force: true },
];

/** Rows are lists of one number. */
function parse(json: unknown, where: string): number[] {
  if (Array.isArray(json)) return json;
  throw new TypeError(`${where}: expected a list`);
}

Deno.test("openRowsFile() keeps whole rows, cuts a broken one once it goes on, and appends", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/deep/rows.jsonl`;
  {
    using file = await openRowsFile(path, fresh, parse);
    await file.append([1]);
    await file.append([2]);
    await file.sync();
  }
  await Deno.writeTextFile(path, '["ä', { append: true });
  {
    using file = await openRowsFile(path, resume, parse);
    assertEquals([file.rows, await Deno.readTextFile(path)], [[[1], [2]], '[1]\n[2]\n["ä']);
    await file.append([3]);
  }
  assertEquals(await Deno.readTextFile(path), "[1]\n[2]\n[3]\n");
  await Deno.writeTextFile(path, "[4", { append: true });
  {
    using file = await openRowsFile(path, resume, parse);
    await file.sync(); // nothing is left to add
  }
  assertEquals(await Deno.readTextFile(path), "[1]\n[2]\n[3]\n");
  {
    using file = await openRowsFile(path, force, parse);
    assertEquals([file.rows, await Deno.readTextFile(path)], [[], "[1]\n[2]\n[3]\n"]);
    await file.append([5]);
  }
  assertEquals(await Deno.readTextFile(path), "[5]\n");
});

Deno.test("openRowsFile() leaves nothing behind without a row, and what is there as it was", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/rows.jsonl`;
  (await openRowsFile(path, fresh, parse))[Symbol.dispose]();
  assertEquals([...Deno.readDirSync(folder.path)], []);
  const cases: [content: string, flags: typeof fresh, message: string][] = [
    ["[1]\n", fresh, "it is there already; --resume goes on with it, --force replaces it"],
    ["[1]\n", { resume: true, force: true }, "but found both"],
    ["[1]\n{}\n", resume, "line 2: expected a list"],
    ["{}\n", force, "line 1: expected a list"],
    ["a letter", force, "line 1: expected a row of JSON"],
    ["[1]\n[2\n[3]\n", resume, "line 2: expected a row of JSON"],
  ];
  for (const [content, flags, message] of cases) {
    await Deno.writeTextFile(path, content);
    await assertRejects(() => openRowsFile(path, flags, parse), Error, message);
    assertEquals(await Deno.readTextFile(path), content);
  }
  await assertRejects(() => openRowsFile(folder.path, fresh, parse), UsageError, "it is a folder");
});

Deno.test("openRowsFile() lets one program at a time write", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/rows.jsonl`;
  const file = await openRowsFile(path, fresh, parse);
  await assertRejects(() => openRowsFile(path, fresh, parse), UsageError, "another program is at work in it");
  file[Symbol.dispose]();
  (await openRowsFile(path, fresh, parse))[Symbol.dispose]();
});
