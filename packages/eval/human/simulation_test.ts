import { assert, assertEquals } from "@std/assert";
import { randomIntegers } from "../stats/random.ts";
import { begin, studyOf, taskNumber, uuidOf, votersOf } from "./fakes.ts";

/**
 * Clients that ask, read for a while and vote, interleaved at random: some are slower than their leases, some vanish in the
 * middle of a task, some take votes back. In the end those who are left finish.
 */
async function simulate(seed: number, clients: number, tasks: number, overlap: number) {
  const draw = randomIntegers(seed);
  const gold = [0, 1, 2].map((i) => taskNumber(i, "a"));
  const settings = { overlap, lease: 1_000, goldShare: 0.05, tasks: [...studyOf(tasks).tasks, ...gold] };
  const { study, clock } = await begin(studyOf(tasks, settings));
  const seen = { wait: 0, taken: 0, vanished: 0, undone: 0 };
  let votes = 0;

  async function client(name: string): Promise<void> {
    while (true) {
      await pause(draw(8));
      const next = await study.next(name);
      if (next.outcome === "done") return;
      if (next.outcome === "wait") {
        seen.wait++;
        continue;
      }
      await pause(draw(25) === 0 ? 60 : draw(12));
      if (seen.vanished < clients / 3 && draw(30) === 0) {
        seen.vanished++;
        return;
      }
      const id = uuidOf(votes++);
      const choice = (["left", "right", "tie", "bad", "skip"] as const)[draw(5)]!;
      const { outcome } = await study.vote(name, { id, task: next.task.id, choice });
      assert(outcome === "accepted" || outcome === "taken", outcome);
      if (outcome === "taken") seen.taken++;
      else if (draw(40) === 0 && (await study.undo(name, id)).outcome === "undone") seen.undone++;
    }
  }
  /** Lets others run; each round of everybody takes some time of the clock. */
  async function pause(rounds: number): Promise<void> {
    for (let i = 0; i <= rounds; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.now += 1;
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, i) => client(`client ${i}`)));
  return { seen, study, log: await Array.fromAsync(study.events()) };
}

Deno.test("50 clients, 200 tasks, overlap 3: each task has exactly 3 annotators, whoever is slow, vanishes or goes back", async () => {
  const { seen, study, log } = await simulate(1, 50, 200, 3);
  const voters = votersOf(log, 203);
  assertEquals(voters.slice(0, 200).map(({ length }) => length), Array(200).fill(3));
  const current = await study.view(({ votes }) => votes.map((map) => [...map.keys()].sort()));
  assertEquals(current, voters.map((names) => names.sort()));
  const taken = log.flatMap((event) => event.kind === "vote" && event.revises === undefined ? [event] : []);
  const standing = taken.filter(({ id }) => !log.some((event) => event.kind === "undo" && event.id === id));
  assertEquals(new Set(standing.map(({ task, annotator }) => `${task} ${annotator}`)).size, standing.length);
  assert(seen.vanished > 5 && seen.taken > 0 && seen.undone > 5, JSON.stringify(seen)); // it did happen
  assert(seen.wait < 100_000, JSON.stringify(seen));
});

Deno.test("a few clients, tasks they barely suffice for: nobody starves while work is left", async () => {
  for (const seed of [2, 3, 4]) {
    const { seen, log } = await simulate(seed, 9, 12, 5); // up to 3 of 9 vanish, and 5 are needed
    assertEquals(votersOf(log, 15).slice(0, 12).map(({ length }) => length), Array(12).fill(5), JSON.stringify(seen));
  }
});
