/**
 * Fine-tuning on the preference world, where the truth is known: SFT's perplexity against the generator's, the accuracy of
 * reward models under label noise, DPO's gold score. Each seed is a process with one thread.
 *
 *     deno task bench:world [--seeds 0,1,2] [--size d96] [--demonstrations 4000] [--pairs 2000] [--held-out 256]
 */
import { parseArgs } from "@std/cli";
import { type SizeName, sizes } from "../apps/cli/shapes.ts";
import { table } from "../apps/cli/table.ts";
import { measure, type Numbers } from "./world/cell.ts";

const args = parseArgs(Deno.args, {
  string: ["seeds", "size", "demonstrations", "pairs", "held-out", "seed"],
  default: { seeds: "0,1,2", size: "d96", demonstrations: "4000", pairs: "2000", "held-out": "256" },
  unknown(name) {
    console.error(`Unknown argument "${name}": expected --seeds, --size, --demonstrations, --pairs or --held-out`);
    Deno.exit(2);
  },
});
if (!Object.hasOwn(sizes, args.size)) {
  console.error(`Expected --size to be ${Object.keys(sizes).join(" or ")} but found ${args.size}`);
  Deno.exit(2);
}

if (args.seed !== undefined) {
  const amounts = {
    size: args.size as SizeName,
    ...{ demonstrations: Number(args.demonstrations), pairs: Number(args.pairs), heldOut: Number(args["held-out"]) },
  };
  console.log(JSON.stringify(await measure(Number(args.seed), amounts, console.error)));
} else {
  const seeds = args.seeds.split(",").map(Number);
  const amounts = (["size", "demonstrations", "pairs", "held-out"] as const).map((name) => `--${name}=${args[name]}`);
  const all = await Promise.all(seeds.map(async (seed): Promise<Numbers> => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-A", import.meta.filename!, `--seed=${seed}`, ...amounts],
      stderr: "inherit",
    });
    const { stdout, success } = await child.output();
    if (!success) throw new Error(`The process of seed ${seed} failed`);
    return JSON.parse(new TextDecoder().decode(stdout));
  }));
  const digits = (x: number) => x.toPrecision(3);
  const rows = Object.keys(all[0]!).map((name) => {
    const values = all.map((numbers) => numbers[name]!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [name, digits(mean), `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`];
  });
  console.log(table(["what", "mean", "range"], rows));
  console.log(JSON.stringify({ size: args.size, seeds, results: all }));
}
