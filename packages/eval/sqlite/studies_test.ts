import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { exportStudy, openStudy, type StudyEvent } from "@tare/eval/human";
import { DatabaseSync } from "node:sqlite";
import { begin, checkStore, given, studyOf, votersOf } from "../human/fakes.ts";
import { openStudyStore } from "./studies.ts";

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/studies.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openStudyStore() keeps studies and appends to their logs only at their ends", async () => {
  using store = openStudyStore(":memory:");
  await checkStore(store);
});

Deno.test("openStudyStore() finds what was there, with the settings that lose nothing", () =>
  inFolder(async (path) => {
    {
      using store = openStudyStore(path);
      const { study } = await begin(studyOf(2), store);
      await given(study, "ann");
    }
    using store = openStudyStore(path);
    assertEquals(await store.find("study"), studyOf(2));
    assertEquals((await store.read("study", 0, 9)).length, 1);
    using database = new DatabaseSync(path);
    assertEquals({ ...database.prepare("PRAGMA journal_mode").get() }, { journal_mode: "wal" });
  }));

Deno.test("openStudyStore() refuses, in a sentence, what is no file of studies, and leaves it as it is", () =>
  inFolder(async (path) => {
    const text = "this is no database\n".repeat(100);
    await Deno.writeTextFile(path, text);
    const { message } = assertThrows(() => openStudyStore(path), Error, "file is not a database");
    assert(message.includes(path) && !message.includes("\n"), message);
    assertEquals(await Deno.readTextFile(path), text);
    assertThrows(() => openStudyStore(`${path}/none/studies.db`), Error, "unable to open");

    const other = `${path}.other`;
    execute(other, "CREATE TABLE letters (text)");
    assertThrows(() => openStudyStore(other), Error, "found a database of something else");

    const newer = `${path}.newer`;
    openStudyStore(newer)[Symbol.dispose]();
    execute(newer, "PRAGMA user_version = 2");
    assertThrows(() => openStudyStore(newer), Error, "of version 1 but found version 2");
  }));

Deno.test("the file itself refuses what a program that decided wrongly would write", async () => {
  using store = openStudyStore(":memory:");
  await begin(studyOf(2), store);
  const lease = { kind: "lease", at: 1, annotator: "ann", task: 0, handle: "h", left: "a", until: 9 } as const;
  const vote = {
    kind: "vote",
    at: 1,
    annotator: "ann",
    task: 0,
    id: "1",
    choice: "left",
    left: "a",
    revision: 1,
  } as const;
  const undo = { kind: "undo", at: 1, annotator: "ann", task: 0, id: "1", until: 9 } as const;
  for (const [i, event] of [lease, vote, undo].entries()) assertEquals(await store.append("study", i, [event]), true);
  for (
    const [event, rule] of [
      [{ ...vote, id: "2" }, "UNIQUE"], // two votes of revision 1 on one task
      [{ ...vote, revision: 2 }, "UNIQUE"], // an id twice
      [undo, "UNIQUE"], // taken back twice
      [{ ...vote, id: "2", revision: 2, choice: "a" }, "CHECK"],
      [{ ...vote, id: "2", revision: 2, left: "left" }, "CHECK"],
      [{ ...vote, id: "2", revision: 0 }, "CHECK"],
      [{ ...vote, id: undefined, revision: 2 }, "CHECK"],
      [{ ...lease, kind: "rent" }, "CHECK"],
      [{ ...lease, annotator: undefined }, "NOT NULL"],
      [{ ...lease, task: 2 }, "FOREIGN KEY"],
    ] as const
  ) {
    await assertRejects(
      () => store.append("study", 3, [lease, event as StudyEvent]),
      Error,
      `${rule} constraint failed`,
    );
  }
  assertEquals((await store.read("study", 0, 9)).length, 3);
});

/** A program that opens the file and votes under names of its own, printing each vote when it is acknowledged. */
function voter(path: string, name: string, annotators: number): Deno.ChildProcess {
  return run(`
    import { openStudy } from "${import.meta.resolve("../human/mod.ts")}";
    import { openStudyStore } from "${import.meta.resolve("./studies.ts")}";
    const study = await openStudy(openStudyStore(${JSON.stringify(path)}), "study");
    async function annotate(annotator) {
      while (true) {
        const next = await study.next(annotator);
        if (next.outcome === "done") return;
        if (next.outcome === "wait") { await new Promise((resolve) => setTimeout(resolve, 5)); continue; }
        const id = crypto.randomUUID();
        const { outcome } = await study.vote(annotator, { id, task: next.task.id, choice: "left" });
        if (outcome === "accepted") console.log(id);
      }
    }
    await Promise.all(Array.from({ length: ${annotators} }, (_, i) => annotate("${name} " + i)));
  `);
}

