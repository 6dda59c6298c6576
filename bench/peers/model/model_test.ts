import { assertEquals, assertRejects } from "@std/assert";
import { add, matmul, openDevice } from "@tare/core";
import { compare, type Contestant, resultTable } from "./contest.ts";
import { trainFlops } from "./flops.ts";
import { lines, startPeer } from "./peer_process.ts";
import { kernelTable, profile } from "./profile.ts";
import { safetensors } from "./weights.ts";
import { config } from "./workload.ts";

const once = { warmUp: 0, rounds: [1, 1], budget: 0 } as const;
const silent = () => {};

Deno.test("trainFlops() counts every weight of a product for every token, and pairs of attention", () => {
  const one = { ...config, layers: 1, width: 2, heads: 1, kvHeads: 1, headDim: 2, hidden: 3, vocabulary: 5 };
  // query, key, value and output 4 × 4, MLP 12, head 10; one pair of a query and a key: 2 products of 2.
  assertEquals(trainFlops(one, 1, 1), 6 * (16 + 12 + 10 + 4));
  assertEquals(trainFlops(one, 3, 2), 6 * 3 * (2 * 38 + 3 * 4));
  assertEquals(trainFlops({ ...one, activation: "swiglu" }, 1, 1), 6 * (16 + 18 + 10 + 4));
  assertEquals(trainFlops(config, 16, 128), 6 * (2048 * 4 * 2 ** 20 + 4 * 16 * 128 * 129 / 2 * 512));
});

Deno.test("compare() leaves out who fails, and refuses to time who disagrees", async () => {
  const contestant = (name: string, value: number): Contestant => (
    { name, threads: 1, run: () => Promise.resolve([value]) }
  );
  const broken: Contestant = { name: "broken", threads: 1, run: () => Promise.reject(new Error("no compiler")) };
  const contest = { work: "sum", tokens: 10, tolerance: 1e-3 };
  const said: string[] = [];
  const contestants = [contestant("ours", 1), broken, contestant("peer", 1.0001)];
  const results = await compare({ ...contest, contestants }, once, (line) => said.push(line));
  assertEquals(results.map(({ name }) => name), ["ours", "peer"]);
  assertEquals(results[0]!.ratio, 1);
  assertEquals(said, ["sum: broken is left out: no compiler"]);
  assertEquals(new Set(resultTable(results).split("\n").map((line) => line.length)).size, 1);
  await assertRejects(
    () => compare({ ...contest, contestants: [contestant("ours", 1), contestant("wrong", 2)] }, once, silent),
    Error,
    "Refusing to time sum with wrong",
  );
  await assertRejects(() => compare({ ...contest, contestants: [broken] }, once, silent), Error, "no compiler");
});

Deno.test("lines() joins what came in pieces", async () => {
  const pieces = ["one\ntw", "o\n", "", "three\nrest"].map((text) => new TextEncoder().encode(text));
  assertEquals(await Array.fromAsync(lines(ReadableStream.from(pieces))), ["one", "two", "three"]);
});

Deno.test("startPeer() asks a process line by line, and says when it ended", async () => {
  const program = `
    for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const { x } = JSON.parse(text);
      if (x === 0) Deno.exit(0);
      console.log(JSON.stringify(x > 0 ? { double: 2 * x } : { error: "negative" }));
    }`;
  const peer = startPeer(Deno.execPath(), ["eval", program]);
  assertEquals(await peer.ask({ x: 4 }), { double: 8 });
  await assertRejects(() => peer.ask({ x: -1 }), Error, "negative");
  assertEquals(await peer.ask({ x: 5 }), { double: 10 });
  await assertRejects(() => peer.ask({ x: 0 }), Error, "ended without an answer");
  await peer.end();
});

Deno.test("profile() adds up a kernel's runs, and gives the device back as it was", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const { run } = device;
  let clock = 0;
  const times = await profile(device, () => device.tensor([1, 2]), () => clock++);
  assertEquals(times, [{ name: "between kernels", runs: 1, ms: 1 }]);
  const x = device.full([4, 4], 1);
  const found = await profile(device, () => add(matmul(x, x), matmul(x, x)), () => clock++);
  assertEquals(found.slice(0, 2).map(({ name, runs, ms }) => [name, runs, ms]), [
    ["between kernels", 1, 4],
    ["matmul_nn 4×4×4", 2, 2],
  ]);
  assertEquals(device.run, run);
});

Deno.test("kernelTable() gives the rate of products, and leaves out what takes no time", () => {
  const times = [{ name: "matmul_nn 10×20×5", runs: 3, ms: 2 }, { name: "add", runs: 1, ms: 1 }];
  const lines = kernelTable([...times, { name: "fill", runs: 1, ms: 0.01 }]).split("\n");
  assertEquals(lines.slice(2).map((line) => line.split("|").map((cell) => cell.trim()).slice(1, -1)), [
    ["matmul_nn 10×20×5", "3", "2", "0.003"],
    ["add", "1", "1", ""],
  ]);
});

Deno.test("safetensors() is a header's length, the header, and the numbers", () => {
  const [a, b] = [{ name: "a", shape: [2], data: Float32Array.of(1, 2) }, {
    ...{ name: "b.c", shape: [1, 1], data: Float32Array.of(3) },
  }];
  const file = safetensors([a, b]);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  assertEquals(length % 8, 0);
  assertEquals(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))), {
    a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    "b.c": { dtype: "F32", shape: [1, 1], data_offsets: [8, 12] },
  });
  assertEquals(new Float32Array(file.buffer.slice(8 + length)), Float32Array.of(1, 2, 3));
});
