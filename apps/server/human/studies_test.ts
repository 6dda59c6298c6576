import { assertEquals, assertStrictEquals } from "@std/assert";
import { createStudy } from "@tare/eval/human";
import { openStore } from "../store/store.ts";
import { dropStudy, studiesOf } from "./studies.ts";

const study = {
  ...{ name: "id", instructions: "Which is better?", overlap: 2, lease: 60_000, goldShare: 0 },
  ...{ secret: "0123456789abcdef", leastDwell: 0 },
  tasks: [{
    ...{ promptId: "1", prompt: "Tea?" },
    ...{ a: { policy: "ppo", response: " Yes." }, b: { policy: "sft", response: " No." } },
  }],
};

Deno.test("studiesOf() opens a study once, however many ask at once, and looks again for one that was not there", async () => {
  using store = openStore(":memory:");
  const studies = studiesOf(store.studies, () => 7);
  assertEquals(await studies.open("id"), undefined);
  await createStudy(store.studies, study);
  const [one, other] = await Promise.all([studies.open("id"), studies.open("id")]);
  assertStrictEquals(one, other);
  assertStrictEquals(await studies.open("id"), one);
  assertEquals(await one!.view((_, now) => now), 7);
});

Deno.test("dropStudy() drops a study with its votes and invitations, so that a new one begins anew", async () => {
  using store = openStore(":memory:");
  const studies = studiesOf(store.studies, () => 7);
  const invite = (study: string) => store.access.invite({ study, annotator: "ann", created: 0, expires: 9 }).id;
  const [mine, other] = [invite("id"), invite("other")];
  await createStudy(store.studies, study);
  assertEquals((await (await studies.open("id"))!.next("ann")).outcome, "task");
  assertEquals(await dropStudy({ store, studies }, "id"), true);
  assertEquals([await studies.open("id"), await dropStudy({ store, studies }, "id")], [undefined, false]);
  assertEquals([store.access.invitation(mine), store.access.invitation(other)?.annotator], [undefined, "ann"]);
  await createStudy(store.studies, { ...study, overlap: 3 });
  assertEquals(await (await studies.open("id"))!.view(({ study, length }) => [study.overlap, length]), [3, 0]);
});
