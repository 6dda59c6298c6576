import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { packByTokens } from "./pack.ts";

Deno.test("packByTokens() keeps every sequence once, in order, and no group above the budget unless it is one alone", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 60 }), (lengths, budget) => {
      const groups = packByTokens(lengths, budget);
      assertEquals(groups.flat(), lengths.map((_, i) => i));
      const tokens = groups.map((group) => group.reduce((sum, i) => sum + lengths[i]!, 0));
      for (const [g, group] of groups.entries()) {
        assert(group.length > 0 && (group.length === 1 || tokens[g]! <= budget));
        // Not too many groups either: the first of the next had no room.
        if (g > 0) assert(tokens[g - 1]! + lengths[group[0]!]! > budget);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("packByTokens() refuses what is no number of tokens", () => {
  for (const budget of [0, -1, 1.5, NaN]) assertThrows(() => packByTokens([1], budget), RangeError, "1 token or more");
  for (const length of [-1, 0.5, NaN]) assertThrows(() => packByTokens([1, length], 9), RangeError, `${length} at 1`);
});
