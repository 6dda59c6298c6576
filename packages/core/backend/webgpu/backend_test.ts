import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openDevice } from "../../device/open.ts";
import type { Device } from "../../device/device.ts";
import { mul } from "../../kernels/elementwise/arithmetic.ts";
import { DeviceLostError } from "../errors.ts";
import { defineKernel } from "../kernel.ts";
import { sizeClass } from "./buffers.ts";
import { WebGpuBackend } from "./backend.ts";

const adapter = await navigator.gpu?.requestAdapter();

/** A test that needs an adapter and opens a device of its own. */
function gpuTest(name: string, fn: (device: Device) => Promise<void>): void {
  Deno.test({
    name: adapter ? name : `${name} (skipped: no adapter)`,
    ignore: !adapter,
    async fn() {
      using device = await openDevice({ device: "webgpu" });
      await fn(device);
    },
  });
}

const spec = {
  buffers: { out: "write f32" },
  params: { n: "u32" },
  workgroupSize: [1],
  workgroups: ({ n }: { n: number }): [number] => [n],
  cpu: [],
} as const;

gpuTest("a shader that does not compile is an error with the kernel's name", async (device) => {
  const broken = defineKernel({ ...spec, name: "broken_on_purpose", main: "out[0] = nonsense;" });
  const x = device.zeros([1]);
  device.run(broken, { out: x }, { n: 1 });
  await assertRejects(() => x.data(), Error, "WebGPU refuses kernel broken_on_purpose");
});

gpuTest("too many workgroups are refused with the kernel's name", async (device) => {
  const kernel = defineKernel({ ...spec, name: "wide", main: "out[0] = 1.0;" });
  assertThrows(
    () => device.run(kernel, { out: device.zeros([1]) }, { n: 70_000 }),
    RangeError,
    "kernel wide with [70000, 1, 1] workgroups",
  );
  await device.sync();
});

gpuTest("more kernels than one pass holds run in order", async (device) => {
  using x = device.full([3], 1);
  let y = mul(x, 1);
  for (let i = 0; i < 600; i++) {
    const next = mul(y, i % 2 ? 0.5 : 2);
    y.dispose();
    y = next;
  }
  assertEquals(await y.data(), Float32Array.of(1, 1, 1));
  y.dispose();
});

gpuTest("the same requests get the same buffers again", async (device) => {
  const step = async () => {
    using _scope = device.scope();
    await mul(mul(device.tensor([1, 2]), 3), device.full([2], 2)).data();
  };
  await step();
  const { reservedBytes } = device.stats();
  for (let i = 0; i < 20; i++) await step();
  assertEquals([device.stats().reservedBytes, device.stats().blocks], [reservedBytes, 0]);
});

gpuTest("a lost device is a DeviceLostError for reads under way and for all after", async (device) => {
  const x = device.full([4], 1);
  device.dispose();
  assertThrows(() => mul(x, 2), DeviceLostError, "open another");
  await assertRejects(() => x.data(), DeviceLostError);
});

Deno.test({
  name: `a device that the driver takes away is a DeviceLostError${adapter ? "" : " (skipped: no adapter)"}`,
  ignore: !adapter,
  async fn() {
    const raw = await adapter!.requestDevice();
    const backend = new WebGpuBackend(raw, { name: "test", f16: false, subgroups: false, software: true });
    const block = backend.allocate(256);
    raw.destroy();
    await raw.lost;
    await assertRejects(() => backend.read([{ block, bytes: 4 }]), DeviceLostError, "it is lost");
    assertThrows(() => backend.allocate(4), DeviceLostError);
  },
});

gpuTest("the device says what it has", (device) => {
  assertEquals([device.limits.threads, typeof device.limits.f16, typeof device.limits.subgroups], [
    0,
    "boolean",
    "boolean",
  ]);
  assert(device.limits.maxTensorBytes >= 2 ** 27);
  return Promise.resolve();
});

Deno.test("sizeClass() is never too small and wastes less than an eighth above 2 KiB", () => {
  for (let bytes = 1; bytes < 1e9; bytes = Math.ceil(bytes * 1.037)) {
    const size = sizeClass(bytes);
    assert(size >= bytes && size % 256 === 0 && (bytes < 2048 || size < bytes * 1.126), `${bytes} → ${size}`);
  }
});
