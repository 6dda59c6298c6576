import { assert, assertEquals } from "@std/assert";
import { arms, tuningArms } from "./arms.ts";
import { pathOf } from "./cell.ts";
import { grid, measuresVariance, reportedGrid, tuningGrid } from "./grid.ts";

Deno.test("the grid has every cell once, of arms that exist", () => {
  const paths = grid.map(pathOf);
  assertEquals(new Set(paths).size, paths.length);
  for (const { arm } of grid) assert(arm in arms, arm);
});

Deno.test("no seed that found settings is reported", () => {
  const tuned = new Set(tuningGrid.map(({ seed }) => seed));
  assertEquals([...tuned], [0, 1, 2]);
  assert(reportedGrid.every(({ seed, arm }) => seed >= 100 && !(arm in tuningArms)));
});

Deno.test("each arm has the same number of settings to find", () => {
  const names = Object.keys(tuningArms).map((name) => name.split(",")[0]!);
  for (const arm of ["ppo", "contrastive", "rloo", "dpo"]) {
    assertEquals(names.filter((name) => name === arm).length, 8, arm);
  }
});

Deno.test("the main grid has ten seeds at noise 0.2, and five at 0 and 0.4 where nothing is planted", () => {
  for (const labels of ["pairs", "family", "prompt", "memorised"]) {
    const others = labels === "memorised" ? 0 : 5;
    for (const arm of ["start", "ppo", "contrastive", "rloo"]) {
      const seeds = (noise: number) =>
        reportedGrid.filter((cell) => cell.labels === labels && cell.arm === arm && cell.noise === noise).length;
      assertEquals([seeds(0), seeds(0.2), seeds(0.4)], [others, 10, others]);
    }
  }
  assertEquals(grid.filter(measuresVariance).length, 4 * 5 * 2);
});
