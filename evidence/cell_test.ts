import { assertEquals } from "@std/assert";
import { type Cell, isDone, pathOf, readText, writeResult } from "./cell.ts";

const cell: Cell = { seed: 100, noise: 0.2, labels: "pairs", arm: "ppo" };

Deno.test("a cell's file is written whole, and then the cell is done", async () => {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  try {
    assertEquals(await isDone(cell, folder), false);
    await writeResult(cell, { golds: [1 / 3, 2], kl: 1 / 3, seconds: 12.3 }, folder);
    assertEquals(await isDone(cell, folder), true);
    const file = new URL(pathOf(cell), folder);
    assertEquals(file.pathname.slice(folder.pathname.length), "seed-100/noise-0.2/pairs/ppo.json");
    assertEquals(JSON.parse(await Deno.readTextFile(file)), {
      ...{ ...cell, golds: [0.3333, 2], kl: 0.333333, seconds: 12.3 },
    });
    assertEquals([...Deno.readDirSync(new URL(".", file))].length, 1, "nothing half-written is left");
    const before = await readText(cell, folder);
    await writeResult(cell, { golds: [1 / 3, 2], kl: 1 / 3, seconds: 45.6 }, folder);
    assertEquals(await readText(cell, folder), before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
