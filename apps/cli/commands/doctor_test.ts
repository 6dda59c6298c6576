import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runTare, TemporaryFolder, writeTinyModel } from "../testing.ts";

Deno.test("tare doctor --json tells devices, memory, and what fits of a model of its own", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const args = ["doctor", "--device", "cpu", "--threads", "1", "--quick"];
  const [table, mine] = await Promise.all([runTare(args), runTare([...args, "--json", "--model", folder.path])]);
  assertEquals([table.code, mine.code], [0, 0], table.stderr + mine.stderr);
  for (const text of ["cpu *", "WebAssembly SIMD, 1 thread", "SmolLM2-135M"]) assertStringIncludes(table.stdout, text);
  assertMatch(table.stdout, /^Qwen2.5-1.5B .* no +25\.\d\d GB$/m);
  const { devices, chosen, memory, fits, speed } = JSON.parse(mine.stdout);
  assertEquals([chosen, speed], ["cpu", undefined]);
  assertEquals(devices.at(-1).kind, "cpu");
  assert(memory.room <= 2 ** 32 && memory.total >= memory.available);
  assertEquals(
    fits.map(({ model, mode, fits }: { model: string; mode: string; fits: boolean }) => [model, mode, fits]),
    [
      [folder.path, "generate", true],
      [folder.path, "lora", true],
      [folder.path, "sft", true],
    ],
  );
});
