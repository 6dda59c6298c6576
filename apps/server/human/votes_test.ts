import { assertEquals } from "@std/assert";
import { ballotFor, given, type StudyApp, studyApp } from "./fakes.ts";

async function votesIn(app: StudyApp) {
  const log = await app.store.studies.read(app.id, 0, 1_000);
  return log.filter(({ kind }) => kind !== "lease");
}

async function studyIn(app: StudyApp) {
  return await (await app.ask("admin", "GET", `/v1/evaluations/${app.id}/study`)).json();
}

Deno.test("the same vote, posted five times at once, is one row and five equal answers", async () => {
  await using app = await studyApp(3);
  const ann = await app.annotator("ann");
  const { id } = await given(ann);
  const ballot = { ...ballotFor(id, "right"), comment: "Clear.", dwell: 800 };
  const answers = await Promise.all(Array.from({ length: 5 }, () => ann.ask("POST", "/v1/session/votes", ballot)));
  assertEquals(answers.map(({ status }) => status), Array(5).fill(200));
  assertEquals(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  assertEquals((await votesIn(app)).length, 1);
  app.clock.now += 3_600_000;
  const late = await ann.ask("POST", "/v1/session/votes", { ...ballot, id: ballot.id.toUpperCase() });
  assertEquals([late.status, late.body], [200, answers[0]!.body], "an hour later, too");
  assertEquals((await votesIn(app)).length, 1);
});

Deno.test("of two different votes at once one counts and the other is told which", async () => {
  await using app = await studyApp(3);
  const ann = await app.annotator("ann");
  const { id } = await given(ann);
  const answers = await Promise.all(
    ["left", "right"].map((choice) => ann.ask("POST", "/v1/session/votes", ballotFor(id, choice))),
  );
  const [won, lost] = answers.sort((a, b) => a.status - b.status);
  assertEquals([won!.status, lost!.status], [200, 409]);
  assertEquals(lost!.body.current, won!.body.vote);
  assertEquals((await votesIn(app)).length, 1);
});

Deno.test("a vote with another's id is a conflict that tells nothing of the other", async () => {
  await using app = await studyApp(3);
  const [ann, bob] = [await app.annotator("ann"), await app.annotator("bob")];
  const [mine, theirs] = [await given(ann), await given(bob)];
  const ballot = ballotFor(mine.id);
  assertEquals((await ann.ask("POST", "/v1/session/votes", ballot)).status, 200);
  const stolen = await bob.ask("POST", "/v1/session/votes", { ...ballot, task: theirs.id });
  assertEquals([stolen.status, stolen.body.current], [409, undefined]);
  const foreign = await bob.ask("POST", "/v1/session/votes", ballotFor(mine.id));
  assertEquals(foreign.status, 404, "a task's id is one annotator's");
});

Deno.test("taking back and voting anew leaves a trail, and everything is computed anew", async () => {
  await using app = await studyApp(1, { overlap: 1 });
  const ann = await app.annotator("ann");
  const { id: task } = await given(ann);
  const [first, second] = [ballotFor(task, "skip"), ballotFor(task, "left")];
  const counts = async () => {
    const { progress: { votes, skips, complete, held }, annotators } = await studyIn(app);
    return [votes, skips, complete, held, annotators[0]?.left ?? null];
  };
  assertEquals(await counts(), [0, 0, 0, 1, null]);
  await ann.ask("POST", "/v1/session/votes", first);
  assertEquals(await counts(), [1, 1, 1, 0, null]);
  app.clock.now += 1_000;
  const back = () => ann.ask("DELETE", `/v1/session/votes/${first.id}`);
  assertEquals((await Promise.all([back(), back(), back()])).map(({ status }) => status), [200, 200, 200]);
  assertEquals(await counts(), [0, 0, 0, 1, null]);
  app.clock.now += 1_000;
  const again = await ann.ask("POST", "/v1/session/votes", first);
  assertEquals(again.status, 200, "a late copy of what was taken back is answered as it was");
  assertEquals(await counts(), [0, 0, 0, 1, null], "and counts no more");
  assertEquals((await ann.ask("POST", "/v1/session/votes", second)).body.vote.revision, 2);
  assertEquals(await counts(), [1, 0, 1, 0, 1]);
  const trail = (await votesIn(app)).map((
    event,
  ) => [event.kind, event.at, event.annotator, "choice" in event && event.choice]);
  assertEquals(trail, [
    ["vote", 1_000_000, "ann", "skip"],
    ["undo", 1_001_000, "ann", false],
    ["vote", 1_002_000, "ann", "left"],
  ]);
});