/** Runs a program beside this one. */
function run(code: string): Deno.ChildProcess {
  const args = ["eval", "--no-check", "--ext=ts", code];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
}

/** Ids of the votes in a log. */
const idsOf = (log: readonly StudyEvent[]) => log.flatMap((event) => event.kind === "vote" ? [event.id] : []);

Deno.test("three processes on one file: each task has exactly its overlap of annotators, and no vote is lost", () =>
  inFolder(async (path) => {
    using store = openStudyStore(path);
    await begin(studyOf(40, { overlap: 3, lease: 60_000 }), store);
    const children = ["one", "two", "three"].map((name) => voter(path, name, 2));
    const outputs = await Promise.all(children.map((child) => child.output()));
    assertEquals(outputs.map(({ code }) => code), [0, 0, 0]);
    const log = await store.read("study", 0, 1e6);
    assertEquals(votersOf(log, 40).map(({ length }) => length), Array(40).fill(3));
    const said = outputs.flatMap(({ stdout }) => new TextDecoder().decode(stdout).split("\n").filter(Boolean));
    assertEquals(said.sort(), idsOf(log).sort());
    const by = new Set(log.map(({ annotator }) => annotator.split(" ")[0]));
    assert(by.size > 1, "two annotators of one process are too few for a task");
  }));

Deno.test("kill -9 in a storm of votes: every acknowledged vote is in the file, and it is sound", () =>
  inFolder(async (path) => {
    using store = openStudyStore(path);
    await begin(studyOf(1_000, { overlap: 3, lease: 60_000 }), store);
    const acknowledged: string[] = [];
    for (const round of [1, 2]) {
      const child = voter(path, `round ${round}`, 20);
      let [text, killed] = ["", false];
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) { // also what came before the kill
        text += chunk;
        if (killed || text.split("\n").length < 100 * round) continue;
        killed = true;
        child.kill("SIGKILL");
      }
      assertEquals((await child.status).signal, "SIGKILL");
      acknowledged.push(...text.split("\n").slice(0, -1)); // of the last line a part may be missing
    }
    assert(acknowledged.length >= 297);
    const log = await store.read("study", 0, 1e6);
    const kept = new Set(idsOf(log));
    assertEquals(acknowledged.filter((id) => !kept.has(id)), []);
    using database = new DatabaseSync(path);
    assertEquals({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
    const study = await openStudy(store, "study"); // and goes on
    assertEquals((await study.next("round 1 0")).outcome, "task");
  }));

Deno.test("kill -9 while studies are imported: each is there whole or not at all, and those that were acknowledged are", () =>
  inFolder(async (path) => {
    const { study } = await begin(studyOf(300, { overlap: 1 }));
    for (let i = 0; i < 300; i++) {
      await study.vote("ann", { id: crypto.randomUUID(), task: (await given(study, "ann")).id, choice: "left" });
    }
    const lines = await Array.fromAsync(exportStudy(study));
    await Deno.writeTextFile(`${path}.jsonl`, lines.join("\n"));
    const code = `
      import { importStudy } from "${import.meta.resolve("../human/mod.ts")}";
      import { openStudyStore } from "${import.meta.resolve("./studies.ts")}";
      const store = openStudyStore(${JSON.stringify(path)});
      const [first, ...lines] = (await Deno.readTextFile(${JSON.stringify(`${path}.jsonl`)})).split("\\n");
      for (let i = 0;; i++) {
        const { name } = await importStudy(store, [first.replace('"name":"study"', '"name":"study ' + i + '"'), ...lines]);
        console.log(name);
      }
    `;
    const child = run(code);
    let [text, killed] = ["", false];
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (killed || text.split("\n").length < 4) continue;
      killed = true;
      setTimeout(() => child.kill("SIGKILL"), 7); // in the midst of the next
    }
    assertEquals((await child.status).signal, "SIGKILL");
    using store = openStudyStore(path);
    const names = await store.names();
    assertEquals(text.split("\n").slice(0, -1).filter((name) => !names.includes(name)), []);
    for (const name of names) {
      const copy = await Array.fromAsync(exportStudy(await openStudy(store, name)));
      assertEquals(copy.slice(1), lines.slice(1));
    }
  }));
