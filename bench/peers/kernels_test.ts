import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { agree } from "./check.ts";
import { row, table } from "./table.ts";
import { alternate, median } from "./timing.ts";

Deno.test("alternate() runs programs in turn, every second round backwards, and leaves the warm-up out", async () => {
  let clock = 0;
  const order: string[] = [];
  const program = (name: string, times: number[]) => () => {
    order.push(name);
    clock += times.shift()!;
  };
  const runs = [program("a", [1000, 3, 1, 2]), program("b", [1000, 30, 900, 20])];
  const effort = { warmUp: 1, rounds: [3, 9], budget: 0 } as const;
  assertEquals(await alternate(runs, effort, () => clock), [2, 30]);
  assertEquals(order.join(""), "ab" + "ab" + "ba" + "ab");
});

Deno.test("alternate() starts no round after its budget, and no more than the most", async () => {
  let clock = 0;
  let runs = 0;
  const tick = () => {
    runs++;
    clock += 10;
  };
  await alternate([tick], { warmUp: 0, rounds: [1, 100], budget: 35 }, () => clock);
  assertEquals(runs, 4);
  await alternate([tick], { warmUp: 0, rounds: [1, 2], budget: 1000 }, () => clock);
  assertEquals(runs, 6);
  await assertRejects(() =>
    alternate([() => Promise.reject(new Error("broken"))], { warmUp: 1, rounds: [1, 1], budget: 0 })
  );
});

Deno.test("median() of odd, even and no values", () => {
  assertEquals([median([9, 1, 5]), median([4, 1, 10, 2])], [5, 3]);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("row() is above 1 where ours is faster, in rates and in times", () => {
  const facts = { name: "x", device: "cpu", shape: "1" };
  assertEquals(row({ ...facts, ours: 90, peer: 30, unit: "GFLOP/s" }).ratio, 3);
  assertEquals(row({ ...facts, ours: 10, peer: 30, unit: "ms" }).ratio, 3);
  assertEquals(row({ ...facts, ours: 1234.56, peer: null, unit: "ms" }), {
    ...{ ...facts, ours: 1235, peer: null, unit: "ms", ratio: null },
  });
});

Deno.test("table() aligns its columns and leaves out what is not there", () => {
  const facts = { device: "cpu", shape: "2×2", unit: "ms" } as const;
  const rows = [
    row({ ...facts, name: "long name", ours: 1, peer: 2.5, ofOneThread: 1.9 }),
    row({ ...facts, name: "x", ours: 10, peer: null }),
  ];
  const lines = table(rows).split("\n");
  assertEquals(new Set(lines.map((line) => line.length)).size, 1);
  assertEquals(
    lines[2],
    "| long name | cpu    | 2×2   |    1 |  2.5 | ms   |   2.5 |                 |           1.9 |",
  );
  assertEquals(
    lines[3],
    "| x         | cpu    | 2×2   |   10 |      | ms   |       |                 |               |",
  );
});

Deno.test("agree() refuses to go on when results differ", () => {
  agree("x", [1, 100], [1.0005, 100], 1e-5);
  assertThrows(
    () => agree("x", [1, 100], [1.01, 100], 1e-5),
    Error,
    "Refusing to time x: element 0 is 1 in ours and 1.01",
  );
  assertThrows(() => agree("x", [NaN], [1], 1), Error, "element 0 is NaN");
  assertThrows(() => agree("x", [1], [NaN], 1), Error, "element 0");
  assertThrows(() => agree("x", [1], [1, 2], 1), Error, "ours has 1 elements, the peer's has 2");
});
