import { assertEquals, assertThrows } from "@std/assert";
import { openDevice } from "../../device/open.ts";
import { matmul } from "../../kernels/matmul/matmul.ts";
import { defineKernel, type Kernel } from "../kernel.ts";

/** Fills 262 MB, far more than its tensor has and than there is. */
const trap: Kernel<"out", "n" | "bits"> = defineKernel({
  name: "trap",
  buffers: { out: "write u32" },
  params: { n: "u32", bits: "u32" },
  workgroupSize: [64],
  main: "",
  workgroups: () => [1],
  cpu: [{ fn: "fill", parts: () => 1000 }],
});

for (const threads of [1, 3]) {
  Deno.test(`a CPU kernel that traps is named, and the device works on (threads: ${threads})`, async () => {
    using device = await openDevice({ device: "cpu", threads });
    using x = device.full([300, 300], 1);
    using out = device.zeros([4], "u32"); // the last in memory: nothing of ours lies behind it
    for (let i = 0; i < 3; i++) {
      assertThrows(() => device.run(trap, { out }, { n: 2 ** 31 - 1, bits: 0 }), Error, "The CPU kernel trap failed: ");
      for (let j = 0; j < 2; j++) {
        using y = matmul(x, x);
        assertEquals(await y.data(), new Float32Array(300 * 300).fill(300));
      }
    }
  });
}
