import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { openDevice } from "../device/open.ts";
import { openSafetensors } from "./header.ts";
import { readTensor } from "./read.ts";

/** A file with this header in front of some bytes. */
function fileOf(header: unknown, bytes = 0): Blob {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  return new Blob([BigUint64Array.of(BigInt(text.length)), text, new Uint8Array(bytes)]);
}

const f32 = (shape: unknown, from: unknown, to: unknown) => ({ dtype: "F32", shape, data_offsets: [from, to] });

Deno.test("openSafetensors() lists tensors in the order of their places, scalars and empty ones too", async () => {
  const header = { b: f32([2, 1], 4, 12), __metadata__: { made: "here" }, a: f32([], 0, 4), c: f32([0, 3], 12, 12) };
  const { tensors, metadata } = await openSafetensors(fileOf(header, 12));
  assertEquals([...tensors.keys()], ["a", "b", "c"]);
  const { start, end, shape } = tensors.get("b")!;
  assertEquals([end - start, shape, metadata], [8, [2, 1], { made: "here" }]);
  assertEquals((await openSafetensors(fileOf({}))).tensors.size, 0);
  const odd = JSON.parse('{"__proto__":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}');
  assertEquals([...(await openSafetensors(fileOf(odd, 2))).tensors.keys()], ["__proto__"]);
});

const lies: [what: string, file: Blob, message: string][] = [
  ["a file shorter than a length", new Blob(["1234567"]), "it has 7 bytes"],
  ["a header longer than the file", new Blob([BigUint64Array.of(9n), "{}"]), "a header of 9 bytes, in a file of 10"],
  ["a header of exabytes", new Blob([BigUint64Array.of(2n ** 63n), "{}"]), "a header of 9223372036854776000 bytes"],
  ["a header that is no JSON", fileOf("{"), "no JSON"],
  ["a header that is no UTF-8", new Blob([BigUint64Array.of(1n), Uint8Array.of(0xff)]), "no JSON"],
  ["a header that is a list", fileOf("[]"), "no JSON object"],
  ["metadata that is no strings", fileOf({ __metadata__: { a: 1 } }), "no object of strings"],
  ["a tensor that is no object", fileOf({ a: null }), 'tensor "a" is described by no object'],
  ["an unknown dtype", fileOf({ a: { dtype: "toString", shape: [], data_offsets: [0, 0] } }), '"toString"'],
  ["a negative size", fileOf({ a: f32([-1], 0, 0) }), "[-1], no list of sizes"],
  ["a size beyond integers", fileOf('{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,0]}}'), "no list of sizes"],
  ["nested sizes", fileOf({ a: f32([[1]], 0, 4) }, 4), "a list, no list of sizes"],
  ["one offset", fileOf({ a: f32([1], 0, undefined) }, 4), "no pair of places"],
  [
    "bytes that differ from the shape",
    fileOf({ a: f32([3], 0, 8) }, 8),
    "takes 8 bytes where F32 of shape [3] takes 12",
  ],
  ["offsets that run backwards", fileOf({ a: f32([1], 4, 0) }, 4), "takes -4 bytes"],
  ["more elements than a number can count", fileOf({ a: f32([2 ** 52, 2 ** 52], 0, 4) }, 4), "takes 4 bytes where"],
  ["an overlap", fileOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), 'other tensors in the place of tensor "b"'],
  ["a hole", fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), 'a hole in front of tensor "b", at 8'],
  ["data that is cut off", fileOf({ a: f32([2], 0, 8) }, 7), "take 8 bytes but it holds 7"],
  ["data that nothing claims", fileOf({ a: f32([2], 0, 8) }, 9), "take 8 bytes but it holds 9"],
  [
    "a name that comes twice",
    fileOf('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{}}'),
    'has "a" twice',
  ],
];
for (const [what, file, message] of lies) {
  Deno.test(`openSafetensors() refuses ${what}`, async () => {
    const error = await assertRejects(() => openSafetensors(file, "model.safetensors"), Error, message);
    assertStringIncludes(error.message, "Cannot read model.safetensors as safetensors: ");
  });
}

