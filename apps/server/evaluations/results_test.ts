import { assert, assertAlmostEquals, assertEquals, assertStrictEquals } from "@std/assert";
import { agreement, winRate } from "@tare/eval";
import { humanVerdicts } from "@tare/eval/human";
import { summarise } from "@tare/eval/report";
import { testApp } from "../fakes.ts";
import { studiesOf } from "../human/studies.ts";
import { openStore } from "../store/store.ts";
import { type Calculate, calculateHere } from "./calculate.ts";
import { responsesOf, startStudy, verdictsOf, votes } from "./fakes.ts";
import { keepResults } from "./results.ts";
import { resultsSchema } from "./results_schemas.ts";

const responses = responsesOf(40);

/** An evaluation in memory, and what gives its results; counts what is computed. */
function keeper(verdicts = verdictsOf(responses)) {
  const store = openStore(":memory:");
  store.evaluations.create({ id: "e", name: "tea", created: 0 }, { responses, verdicts });
  const computed: string[] = [];
  const calculate: Calculate = (name, input) => {
    computed.push(name);
    return calculateHere(name, input);
  };
  const studies = studiesOf(store.studies, Date.now);
  const results = keepResults({ evaluations: store.evaluations, studies, calculate });
  return { store, results, computed, [Symbol.dispose]: () => store[Symbol.dispose]() };
}

Deno.test("keepResults() gives what the statistics give of judges, of people, and of both", async () => {
  using kept = keeper();
  const study = await startStudy(kept.store, "e");
  for (const name of ["ann", "bob"]) await votes(study, name, 36);
  const found = (await kept.results.of("e"))!;
  const { verdicts } = kept.store.evaluations.rows("e");
  const summary = summarise({ responses, verdicts });
  assertEquals(found.judges, summary.judges);
  assertEquals(found.policies, summary.policies);

  const people = found.people!;
  const cast = await study.view(humanVerdicts);
  assertEquals(cast.length, 72);
  const turned = cast.map((vote) => ({
    ...vote,
    winner: ({ a: "b", b: "a" } as Record<string, string>)[vote.winner] ?? vote.winner,
  }))
    .sort((one, two) => one.promptId < two.promptId ? -1 : 1) as typeof cast; // tasks name ppo first, the evaluation sft
  assertEquals(people.comparisons, [{
    a: "sft",
    b: "ppo",
    ...winRate(turned, turned.map(({ promptId }) => promptId)),
  }]);
  const against = people.against[0]!;
  assert("kappa" in against.found);
  const known = agreement(verdicts, cast); // which goes by names: ppo comes before sft
  assert("kappa" in known);
  assertEquals([against.judge, against.found.kappa, against.found.nominal], ["gpt", known.kappa, known.nominal]);
  const [gap, turnedGap] = [known.gaps[0]!, against.found.gaps[0]!];
  assertEquals([turnedGap.a, turnedGap.b, turnedGap.prompts], ["sft", "ppo", gap.prompts]);
  assertAlmostEquals(turnedGap.judge, 1 - gap.judge, 1e-12);
  assertAlmostEquals(turnedGap.gap.mean, -gap.gap.mean, 1e-12);
  assertEquals(people.quality.map(({ annotator, votes }) => [annotator, votes]), [["ann", 36], ["bob", 36]]);
  assertEquals(people.progress, {
    tasks: 40,
    complete: people.progress.complete,
    needed: 80,
    votes: 72,
    skips: 0,
    goldVotes: 0,
  });
  assert(people.agreement.tasks > 30 && people.agreement.nominal.value !== null);
});

Deno.test("keepResults() computes once for each version, and what votes do not change not again", async () => {
  using kept = keeper();
  const { results, computed, store } = kept;
  const [one, other] = await Promise.all([results.of("e"), results.of("e")]);
  assertStrictEquals(one, other);
  assertEquals(computed, ["summary"]);
  const study = await startStudy(store, "e");
  assertEquals([one!.version, (await results.of("e"))!.version], ["40", "40-0/80"]);
  assertEquals(computed, ["summary", "people"]);
  await study.next("ann"); // a lease is no vote
  await results.of("e");
  assertEquals(computed, ["summary", "people"]);
  await votes(study, "ann", 1);
  assertEquals((await results.of("e"))!.people!.progress.votes, 1);
  assertEquals(computed, ["summary", "people", "people"]);
  store.evaluations.addVerdicts("e", [{ judge: "other", promptId: "p0", a: "sft", b: "ppo", winner: "a" }]);
  assertEquals((await results.of("e"))!.judges.map(({ judge }) => judge), ["gpt", "other"]);
  assertEquals(computed.length, 5);
  assertEquals([await results.of("none"), await results.version("none")], [undefined, undefined]);
});

Deno.test("keepResults() gives who asks after a change nothing from before it", async () => {
  using store = openStore(":memory:");
  store.evaluations.create({ id: "e", name: "tea", created: 0 }, { responses, verdicts: [] });
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const calculate: Calculate = async (name, input) => {
    started.resolve();
    await gate.promise;
    return await calculateHere(name, input);
  };
  const results = keepResults({
    evaluations: store.evaluations,
    studies: studiesOf(store.studies, Date.now),
    calculate,
  });
  const before = results.of("e");
  await started.promise;
  store.evaluations.addVerdicts("e", verdictsOf(responses));
  const after = results.of("e");
  gate.resolve();
  assertEquals([(await before)!.version, (await after)!.version], ["0", "40"]);
});

Deno.test("results over HTTP are as their schema says, have a tag, and are not sent twice", async () => {
  await using app = testApp({ calculate: calculateHere });
  const made = await app.ask("admin", "POST", "/v1/evaluations", {
    ...{ name: "tea", responses: responsesOf(40, ["sft", "ppo", "dpo"]) },
    verdicts: [
      ...verdictsOf(responses),
      ...verdictsOf(responses, "strict").slice(0, 2).map((row) => ({
        ...row,
        ...{ winner: "invalid", reason: "none" },
      })),
    ],
  });
  const { id } = await made.json();
  await votes(await startStudy(app.store, id), "ann", 3);
  const path = `/v1/evaluations/${id}/results`;
  const response = await app.ask("judge", "GET", path);
  assertEquals(response.status, 200);
  const body = await response.json();
  assertEquals(resultsSchema.safeParse(body).error?.issues, undefined);
  assertEquals(body.people.against.map(({ found }: { found: object }) => "refused" in found), [true, true]);
  const etag = response.headers.get("etag")!;
  assertEquals(etag, `"${body.version}"`);
  for (const tag of [etag, `"x", W/${etag}`]) {
    const again = await app.ask("judge", "GET", path, undefined, { "if-none-match": tag });
    assertEquals([again.status, await again.text()], [304, ""]);
  }
  await votes((await studiesOf(app.store.studies, Date.now).open(id))!, "bob", 1);
  assertEquals((await app.ask("judge", "GET", path, undefined, { "if-none-match": etag })).status, 200);
  assertEquals((await app.ask("judge", "GET", "/v1/evaluations/none/results")).status, 404);
});
