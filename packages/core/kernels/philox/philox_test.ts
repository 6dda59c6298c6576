import { assertEquals } from "@std/assert";
import { openDevice } from "../../device/open.ts";
import { knownAnswers } from "../../random/known_answers.ts";
import { philox, type PhiloxCounter, type PhiloxKey, toUniform } from "../../random/philox.ts";
import { eachDevice } from "../../testing/mod.ts";
import { randomBits, uniform } from "./philox.ts";

/** The stream as the host gives it. */
function words(count: number, key: PhiloxKey, [c0, c1, c2, c3]: PhiloxCounter): number[] {
  return Array.from({ length: count }, (_, i) => philox(key, [c0, c1, c2, c3 + Math.floor(i / 4)])[i % 4]!);
}

await eachDevice(Deno.test, "randomBits() gives the published bits", async (device) => {
  for (const [key, counter, bits] of knownAnswers) {
    assertEquals([...await randomBits(device, [4], key, counter).data()], bits);
  }
});

await eachDevice(
  Deno.test,
  "randomBits() and uniform() equal the host's stream at any size and place",
  async (device) => {
    const key: PhiloxKey = [0xdeadbeef, 0x80000001];
    for (const n of [1, 2, 3, 5, 255, 256, 257, 1021]) {
      const counter: PhiloxCounter = [n, 0xffffffff, 0x9e3779b9, 0xfffffff0]; // the last word wraps
      const expected = words(n, key, counter);
      const [bits, u] = await device.read([
        randomBits(device, [n], key, counter),
        uniform(device, [n], key, counter),
      ]);
      assertEquals([...bits!], expected);
      assertEquals([...u!], expected.map(toUniform));
    }
  },
);

Deno.test("randomBits() equals the host's stream where threads share the work", async () => {
  using device = await openDevice({ device: "cpu", threads: 2 });
  const n = 40_001;
  using bits = randomBits(device, [n], [5, 6], [0, 0, 0, 0]);
  assertEquals([...await bits.data()], words(n, [5, 6], [0, 0, 0, 0]));
});

await eachDevice(Deno.test, "uniform() makes tensors of any shape", async (device) => {
  const [none, matrix] = [
    uniform(device, [0, 3], [1, 2], [0, 0, 0, 0]),
    uniform(device, [2, 3], [1, 2], [0, 0, 0, 0]),
  ];
  assertEquals([none.shape, none.dtype, (await none.data()).length, matrix.shape], [[0, 3], "f32", 0, [
    2,
    3,
  ]]);
});