Deno.test("openSafetensors() answers deep nesting and many braces in strings", async () => {
  const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  await assertRejects(() => openSafetensors(fileOf(deep)), SyntaxError, "by no object");
  await assertRejects(
    () => openSafetensors(fileOf(`{"a":{"dtype":${deep},"shape":[],"data_offsets":[0,0]}}`)),
    SyntaxError,
  );
  const name = '{"}\\'.repeat(50_000);
  assertEquals((await openSafetensors(fileOf({ [name]: f32([1], 0, 4) }, 4))).tensors.size, 1);
  const escapes = JSON.stringify({ __metadata__: { note: "\n".repeat(12e6) } });
  assertEquals((await openSafetensors(fileOf(escapes))).metadata.note!.length, 12e6);
  const long = fileOf({ w: f32(Array(1000).fill(1), 0, 8) }, 8);
  await assertRejects(() => openSafetensors(long), RangeError, "F32 of shape a list takes 4");
});

/** What a damaged file may be answered with. */
const sentence = /^Cannot (read|load|find) .+ /;

Deno.test("a damaged file reads to what its bytes say, or is refused in a sentence", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const entries = [["w", "F32", [3, 2], 24], ["h", "F16", [4], 8], ["b", "BF16", [2, 2], 8], [
    "i",
    "I32",
    [],
    4,
  ]] as const;
  const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(-1, 2 ** 53, 1e308, 2 ** 31, "F32", "U8", []));
  const damage = fc.oneof(
    { weight: 4, arbitrary: fc.record({ at: fc.nat(500), byte: fc.integer({ min: 0, max: 255 }) }) },
    { weight: 1, arbitrary: fc.record({ cut: fc.nat(500) }) },
    { weight: 1, arbitrary: fc.record({ length: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        entry: fc.nat(entries.length - 1),
        field: fc.constantFrom("dtype", "shape", "data_offsets", "more", ""),
        value: json,
      }),
    },
  );
  let read = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(damage, { minLength: 0, maxLength: 3 }),
      fc.infiniteStream(fc.nat(255)),
      async (damages, noise) => {
        let at = 0;
        const header: Record<string, unknown> = Object.fromEntries(
          entries.map(([name, dtype, shape, bytes]) => [name, { dtype, shape, data_offsets: [at, at += bytes] }]),
        );
        for (const x of damages) {
          if (!("field" in x)) continue;
          const [name] = entries[x.entry]!;
          header[name] = x.field ? { ...header[name] as object, [x.field]: x.value } : x.value;
        }
        let bytes = await fileOf(header, 0).bytes();
        bytes = Uint8Array.of(...bytes, ...noise.take(at));
        for (const x of damages) {
          if ("at" in x && x.at < bytes.length) bytes[x.at] = x.byte;
          if ("length" in x && bytes.length >= 8) new DataView(bytes.buffer).setBigUint64(0, x.length, true);
          if ("cut" in x) bytes = bytes.slice(0, x.cut);
        }
        const view = new DataView(bytes.buffer);
        const slice = (start: number, end: number) => {
          assert(0 <= start && start <= end && end <= bytes.length, "reads past the end");
          return new Blob([bytes.slice(start, end)]);
        };
        try {
          const file = await openSafetensors({ size: bytes.length, slice });
          for (const { name, start, end, dtype } of file.tensors.values()) {
            using tensor = await readTensor(device, file, name);
            const data = await tensor.data();
            const width = (end - start) / Math.max(data.length, 1);
            const expected = Array.from(data, (_, i) => {
              const at = start + i * width;
              if (dtype === "F16") return view.getFloat16(at, true);
              if (dtype === "BF16") return new Float32Array(Uint32Array.of(view.getUint16(at, true) << 16).buffer)[0]!;
              if (dtype === "F32") return view.getFloat32(at, true);
              return dtype === "I32" ? view.getInt32(at, true) : view.getUint32(at, true);
            });
            assertEquals([...data], expected);
            read++;
          }
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError)) throw error;
          assert(sentence.test(error.message), error.message);
        }
      },
    ),
    { numRuns: 1500 },
  );
  assert(read > 100, `${read} tensors were read`);
});
