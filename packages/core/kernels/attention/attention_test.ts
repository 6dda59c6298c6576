import { assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../../autograd/grad.ts";
import { openDevice } from "../../device/open.ts";
import type { Device } from "../../device/device.ts";
import { checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/reduce.ts";
import { attention, type AttentionOptions } from "./attention.ts";
import { attentionReference } from "./reference.ts";
import { type SegmentRange, segments, segmentTable } from "./segments.ts";

/** Segments with gaps between them; some have more keys than queries, some fewer, some none. */
function drawRanges(random: Random, longest: number): SegmentRange[] {
  let [q, k] = [0, 0];
  return Array.from({ length: random.int(1, 4) }, () => {
    const qLength = random.pick([0, 1, random.length(longest), random.length(longest)]);
    const kLength = random.pick([qLength, qLength, qLength + random.length(longest), Math.max(0, qLength - 1), 0]);
    const range = { qStart: q + random.pick([0, 0, 1, 3]), qLength, kStart: k + random.pick([0, 0, 2]), kLength };
    [q, k] = [range.qStart + qLength, range.kStart + kLength];
    return range;
  });
}

const ends = (ranges: readonly SegmentRange[]) => ({
  rows: Math.max(...ranges.map(({ qStart, qLength }) => qStart + qLength)),
  keys: Math.max(...ranges.map(({ kStart, kLength }) => kStart + kLength)),
});

await eachDevice(
  Deno.test,
  "attention() and its gradients equal the float64 reference on ragged segments",
  async (device) => {
    for (const [count, longest, widths] of [[190, 9, [1, 2, 3, 4, 5, 7, 8, 12, 13]], [12, 33, [6, 17, 33]]] as const) {
      await checkOperation(device, (random) => {
        const ranges = drawRanges(random, longest);
        const kvHeads = random.pick([1, 2, 3]);
        const [heads, d] = [kvHeads * random.pick([1, 1, 2, 3]), random.pick(widths)];
        const window = random.pick([Infinity, Infinity, 1, 3, 8]);
        const scale = random.pick([undefined, undefined, 0.7]);
        const { rows, keys } = ends(ranges);
        const [q, k] = [[rows + random.int(0, 2), heads * d], [keys + random.int(0, 2), kvHeads * d]] as const;
        const input = (shape: readonly number[]) => ({ shape, data: random.normals(shape[0]! * shape[1]!) });
        return {
          label: `${
            ranges.map((r) => Object.values(r).join("/"))
          }, ${heads}/${kvHeads} heads of ${d}, window ${window}`,
          inputs: [input(q), input(k), input(k)],
          run: ([q, k, v]) => attention(q!, k!, v!, segmentTable(device, ranges), { heads, kvHeads, window, scale }),
          reference: (xs) =>
            attentionReference(xs, ranges, { heads, kvHeads, d, window, scale: scale ?? 1 / Math.sqrt(d) }),
          terms: d * Math.max(1, keys),
        };
      }, { count, seed: longest, budget: 30_000 });
    }
  },
);

await eachDevice(
  Deno.test,
  "attention() equals the reference past the kernels' blocks and at the widest head",
  async (device) => {
    const shapes = [
      [[20, 140], 2, 1, 8],
      [[260], 1, 1, 3],
      [[135], 1, 1, 40],
      [[20], 1, 1, 256],
      [[19], 2, 1, 100],
    ] as const;
    let i = 0;
    await checkOperation(device, (random) => {
      const [lengths, heads, kvHeads, d] = shapes[i % shapes.length]!;
      const window = i++ < shapes.length ? Infinity : 18;
      const rows = lengths.reduce((a, b) => a + b, 0);
      const input = (cols: number) => ({ shape: [rows, cols], data: random.normals(rows * cols) });
      return {
        label: `${lengths}, ${heads}/${kvHeads} heads of ${d}, window ${window}`,
        inputs: [input(heads * d), input(kvHeads * d), input(kvHeads * d)],
        run: ([q, k, v]) => attention(q!, k!, v!, segments(device, lengths), { heads, kvHeads, window }),
        reference: (xs) =>
          attentionReference(xs, segments(device, lengths).ranges, {
            heads,
            kvHeads,
            d,
            window,
            scale: 1 / Math.sqrt(d),
          }),
        terms: d * Math.max(...lengths),
      };
    }, { count: 8, seed: 3, budget: 0 });
  },
);

/** Output and gradients of a batch. */
async function run(
  device: Device,
  [q, k, v, weights]: readonly Float32Array[],
  ranges: readonly SegmentRange[],
  options: AttentionOptions,
): Promise<Float32Array[]> {
  using _scope = device.scope();
  const { rows, keys } = ends(ranges);
  const p = {
    q: device.tensor(q!, [rows, q!.length / rows]),
    k: device.tensor(k!, [keys, k!.length / keys]),
    v: device.tensor(v!, [keys, v!.length / keys]),
  };
  const { grads, aux } = valueAndGrad(({ q, k, v }) => {
    const y = attention(q, k, v, segmentTable(device, ranges), options);
    return [sum(mul(y, device.tensor(weights!, y.shape))), { y }] as const;
  }, p);
  return await device.read([aux.y, grads.q, grads.k, grads.v]);
}

const packed = (lengths: readonly number[]): SegmentRange[] => {
  let at = 0;
  return lengths.map((n) => ({ qStart: at, qLength: n, kStart: at, kLength: n, ...(at += n, {}) }));
};

await eachDevice(Deno.test, "attention() gives a segment the same bits in any batch", async (device) => {
  const [heads, kvHeads, d] = [4, 2, 12];
  const random = new Random(7);
  for (const window of [Infinity, 20]) {
    const lengths = [37, 1, 150, 16];
    const rows = lengths.reduce((a, b) => a + b);
    const arrays = [heads, kvHeads, kvHeads, heads].map((h) => random.normals(rows * h * d));
    const all = await run(device, arrays, packed(lengths), { heads, kvHeads, window });
    for (const { qStart, qLength } of packed(lengths)) {
      const cut = (x: Float32Array) => x.slice(qStart * x.length / rows, (qStart + qLength) * x.length / rows);
      assertEquals(await run(device, arrays.map(cut), packed([qLength]), { heads, kvHeads, window }), all.map(cut));
    }
  }
});

await eachDevice(Deno.test, "attention() decodes one row with the bits of the full pass", async (device) => {
  const random = new Random(8);
  const [n, gap] = [170, 5];
  const shapes = [
    [6, 3, 20, Infinity],
    [2, 2, 7, 30],
    [3, 1, 35, 40],
    [4, 1, 3, 200],
    [4, 4, 5, 150],
    [8, 2, 5, 9],
  ] as const;
  for (const [heads, kvHeads, d, window] of shapes) {
    const options = { heads, kvHeads, window };
    const input = (x: Float32Array, cols: number) => device.tensor(x, [x.length / cols, cols]);
    const q = random.normals(n * heads * d);
    const [k, v] = [random.normals((n + gap) * kvHeads * d), random.normals((n + gap) * kvHeads * d)];
    const early = (x: Float32Array) => input(x.slice(gap * kvHeads * d), kvHeads * d); // the same keys, elsewhere
    const full = attention(input(q, heads * d), early(k), early(v), segments(device, [n]), options);
    const [K, V] = [input(k, kvHeads * d), input(v, kvHeads * d)];
    const rows = [0, 1, 5, 6, 31, 127, 128, 131, 132, 169];
    const single = rows.map((row) => {
      const one = input(q.slice(row * heads * d, (row + 1) * heads * d), heads * d);
      const table = segmentTable(device, [{ qStart: 0, qLength: 1, kStart: gap, kLength: row + 1 }]);
      return attention(one, K, V, table, options);
    });
    // Many in one batch, then four: the CPU takes all heads of a row together, or some. Up to three queries a sequence.
    const each = heads === kvHeads ? 3 : 1;
    const last = rows.filter((row) => row >= each - 1);
    const asked = last.flatMap((row) => Array.from({ length: each }, (_, i) => row - each + 1 + i));
    const queries = (x: Float32Array, row: number) => x.slice(row * heads * d, (row + 1) * heads * d);
    const batches = [last.length, 4].map((count) => {
      const some = asked.slice(0, each * count);
      const ranges = last.slice(0, count).map((row, i) => {
        return { qStart: each * i, qLength: each, kStart: gap, kLength: row + 1 };
      });
      const batch = input(Float32Array.from(some.flatMap((row) => [...queries(q, row)])), heads * d);
      return attention(batch, K, V, segmentTable(device, ranges), options);
    });
    const [all, many, few, ...some] = await device.read([full, ...batches, ...single]);
    rows.forEach((row, i) => assertEquals(some[i], queries(all!, row), `row ${row}`));
    for (const found of [many!, few!]) {
      const answers = asked.slice(0, found.length / (heads * d));
      answers.forEach((row, i) => assertEquals(queries(found, i), queries(all!, row), `row ${row} of a batch`));
    }
  }
});

Deno.test("attention() gives the same bits with 1 and 2 threads, and from run to run", async () => {
  const random = new Random(9);
  const lengths = [70, 3, 140, 0, 64];
  const arrays = [4, 2, 2, 4].map((h) => random.normals(277 * h * 16));
  const runs: Float32Array[][] = [];
  for (const threads of [1, 2, 2]) {
    using device = await openDevice({ device: "cpu", threads, poison: true });
    for (const _ of [1, 2]) runs.push(await run(device, arrays, packed(lengths), { heads: 4, kvHeads: 2 }));
  }
  for (const one of runs) assertEquals(one, runs[0]);
});

await eachDevice(Deno.test, "attention() is exact for large scores and for nothing to see", async (device) => {
  const q = device.tensor([100, 100, 100], [3, 1]);
  const k = device.tensor([-50, 0, 50], [3, 1]);
  const v = device.tensor([1, 2, 3], [3, 1]);
  const y = attention(q, k, v, segments(device, [3]), { heads: 1 });
  const none = attention(q, k, v, segments(device, []), { heads: 1 });
  const empty = attention(device.zeros([0, 2]), device.zeros([0, 2]), device.zeros([0, 2]), segments(device, [0]), {
    heads: 2,
  });
  assertEquals(await y.data(), Float32Array.of(1, 2, 3));
  assertEquals(await none.data(), new Float32Array(3));
  assertEquals(empty.shape, [0, 2]);
});

await eachDevice(
  Deno.test,
  "attention() takes segments that are disposed of before the backward pass",
  async (device) => {
    const { grads } = valueAndGrad((x) => {
      using one = segments(device, [2]);
      return sum(attention(x, x, x, one, { heads: 1 }));
    }, device.tensor([0, 0], [2, 1]));
    assertEquals(await grads.data(), Float32Array.of(1.5, 0.5));
  },
);

await eachDevice(Deno.test, "attention() names shapes and the remedy", (device) => {
  const [q, k] = [device.zeros([4, 6]), device.zeros([5, 2])];
  const four = segments(device, [4]);
  const message = (f: () => unknown, text: string) => assertThrows(f, RangeError, text);
  message(
    () => attention(q, k, k, four, { heads: 3, kvHeads: 3 }),
    "Cannot attend with q of shape [4,6], k of [5,2] and v of [5,2]: k and v must be [rows, kvHeads · headDim] = [rows, 6] for 3",
  );
  message(() => attention(q, k, k, four, { heads: 4 }), "q must be [rows, heads · headDim] with heads = 4; reshape it");
  message(
    () => attention(q, k, k, four, { heads: 3, kvHeads: 2 }),
    "kvHeads must divide heads, but heads is 3 and kvHeads 2",
  );
  message(() => attention(q, k, q, four, { heads: 3, kvHeads: 1 }), "k and v must be");
  message(
    () => attention(q, k, k, segments(device, [5]), { heads: 3, kvHeads: 1 }),
    "the segments need 5 rows of q and 5 of k",
  );
  message(
    () => attention(q, k, k, four, { heads: 3, kvHeads: 1, window: 0 }),
    "window must be an integer of 1 or more, but is 0",
  );
  const wide = device.zeros([1, 257]);
  message(
    () => attention(wide, wide, wide, segments(device, [1]), { heads: 1 }),
    "a head of width 257 is wider than 256",
  );
  message(
    () => segments(device, [2, -1]),
    "Expected qLength of segment 1 to be an integer from 0 to 2^29 but found -1",
  );
  const twice = { qStart: 0, qLength: 2, kStart: 0, kLength: 2 };
  message(() => segmentTable(device, [twice, twice]), "Cannot attend with segments that share queries");
  const shared = segmentTable(device, [twice, { ...twice, qStart: 2 }]);
  const x = device.zeros([4, 2]);
  assertEquals(attention(x, x, x, shared, { heads: 1 }).shape, [4, 2]);
  message(() => valueAndGrad((x) => sum(attention(x, x, x, shared, { heads: 1 })), x), "segments that share keys");
  assertThrows(
    () => attention(device.zeros([4, 6], "i32"), k, k, four, { heads: 3, kvHeads: 1 }),
    TypeError,
    "needs f32",
  );
});
