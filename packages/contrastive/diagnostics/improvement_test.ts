import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { improvement } from "./improvement.ts";

Deno.test("improvement() counts each prompt once, and takes prompts for independent, not responses", () => {
  const one = { promptId: "a", raw: 5, baseline: 1 };
  const episodes = [one, { promptId: "b", raw: 1, baseline: 1 }, { promptId: "c", raw: 0, baseline: 2 }];
  const found = improvement(episodes);
  assert(found.measurable);
  assertAlmostEquals(found.share.value, 1 / 3, 1e-12); // a reward that is just the baseline is not above it
  assertAlmostEquals(found.size.value, 2 / 3, 1e-12);
  assert(found.share.low === 0 && found.share.high === 1 && found.size.low < 0 && found.size.high > 4);
  // More responses to one prompt bring no certainty about prompts.
  assertEquals(improvement([...episodes, ...new Array(20).fill(one)]), found);
});

Deno.test("improvement() of one prompt has no interval, and says so", () => {
  const found = improvement([{ promptId: "a", raw: 5, baseline: 1 }, { promptId: "a", raw: 6, baseline: 1 }]);
  assert(!found.measurable && found.why.includes("1 prompts give no interval"));
  assert(!improvement([]).measurable);
});

Deno.test("improvement() is not certain where all responses are above the baseline, or none is", () => {
  const share = (above: number, prompts: number) => {
    const found = improvement(
      Array.from({ length: prompts }, (_, i) => ({ promptId: `${i}`, raw: above, baseline: 0 })),
    );
    assert(found.measurable);
    return found.share;
  };
  const all = share(1, 60);
  assert(all.value === 1 && all.high === 1 && all.low > 0.93 && all.low < 0.95); // Wilson's interval of 60 in 60
  const none = share(-1, 60);
  assertEquals([none.value, none.low], [0, 0]);
  assertAlmostEquals(none.high, 1 - all.low, 1e-12);
  assert(share(1, 3).low < 0.5);
});
