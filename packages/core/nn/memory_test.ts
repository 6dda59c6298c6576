import { assert, assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { adamw } from "../optim/adamw.ts";
import { tokenBatch } from "./batch.ts";
import type { ModelConfig } from "./config.ts";
import { checkFits } from "./fits.ts";
import { forward } from "./forward.ts";
import { tokenLogProb } from "./head.ts";
import { initParams } from "./init.ts";
import { predictMemory } from "./memory.ts";

const small: ModelConfig = {
  ...{ family: "qwen2", layers: 3, width: 96, heads: 6, kvHeads: 2, headDim: 16, hidden: 200, vocabulary: 999 },
  ...{ positions: 512, norm: "rms", normEps: 1e-6, activation: "swiglu", tied: false, headNorm: true },
  bias: { qkv: true, output: false, mlp: false },
  rope: { frequencies: [1, 0.5, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001], attentionFactor: 1 },
  ...{ windows: [undefined, 32, undefined], tokens: { eos: [0] } },
};

/** A trainer's step, written as a trainer would: two sequences, the last 150 tokens of each are targets. */
function trainStep(device: Device, recompute: boolean): void {
  using _scope = device.scope();
  const params = initParams(device, small, 3);
  const optimizer = adamw();
  const state = optimizer.init(params);
  for (let step = 0; step < 2; step++) {
    using _step = device.scope();
    const sequences = [0, 1].map((s) => Uint32Array.from({ length: 200 }, (_, i) => (7 * i + s) % 999));
    const batch = tokenBatch(device, small, sequences);
    const rows = device.tensor(Uint32Array.from({ length: 300 }, (_, i) => i < 150 ? i + 49 : i + 99));
    const targets = device.tensor(new Uint32Array(300).fill(5));
    const { grads } = valueAndGrad((p: typeof params) => {
      const hidden = forward(p, small, batch, { recompute, wanted: rows });
      return mul(mean(tokenLogProb(p, hidden, targets).logProb), -1);
    }, params);
    optimizer.update(params, grads, state, { learningRate: 1e-3 });
  }
}

for (const recompute of [false, true]) {
  Deno.test(`predictMemory() is within 15 % of a real trainer's step, recompute ${recompute}`, async () => {
    using device = await openDevice({ device: "cpu", threads: 1 });
    trainStep(device, recompute);
    const real = device.stats();
    const { peak, reserved } = predictMemory(small, { mode: "sft", tokens: 400, recompute });
    assert(Math.abs(peak / real.peakBytes - 1) < 0.15, `${peak} predicted, ${real.peakBytes} measured`);
    assert(reserved <= real.reservedBytes && reserved > 0.8 * real.reservedBytes, `${reserved}, ${real.reservedBytes}`);
  });
}

Deno.test("predictMemory() adds up, and an adapter leaves the trunk without gradients", () => {
  for (const mode of ["sft", "lora", "generate"] as const) {
    const { peak, reserved, ...parts } = predictMemory(small, { mode, tokens: 256, recompute: true, rank: 4 });
    assertEquals(Object.values(parts).reduce((a, b) => a + b, 0), peak);
    assert(reserved >= peak);
    assertEquals(parts.optimizer, 2 * parts.gradients);
    assertEquals(parts.gradients, mode === "sft" ? parts.weights : parts.adapter);
    assertEquals(parts.cache > 0, mode === "generate");
  }
});

Deno.test("predictMemory() grows with tokens, sequences and rank, and its activations do not with layers", () => {
  const peak = (settings: object, config = small) =>
    predictMemory(config, { mode: "lora", tokens: 256, recompute: true, ...settings }).peak;
  assert(peak({ tokens: 512 }) > peak({}));
  assert(peak({ rank: 32 }) > peak({ rank: 4 }));
  assert(peak({ mode: "generate", sequences: 8 }) > peak({ mode: "generate" }));
  const deep = { ...small, layers: 12, windows: Array(12).fill(undefined) };
  const activations = (config: ModelConfig) => predictMemory(config, { mode: "generate", tokens: 256 }).activations;
  assertEquals(activations(deep), activations({ ...deep, layers: 3, windows: Array(3).fill(undefined) }));
});

Deno.test("predictMemory() imitates WebGPU's buffers, and learned positions cut a batch into sequences", () => {
  const cpu = predictMemory(small, { mode: "sft", tokens: 256 });
  const gpu = predictMemory(small, { mode: "sft", tokens: 256, kind: "webgpu" });
  assert(gpu.weights >= cpu.weights && gpu.weights < 1.15 * cpu.weights);
  predictMemory({ ...small, rope: undefined, positions: 100 }, { mode: "sft", tokens: 256 });
  assertThrows(() => predictMemory(small, { mode: "sft", tokens: 0 }), RangeError, "tokens of a memory prediction");
});

Deno.test("checkFits() names the setting that would fit, the one that changes least first", () => {
  const need = (settings: object) => predictMemory(small, { mode: "sft", tokens: 512, ...settings }).reserved;
  const refusal = (settings: object, room: number) =>
    assertThrows(() => checkFits(small, { mode: "sft", tokens: 512, ...settings }, room), RangeError).message;
  assertEquals(checkFits(small, { mode: "sft", tokens: 512 }, 4e9).reserved, need({}));
  const again = need({ recompute: true });
  assert(refusal({}, again).includes(": recompute would need"), refusal({}, again));
  const fewer = need({ recompute: true, tokens: 256 });
  assert(refusal({ recompute: true }, fewer).includes(": 256 tokens a batch would need"));
  const lora = need({ recompute: true, mode: "lora", tokens: 64 });
  assert(refusal({ tokens: 64 }, lora).includes(": recompute and LoRA would need"), refusal({ tokens: 64 }, lora));
  const plain = need({ mode: "generate", pack: false });
  assert(refusal({ mode: "generate" }, plain).includes(": pack: false would need"));
  const eight = need({ mode: "generate", pack: false, sequences: 8 });
  assert(
    refusal({ mode: "generate", pack: false, sequences: 64 }, eight).includes(": 8 sequences at a time would need"),
  );
  assert(refusal({}, 1e5).includes("take a smaller model, or free some memory"));
  assert(refusal({ kind: "webgpu" }, 1e5).includes("a device with more memory"));
});

Deno.test("checkFits() knows that a CPU device holds 4 GiB, however much the machine has", () => {
  const huge = { ...small, width: 4096, heads: 256, kvHeads: 256, hidden: 20000, vocabulary: 200000 };
  assertThrows(
    () => checkFits(huge, { mode: "generate", tokens: 64 }, 1e12),
    RangeError,
    "one WebAssembly memory of 4 GiB",
  );
  checkFits(huge, { mode: "generate", tokens: 64, kind: "webgpu" }, 1e12);
});
