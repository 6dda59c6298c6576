import { checkStore } from "./fakes.ts";
import { memoryStudyStore } from "./store.ts";

Deno.test("memoryStudyStore() keeps studies and appends to their logs only at their ends", async () => {
  await checkStore(memoryStudyStore());
});
