/** `tare world`: data from a world in which the truth is known, for a first run that can download nothing. */
import { dirname, resolve } from "node:path";
import { createWorld, worldFiles, type WorldSettings } from "@tare/data/world";
import { type Command, defineCommand } from "../command.ts";
import { writeFolder } from "../files.ts";
import { UsageError } from "../flags.ts";
import { checkReplaceable } from "../replaceable.ts";
import { table } from "../table.ts";

const count = { type: "integer", min: 1, max: 50000 } as const;

export const world: Command = defineCommand({
  summary: "write a small world of household help: demonstrations, preferences, ratings, prompts, a tokenizer",
  flags: {
    out: { type: "text", value: "DIR", help: "folder to write" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 1, default: 0, help: "equal seeds give equal files" },
    noise: {
      type: "number",
      min: 0,
      max: 0.49,
      default: 0.2,
      help: "mean rate at which labels are flipped, by family",
    },
    "noise-asymmetry": {
      ...{ type: "number", min: 0, max: 1, default: 0 },
      help: "1: flipped only where the better response is the longer one",
    },
    severity: {
      ...{ type: "text", choices: ["none", "family", "prompt"], default: "none" },
      help: "what the severity of ratings goes with",
    },
    "severity-spread": { type: "number", min: 0, default: 0.5, help: "its standard deviation, in units of gold" },
    demonstrations: { ...count, default: 2000, help: "demonstrations, of mixed quality" },
    pairs: { ...count, default: 2000, help: "preferences, as many for a judge, and twice as many ratings" },
    prompts: { ...count, default: 512, help: "prompts to train on" },
    "held-out": { ...count, default: 256, help: "held-out prompts, of combinations that are nowhere else" },
    force: { type: "switch", help: "replace a world that is there already" },
  },
  async run({ out, force, ...values }, { print, signal }) {
    if (out === undefined) throw new UsageError("Expected --out with the folder to write");
    const { seed, noise, demonstrations, pairs, prompts } = values;
    const settings: WorldSettings = {
      ...{ seed, noise, noiseAsymmetry: values["noise-asymmetry"] },
      ...{ severity: values.severity as WorldSettings["severity"], severitySpread: values["severity-spread"] },
    };
    const counts = { demonstrations, pairs, prompts, heldOut: values["held-out"] };
    const path = resolve(out);
    const files = worldFiles(createWorld(settings), counts);
    await checkReplaceable({ path, out, names: Object.keys(files), what: "a world", force });
    await Deno.mkdir(dirname(path), { recursive: true });
    const rows: [name: string, rows: string][] = [];
    await writeFolder(
      path,
      Object.entries(files).map(([name, make]) => {
        const text = make();
        signal.throwIfAborted();
        if (name.endsWith(".jsonl")) rows.push([name, String(text.split("\n").length - 1)]);
        return { name, bytes: new Blob([text]).stream() };
      }),
    );
    print(table(["file", "rows"], rows));
    return { out, ...settings, ...counts };
  },
});
