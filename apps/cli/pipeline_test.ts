import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./flags.ts";
import { parsePipeline } from "./pipeline.ts";

const parse = (...stages: unknown[]) => parsePipeline({ stages }, "p.json", { device: "cpu" });
const sft = { command: "sft", data: "d.jsonl", model: "m" };

Deno.test("parsePipeline() gives each stage its folder, and those of one list side by side", () => {
  const { groups } = parse({ name: "a", ...sft }, [{ name: "b", ...sft }, { name: "c", ...sft, out: "x/y" }], []);
  assertEquals(groups.map((group) => group.map(({ out }) => out)), [["runs/a"], ["runs/b", "x/y"]]);
});

Deno.test("parsePipeline() refuses stages that would write over each other, whatever they call the place", () => {
  const twice = (out: string) => () => parse({ name: "a", ...sft }, [{ name: "b", ...sft, out }]);
  for (const out of ["runs/a", "runs/a/", "./runs//x/../a"]) {
    assertThrows(twice(out), UsageError, `stage b would write to ${out} as stage a does`);
  }
  assertThrows(() => parse({ name: "stages.json", ...sft }), UsageError, "as the pipeline itself does");
  twice("runs/a/b")();
});

Deno.test("parsePipeline() refuses names that are no plain names of folders", () => {
  for (const name of ["", "..", ".a", "a/b", "__proto__", "-a", "a b", 5]) {
    assertThrows(() => parse({ name, ...sft }), UsageError, "name: expected a name");
  }
});
