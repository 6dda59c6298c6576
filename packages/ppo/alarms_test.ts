import { assert, assertEquals } from "@std/assert";
import { type AlarmMemory, type Observation, watch } from "./alarms.ts";

const healthy: Readonly<Record<string, number>> = {
  ...{ "policy/first_ratio_error": 2e-5, "policy/ratio": 1.001, "policy/clipfrac": 0.1 },
  ...{ "policy/entropy": 1.5, eos_rate: 0.9 },
};

/** An iteration of 32 episodes. */
function iteration(
  metrics: Record<string, number> = {},
  episode: (i: number) => { tokens?: number[]; kl?: number } = () => ({}),
): Observation {
  const text = (i: number) => Array.from({ length: 20 }, (_, t) => (7 * i + 3 * t) % 61);
  const episodes = Array.from({ length: 32 }, (_, i) => {
    const { tokens = text(i), kl = 0.5 + (i % 5) / 10 } = episode(i);
    return { tokens: Uint32Array.from(tokens), kl };
  });
  return { metrics: { ...healthy, ...metrics }, episodes };
}

/** What sounds at the last of some iterations. */
function alarmsAt(...iterations: Observation[]): string[] {
  let result: { alarms: string[]; memory: AlarmMemory | null } = { alarms: [], memory: null };
  for (const seen of iterations) result = watch(seen, result.memory);
  return result.alarms;
}

/** Checks that one alarm sounds, with its way out. */
function assertAlarm(alarms: string[], ...words: string[]) {
  assertEquals(alarms.length, 1, `${alarms}`);
  for (const word of words) assert(alarms[0]!.includes(word), alarms[0]);
}

Deno.test("watch() is silent while all is well, and about what it is told nothing of", () => {
  assertEquals(alarmsAt(iteration(), iteration()), []);
  assertEquals(alarmsAt({ metrics: {}, episodes: [] }, { metrics: {}, episodes: [] }), []);
});

Deno.test("watch() sounds at a KL that is negative beyond chance, and at no other", () => {
  assertAlarm(alarmsAt(iteration({}, (i) => ({ kl: -1 - (i % 3) / 10 }))), "-1.10 nats", "without filters");
  assertEquals(alarmsAt(iteration({}, (i) => ({ kl: i % 2 === 0 ? -3 : 2.5 }))), []); // −0.25, give or take 0.5
  assertEquals(alarmsAt(iteration({}, () => ({ kl: -0.02 }))), []); // a rare response of a large KL was not drawn
  const one = iteration({}, () => ({ kl: -9 }));
  assertEquals(alarmsAt({ ...one, episodes: one.episodes.slice(0, 1) }), []);
});

Deno.test("watch() sounds where the first ratio is not 1, and where updates lead far away", () => {
  assertAlarm(alarmsAt(iteration({ "policy/first_ratio_error": 0.02 })), "0.020 off 1", "the same model");
  assertAlarm(alarmsAt(iteration({ "policy/ratio": 1.4 })), "mean ratio 1.40", "learning rate");
  assertAlarm(alarmsAt(iteration({ "policy/clipfrac": 0.55 })), "55 %", "targetKl");
  assertEquals(alarmsAt(iteration({ "policy/clipfrac": 0.35, "policy/ratio": 0.9 })), []);
});

Deno.test("watch() sounds when the entropy has fallen to a tenth of the first", () => {
  assertAlarm(alarmsAt(iteration(), iteration({ "policy/entropy": 0.1 })), "0.10 nats", "klCoefficient");
  assertEquals(alarmsAt(iteration(), iteration({ "policy/entropy": 0.3 })), []);
  assertEquals(alarmsAt(iteration({ "policy/entropy": 0.1 })), []); // a model that is sure from the beginning
  const { "policy/entropy": _, ...others } = healthy; // the critic alone learns at first
  const warmup = { ...iteration(), metrics: others };
  assertAlarm(alarmsAt(warmup, iteration(), iteration({ "policy/entropy": 0.1 })), "0.10 nats a token from 1.5");
});

Deno.test("watch() sounds when half of those that ended at first end no more", () => {
  assertAlarm(alarmsAt(iteration(), iteration(), iteration({ eos_rate: 0.4 })), "40 %", "missingEosPenalty");
  assertEquals(alarmsAt(iteration(), iteration({ eos_rate: 0.6 })), []);
  assertEquals(alarmsAt(iteration({ eos_rate: 0.1 }), iteration({ eos_rate: 0.01 })), []);
});

Deno.test("watch() sounds at a sentence that is said again and again, not at short or varied responses", () => {
  const again = Array.from({ length: 40 }, (_, t) => t % 11);
  assertAlarm(alarmsAt(iteration({}, () => ({ tokens: again }))), "word for word", "read some responses");
  assertEquals(alarmsAt(iteration({}, () => ({ tokens: [5, 5, 5, 5, 5, 5, 5] }))), []);
  assertEquals(alarmsAt(iteration({}, (i) => i < 4 ? { tokens: again } : {})), []);
});

Deno.test("watch() says it once, and again when it had come right; what it remembers are plain numbers", () => {
  const bad = iteration({ "policy/clipfrac": 0.9 });
  const sounds = [];
  let memory: AlarmMemory | null = null;
  for (const seen of [bad, bad, iteration(), bad]) {
    const result = watch(seen, memory);
    sounds.push(result.alarms.length);
    memory = JSON.parse(JSON.stringify(result.memory));
    assertEquals(memory, result.memory);
  }
  assertEquals(sounds, [1, 0, 0, 1]);
});
