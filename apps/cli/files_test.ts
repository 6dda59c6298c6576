import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openFolder, writeWhole } from "./files.ts";
import { folderStore } from "./store.ts";
import { TemporaryFolder } from "./testing.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("openFolder() reads ranges of files, and nothing outside the folder", async () => {
  await using temporary = new TemporaryFolder();
  await Deno.writeTextFile(`${temporary.path}/a`, "0123456789");
  const folder = await openFolder(temporary.path);
  const file = (await folder.open("a"))!;
  assertEquals(file.size, 10);
  assertEquals(new TextDecoder().decode(await file.slice(3, 6).arrayBuffer()), "345");
  assertEquals((await file.slice(8, 99).arrayBuffer()).byteLength, 2);
  await Deno.truncate(`${temporary.path}/a`, 5);
  assertEquals((await file.slice(3, 9).arrayBuffer()).byteLength, 2);
  assertEquals([await folder.open("b"), await folder.open("a/b")], [undefined, undefined]);
  for (const name of ["../a", "/etc/hosts", "b/../../a", "..\\a"]) {
    assertThrows(() => folder.open(name), RangeError, "lead out");
  }
  await assertRejects(() => openFolder(`${temporary.path}/b`), RangeError, "there is no such folder");
  await assertRejects(() => openFolder(`${temporary.path}/a`), RangeError, "it is a file, not a folder");
});

Deno.test("writeWhole() replaces a file, and leaves it alone when the stream fails or is aborted", async () => {
  await using temporary = new TemporaryFolder();
  const path = `${temporary.path}/a`;
  await writeWhole(path, "old");
  const failing = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(new Uint8Array(100)),
      pull: () => Promise.reject(new Error("mine")),
    });
  await assertRejects(() => writeWhole(path, failing()), Error, "mine");
  await assertRejects(
    () => writeWhole(path, new Blob(["new"]).stream(), AbortSignal.abort(new Error("enough"))),
    Error,
    "enough",
  );
  await assertRejects(() => writeWhole(`${temporary.path}/no/a`, "new"), Deno.errors.NotFound);
  assertEquals([names(temporary.path), await Deno.readTextFile(path)], [["a"], "old"]);
  await writeWhole(path, "new");
  assertEquals([names(temporary.path), await Deno.readTextFile(path)], [["a"], "new"]);
});

Deno.test("writeWhole() in a program that is killed in the middle leaves the file as it was", async () => {
  await using temporary = new TemporaryFolder();
  const path = `${temporary.path}/a`;
  await Deno.writeTextFile(path, "old");
  const script = `
    import { writeWhole } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)};
    let sent = 0;
    await writeWhole(${JSON.stringify(path)}, new ReadableStream({
      async pull(controller) {
        controller.enqueue(new Uint8Array(65536));
        if (++sent === 20) console.log("in the middle");
        if (sent > 20) await new Promise((resolve) => setTimeout(resolve, 1000));
      },
    }));`;
  await Deno.writeTextFile(`${temporary.path}/script.ts`, script);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-A",
      "--no-check",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      `${temporary.path}/script.ts`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // "in the middle"
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  assertEquals(await Deno.readTextFile(path), "old");
  assert(names(temporary.path).some((name) => name.endsWith(".tmp")), "it was not in the middle");
});

Deno.test("folderStore() appends, keeps what came before a stream failed, renames and removes", async () => {
  await using temporary = new TemporaryFolder();
  const store = folderStore(temporary.path);
  const text = async (name: string) => {
    const file = await store.open(name);
    return file && new TextDecoder().decode(await file.slice(0, file.size).arrayBuffer());
  };
  await store.append("x/y/a.part", new Blob(["one "]).stream());
  let sent = false;
  const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (sent) throw new Error("broken off");
      sent = true;
      controller.enqueue(new TextEncoder().encode("two"));
    },
  }, { highWaterMark: 0 });
  await assertRejects(() => store.append("x/y/a.part", broken), Error, "broken off");
  assertEquals(await text("x/y/a.part"), "one two");
  await store.append("x/a", new Blob(["old"]).stream());
  await store.rename("x/y/a.part", "x/a");
  assertEquals([await text("x/a"), await text("x/y/a.part")], ["one two", undefined]);
  await store.remove("x/a");
  await store.remove("x/a");
  assertEquals(await text("x/a"), undefined);
});
