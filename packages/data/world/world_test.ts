import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { gold, goldTie } from "./gold.ts";
import { readPrompt } from "./prompt.ts";
import { createWorld, type World } from "./world.ts";

const parts = ["train", "judge", "held-out"] as const;
const everything = (world: World) => ({
  prompts: parts.map((part) => world.prompts(20, part)),
  demonstrations: [world.demonstrations(20), world.demonstrations(20, "held-out")],
  preferences: parts.map((part) => world.preferences(20, part)),
  ratings: world.ratings(10),
});

Deno.test("createWorld() draws the same from the same seed, other things from another, and more of the same if asked", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (seed) => {
      const world = everything(createWorld({ seed }));
      assertEquals(JSON.stringify(everything(createWorld({ seed }))), JSON.stringify(world));
      assertNotEquals(everything(createWorld({ seed: (seed + 1) % 2 ** 32 })).demonstrations, world.demonstrations);
      assertEquals(createWorld({ seed }).preferences(25).slice(0, 20), world.preferences[0]);
      assertEquals(createWorld({ seed }).demonstrations(25).slice(0, 20), world.demonstrations[0]);
    }),
    { numRuns: 5 },
  );
});

Deno.test("World.prompts() of held-out combine what no other prompt does, but nothing that no other has", () => {
  const world = createWorld({ seed: 8 });
  const pairOf = (prompt: string) => {
    const it = readPrompt(prompt);
    return it.kind === "help" ? [it.item, it.problem] : [it.verb, it.person];
  };
  const heldOut = world.prompts(256, "held-out").map(({ prompt }) => pairOf(prompt));
  const training = [
    ...world.demonstrations(2000),
    ...world.preferences(1500),
    ...world.prompts(500, "judge"),
  ].map(({ prompt }) => pairOf(prompt));
  const combinations = new Set(training.map((pair) => pair.join(" ")));
  const single = new Set(training.flat());
  for (const pair of heldOut) {
    assert(!combinations.has(pair.join(" ")), `${pair}`);
    assert(pair.every((one) => single.has(one)), `${pair}`);
  }
});

Deno.test("World.prompts() are all different, also those of different parts; training prompts are the preferences' own", () => {
  const world = createWorld({ seed: 8 });
  const all = parts.flatMap((part) => world.prompts(600, part).map(({ prompt }) => prompt));
  assertEquals(new Set(all).size, 1800);
  for (const part of parts) {
    assertEquals(
      world.preferences(50, part).map(({ prompt }) => prompt),
      world.prompts(50, part).map((it) => it.prompt),
    );
  }
  assertEquals(
    world.demonstrations(9, "held-out").map((it) => it.prompt),
    world.prompts(9, "held-out").map((it) => it.prompt),
  );
});

Deno.test("World.demonstrations() reach 40 to 60 % of the attainable gold, and vary within a prompt", () => {
  const world = createWorld({ seed: 8 });
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const scores = world.demonstrations(1000).map(({ prompt, completion }) => gold(prompt, completion));
  assert(mean(scores) > 0.4 && mean(scores) < 0.6, `${mean(scores)}`);
  const gaps = world.preferences(1000).map(({ prompt, chosen, rejected }) =>
    gold(prompt, chosen) - gold(prompt, rejected)
  );
  const within = Math.sqrt(mean(gaps.map((gap) => gap * gap / 2)));
  assert(within > 0.2, `${within}`);
});

Deno.test("World.preferences() of judge and held-out are in the order of gold, without ties", () => {
  const world = createWorld({ seed: 8, noise: 0.4 });
  for (const part of ["judge", "held-out"] as const) {
    for (const { prompt, chosen, rejected } of world.preferences(300, part)) {
      assert(gold(prompt, chosen) > gold(prompt, rejected) + goldTie);
    }
  }
});

Deno.test("createWorld() refuses settings that make no sense, by name", () => {
  const bad: [object, string][] = [
    [{ seed: -1 }, "seed"],
    [{ seed: 0.5 }, "seed"],
    [{ seed: 2 ** 32 }, "seed"],
    [{ noise: 0.5 }, "noise"],
    [{ noise: NaN }, "noise"],
    [{ noiseAsymmetry: 2 }, "noiseAsymmetry"],
    [{ severitySpread: -1 }, "severitySpread"],
  ];
  for (const [settings, name] of bad) {
    assertThrows(() => createWorld(settings), RangeError, `Expected ${name} to be`, JSON.stringify(settings));
  }
  assertThrows(() => createWorld({ severity: "all" as "none" }), TypeError, 'but found "all"');
});
