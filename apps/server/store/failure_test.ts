import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ballotFor, given, studyApp } from "../human/fakes.ts";
import { storeProblem } from "./failure.ts";
import { openStore } from "./store.ts";

Deno.test("a vote that cannot be written is refused for a while, says so, and counts when it comes again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const logged: string[] = [];
    const log = ({ event, message }: { readonly event: string; readonly [field: string]: unknown }) => {
      if (event === "error") logged.push(`${message}`);
    };
    await using app = await studyApp(3, {}, { store: openStore(folder), log });
    const person = await app.annotator("ann");
    const ballot = ballotFor((await given(person)).id);
    const vote = () => person.ask("POST", "/v1/session/votes", ballot);
    {
      using other = new DatabaseSync(`${folder}/studies.sqlite`);
      other.exec("BEGIN IMMEDIATE");
      const { status, headers, body } = await vote();
      assertEquals([status, headers.get("retry-after")], [503, "2"]);
      assertEquals(
        body.detail,
        "Expected to keep this but cannot use the data folder, another program writes to it: ask again",
      );
    }
    assert(logged[0]!.includes("database is locked"), "the log has SQLite's own words");
    assertEquals((await vote()).body.progress.votes, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("storeProblem() knows a full disk, and takes no other error for a file's", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (x TEXT UNIQUE) STRICT; PRAGMA max_page_count = 3; INSERT INTO t VALUES ('a')");
  const thrown = (sql: string) => storeProblem(assertThrows(() => database.exec(sql)));
  const full = thrown("INSERT INTO t VALUES (hex(zeroblob(100000)))");
  assertEquals([full?.status, full?.options.headers], [503, { "retry-after": "60" }]);
  assert(full!.message.includes("the disk is full"), full!.message);
  assertEquals(thrown("INSERT INTO t VALUES ('a')"), undefined);
  assertEquals([storeProblem(new Error("x")), storeProblem(5)], [undefined, undefined]);
});
