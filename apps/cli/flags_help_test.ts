import { assertEquals } from "@std/assert";
import type { Flags } from "./flags.ts";
import { describeFlags, usageOf } from "./flags_help.ts";

const flags: Flags = {
  action: { type: "text", positional: true, choices: ["show"], help: "what" },
  file: { type: "text", positional: true, value: "FILE", help: "of which" },
  device: { type: "text", choices: ["cpu", "webgpu"], default: "cpu", help: "where" },
  k: { type: "integer", help: "how many" },
  judge: { type: "texts", default: [], help: "who" },
  json: { type: "switch", help: "for programs" },
};

Deno.test("describeFlags() shows each flag with its value and default, and places without a name", () => {
  assertEquals(describeFlags(flags).split("\n"), [
    "  show                 what",
    "  FILE                 of which",
    "  --device cpu|webgpu  where (cpu)",
    "  -k N                 how many",
    "  --judge TEXT         who",
    "  --json               for programs",
  ]);
});

Deno.test("usageOf() shows what must be given by its place", () => {
  assertEquals(usageOf("data", flags), "Usage: tare data show FILE [FLAGS]");
  assertEquals(usageOf("ppo", {}), "Usage: tare ppo [FLAGS]");
});
