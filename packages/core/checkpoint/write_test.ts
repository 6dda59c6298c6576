import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { eachDevice, Random } from "../testing/mod.ts";
import { openDevice } from "../device/open.ts";
import { openSafetensors } from "./header.ts";
import { pieceBytes, readTensor } from "./read.ts";
import { transpose } from "./transpose.ts";
import { writeSafetensors } from "./write.ts";

await eachDevice(Deno.test, "writeSafetensors() writes what readTensor() reads, of each dtype", async (device) => {
  const x = device.tensor(new Random(1).normals(12), [4, 3]);
  const [ids, counts] = [device.tensor(Int32Array.of(-1, 7)), device.tensor(Uint32Array.of(2 ** 32 - 1))];
  const tensors = [
    { name: "x", parts: [x] },
    { name: "twice", parts: [x, x] },
    {
      name: "turned",
      parts: [x, x],
      arranged: { shape: [3, 8], from: (parts: readonly Float32Array[]) => transpose(parts, 3) },
    },
    { name: "ids", parts: [ids] },
    { name: "counts", parts: [counts] },
    { name: "scalar", parts: [device.tensor([2.5], [])] },
    { name: "nothing", parts: [device.zeros([0, 7])] },
  ];
  const stream = writeSafetensors(tensors, { metadata: { note: "“quoted”" } });
  const file = await openSafetensors(await new Response(stream).blob());
  assertEquals(file.metadata, { note: "“quoted”" });
  assertEquals([...file.tensors.values()].map(({ start }) => start % 4), tensors.map(() => 0));
  const names = ["x", "twice", "turned", "ids", "counts", "scalar", "nothing"];
  const again = await Promise.all(names.map((name) => readTensor(device, file, name)));
  assertEquals(again.map(({ shape }) => shape), [[4, 3], [8, 3], [3, 8], [2], [1], [], [0, 7]]);
  const [xs, twice, turned, ...rest] = await device.read(again);
  assertEquals(xs, await x.data());
  assertEquals([...twice!], [...xs!, ...xs!]);
  assertEquals(
    [0, 1, 2].map((i) => turned!.subarray(i * 8, i * 8 + 2)),
    [0, 1, 2].map((i) => xs!.filter((_, j) => j === i || j === i + 3)) as typeof xs[],
  );
  assertEquals(rest.map((a) => [...a]), [[-1, 7], [2 ** 32 - 1], [2.5], []]);
});

Deno.test("a tensor larger than a piece is written and read in pieces", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using x = device.tensor(Float32Array.from({ length: pieceBytes / 4 * 2 + 5 }, (_, i) => i));
  const stream = writeSafetensors([{ name: "x", parts: [x] }]);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert(chunks.every(({ length }) => length <= pieceBytes));
  const blob = new Blob(chunks);
  const asked: number[] = [];
  const slice = (start: number, end: number) => {
    asked.push(end - start);
    return blob.slice(start, end);
  };
  using again = await readTensor(device, await openSafetensors({ size: blob.size, slice }), "x");
  assertEquals(Math.max(...asked), pieceBytes);
  assertEquals(asked.reduce((a, b) => a + b), blob.size); // every byte once
  assertEquals(await again.data(), await x.data());
});

Deno.test("writeSafetensors() reads small tensors together, but no more than a piece at a time", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const lengths = [3, 4, 5, pieceBytes / 4 - 1, pieceBytes / 4 - 1, 6];
  const tensors = lengths.map((length, i) => ({ name: `${i}`, parts: [device.zeros([length])] }));
  const read = device.readRanges.bind(device);
  const waits: number[] = [];
  device.readRanges = (ranges) => {
    waits.push(ranges.length);
    return read(ranges);
  };
  await new Response(writeSafetensors(tensors)).blob();
  assertEquals(waits, [3, 1, 1, 1]);
});

Deno.test("writeSafetensors() puts wide elements first, so that all are aligned", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const [x, ids] = [device.zeros([3]), device.zeros([1], "i32")];
  const stream = writeSafetensors([{ name: "a", parts: [x] }, { name: "b", parts: [ids] }], { dtype: "f16" });
  const { tensors } = await openSafetensors(await new Response(stream).blob());
  assertEquals([...tensors.keys()], ["b", "a"]);
});

Deno.test("a source that ends early is refused, and what was made for it is freed", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using x = device.tensor([1, 2, 3, 4]);
  const blob = await new Response(writeSafetensors([{ name: "x", parts: [x] }])).blob();
  const cut = blob.slice(0, blob.size - 4);
  const file = await openSafetensors(
    { size: blob.size, slice: (start, end) => cut.slice(start, end) },
    "m.safetensors",
  );
  await assertRejects(() => readTensor(device, file, "x"), RangeError, "Cannot read m.safetensors: expected 16 bytes");
  await assertRejects(() => readTensor(device, file, "y"), RangeError, 'Cannot find tensor "y" in m.safetensors');
  assertEquals(device.stats().blocks, 1);
});

Deno.test("readTensor() refuses a dtype that no device holds", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const header = new TextEncoder().encode('{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}');
  const file = await openSafetensors(
    new Blob([BigUint64Array.of(BigInt(header.length), 0n).slice(0, 1), header, new Uint8Array(8)]),
  );
  await assertRejects(
    () => readTensor(device, file, "x"),
    TypeError,
    "it is I64, and only F32, F16, BF16, I32, U32 are read",
  );
});

Deno.test("writeSafetensors() refuses names that come twice and parts that do not fit", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using scope = device.scope();
  const [x, y] = [device.zeros([2, 3]), device.zeros([2, 4])];
  const write = (...tensors: Parameters<typeof writeSafetensors>[0]) => () => writeSafetensors(tensors);
  assertThrows(write({ name: "x", parts: [x] }, { name: "x", parts: [y] }), RangeError, 'two tensors called "x"');
  assertThrows(write({ name: "x", parts: [x, y] }), RangeError, "shapes [2,3], [2,4]");
  const large = writeSafetensors([{ name: "x", parts: [scope.keep(device.full([1], 7e4))] }], { dtype: "f16" });
  await assertRejects(() => new Response(large).blob(), RangeError, "Cannot write 70000 as f16");
});
