import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "./flags.ts";
import { takeLock } from "./lock.ts";
import { TemporaryFolder } from "./testing.ts";

Deno.test("takeLock() lets one program in at a time, and leaves nothing behind", async () => {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/deep/.lock`;
  {
    using _lock = await takeLock(file, "runs/x");
    await assertRejects(
      () => takeLock(file, "runs/x"),
      UsageError,
      "Cannot write to runs/x: another program is at work",
    );
  }
  using _again = await takeLock(file, "runs/x");
  await Deno.remove(file); // whoever removed the whole folder took it along
  assertEquals([...Deno.readDirSync(`${folder.path}/deep`)], []);
});
