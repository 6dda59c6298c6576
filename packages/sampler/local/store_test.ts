import { forward, openDevice, OutOfMemoryError, tokenBatch } from "@tare/core";
import { eachDevice } from "@tare/core/testing";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { loudParams, tinyConfig, tinyGpt2 } from "./fakes.ts";
import { copyRows, openStore, placesOf, type Span } from "./store.ts";

const sequence = [3, 14, 15, 9, 26, 5, 3, 5, 8];

for (const config of [tinyConfig, tinyGpt2]) {
  await eachDevice(
    Deno.test,
    `a store gives the bits of the full ${config.family} pass, in pieces, other slots and copies`,
    async (device) => {
      const params = loudParams(device, config);
      const full = await forward(params, config, tokenBatch(device, config, [sequence])).data();
      using store = openStore(device, config, sequence.length, 3, 2 ** 20);
      const run = (spans: Span[]) => {
        const ids = spans.flatMap(({ from, length }) => sequence.slice(from, from + length));
        const { places, rows } = placesOf(store, spans);
        const batch = { ...places, tokens: device.tensor(Uint32Array.from(ids)) };
        return forward(params, config, batch, { cache: { store: store.cache, rows } });
      };
      const first = run([{ slot: 1, from: 0, length: 4 }]);
      run([{ slot: 2, from: 0, length: 2 }]); // another sequence, elsewhere
      const second = run([{ slot: 2, from: 2, length: 3 }, { slot: 1, from: 4, length: 2 }]);
      copyRows(store, [{ from: 1, to: 0, count: 6 }]);
      const third = run([{ slot: 1, from: 6, length: 1 }, { slot: 0, from: 6, length: 3 }]);
      const [a, b, c] = await device.read([first, second, third]);
      const { width } = config;
      assertEquals(Float32Array.of(...a, ...b.subarray(3 * width), ...c.subarray(width)), full);
      assertEquals(c.subarray(0, width), full.subarray(6 * width, 7 * width));
    },
  );
}

await eachDevice(Deno.test, "openStore() takes fewer slots than asked for, or says what is too small", (device) => {
  const slot = 2 * 2 * 4 * 12 * 10; // two tables, two blocks, 12 columns, 10 rows
  using store = openStore(device, tinyConfig, 10, 8, 3 * slot + 5);
  assertEquals(store.slots, 3);
  assertThrows(
    () => openStore(device, tinyConfig, 10, 8, slot - 1),
    RangeError,
    `of ${slot} bytes is more than cacheBytes, `,
  );
});

Deno.test("openStore() leaves nothing on a device that has no memory for all of it", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const room = device.empty([4 * 1000 * 12 + 500]); // for the keys and values of 1000 tokens, not for their angles
  for (let size = 2 ** 28; size >= 256; size /= 2) {
    try {
      while (true) device.empty([size]);
    } catch (error) {
      assertInstanceOf(error, OutOfMemoryError);
    }
  }
  room.dispose();
  const { blocks } = device.stats();
  assertThrows(() => openStore(device, tinyConfig, 1000, 1, 2 ** 30), OutOfMemoryError);
  assertEquals(device.stats().blocks, blocks);
});
