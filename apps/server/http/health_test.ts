import { assertEquals } from "@std/assert";
import { testApp } from "../fakes.ts";
import type { Sample, Score } from "../options.ts";

Deno.test("a server is not ready where a model has ended, and lives all the same", async () => {
  const score: Score & { failure?: string } = Object.assign(() => Promise.resolve([]), { id: "rm" });
  const sample: Sample & { failure?: string } = Object.assign(() => Promise.resolve([]), { policy: "p" });
  await using server = testApp({ score, sample });
  const status = async (path: string) => {
    const response = await server.ask(undefined, "GET", path);
    return [response.status, (await response.text()).includes("/models/")];
  };
  assertEquals(await status("/readyz"), [200, false]);
  for (const model of [score, sample]) {
    model.failure = "Expected /models/a to answer but its thread has ended";
    assertEquals([await status("/readyz"), await status("/healthz")], [[503, false], [200, false]]);
    model.failure = undefined;
  }
  assertEquals(await status("/readyz"), [200, false]);
});
