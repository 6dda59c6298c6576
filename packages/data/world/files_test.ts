import { assert, assertEquals } from "@std/assert";
import { parseExample } from "../examples/kinds.ts";
import { readExamples } from "../examples/read.ts";
import { readJsonl } from "../rows/jsonl.ts";
import { worldFiles } from "./files.ts";
import { gold } from "./gold.ts";
import { createWorld } from "./world.ts";

const counts = { demonstrations: 30, pairs: 20, prompts: 25, heldOut: 10 };
const rowsOf: Readonly<Record<string, [kind: "demonstrations" | "preferences" | "ratings" | "prompts", rows: number]>> =
  {
    "demonstrations.jsonl": ["demonstrations", 30],
    "preferences.jsonl": ["preferences", 20],
    "ratings.jsonl": ["ratings", 40],
    "prompts.jsonl": ["prompts", 25],
    "judge_preferences.jsonl": ["preferences", 20],
    "held_out_prompts.jsonl": ["prompts", 10],
    "held_out_demonstrations.jsonl": ["demonstrations", 10],
    "held_out_preferences.jsonl": ["preferences", 10],
  };

Deno.test("worldFiles() writes what readExamples() reads, without a row left out, all of it in the gold score's reach", async () => {
  const files = worldFiles(createWorld({ seed: 9, severity: "prompt" }), counts);
  const names = [...Object.keys(rowsOf), "tokenizer.json", "tokenizer_config.json", "world.json"];
  assertEquals(Object.keys(files).toSorted(), names.toSorted());
  for (const [name, [kind, count]] of Object.entries(rowsOf)) {
    const rows = readJsonl(new Blob([files[name]!()]).stream(), { file: name });
    const examples = await Array.fromAsync(readExamples(rows, (row) => parseExample(kind, row)));
    assertEquals(examples.length, count, name);
    for (const { prompt, ...rest } of examples) {
      for (const text of Object.values(rest)) {
        if (typeof text === "string" && text.startsWith(" ")) assert(gold(prompt, text) >= 0);
      }
    }
  }
});

Deno.test("worldFiles() writes settings from which createWorld() makes the same world, and the same bytes from the same seed", () => {
  const world = createWorld({ seed: 9, noise: 0.4, noiseAsymmetry: 0.5, severity: "family", severitySpread: 1 });
  const textsOf = (files: Readonly<Record<string, () => string>>) =>
    Object.entries(files).map(([name, text]) => [name, text()]);
  const files = worldFiles(world, counts);
  const { world: version, ...settings } = JSON.parse(files["world.json"]!());
  assertEquals(version, 1);
  assertEquals(textsOf(worldFiles(createWorld(settings), counts)), textsOf(files));
});
