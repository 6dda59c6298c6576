import { assertEquals } from "@std/assert";
import { openMetrics } from "./metrics_file.ts";
import { readLines, TemporaryFolder } from "./testing.ts";

Deno.test("openMetrics() cuts metrics and episodes of later steps alike, and what a kill broke off", async () => {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  const episodes = (step: number) => [{ step, id: 0 }, { step, id: 1 }];
  {
    using file = await openMetrics(path, 0);
    for (const step of [1, 2, 3]) await file.write({ step, loss: step }, episodes(step));
    await file.sync();
  }
  await Deno.writeTextFile(`${path}/episodes.jsonl`, '{"step":1,', { append: true });
  {
    using file = await openMetrics(path, 2);
    await file.write({ step: 3, loss: 9 }, episodes(3));
  }
  assertEquals((await readLines(`${path}/metrics.jsonl`)).map(({ loss }) => loss), [1, 2, 9]);
  assertEquals(await readLines(`${path}/episodes.jsonl`), [1, 2, 3].flatMap(episodes));
});

Deno.test("openMetrics() makes no file of episodes where there are none", async () => {
  await using folder = new TemporaryFolder();
  using file = await openMetrics(folder.path, 0);
  await file.write({ step: 1 });
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["metrics.jsonl"]);
});
