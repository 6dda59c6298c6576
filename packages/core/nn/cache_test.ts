import { assertEquals, assertThrows } from "@std/assert";
import { OutOfMemoryError } from "../backend/errors.ts";
import { openDevice } from "../device/open.ts";
import { kvCache } from "./cache.ts";
import { decodeParams } from "./decode.ts";
import { initParams } from "./init.ts";
import { initAdapter, mergeAdapter } from "./lora.ts";
import { parseConfig } from "./parse_config.ts";

Deno.test("kvCache(), decodeParams() and mergeAdapter() leave nothing where memory ends", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 2, vocab_size: 11, n_positions: 16 });
  const params = initParams(device, config, 1);
  const adapter = initAdapter(device, config, { rank: 1, alpha: 1 }, 1);
  const { blocks } = device.stats();
  const { empty, zeros } = device;
  const makers = [() => kvCache(device, config, 9), () => decodeParams(params), () => mergeAdapter(params, adapter)];
  for (const make of makers) {
    let left = 3;
    const rationed = <A extends unknown[]>(make: (...args: A) => unknown) => (...args: A) => {
      if (left-- === 0) throw new OutOfMemoryError("full");
      return make.apply(device, args);
    };
    Object.assign(device, { empty: rationed(empty), zeros: rationed(zeros) });
    assertThrows(make, OutOfMemoryError, "full");
    assertEquals(device.stats().blocks, blocks);
  }
  assertEquals(await params.norm.weight.data(), new Float32Array(8).fill(1)); // what is shared is still there
});
