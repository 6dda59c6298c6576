/** `tare demo`: the whole of RLHF with contrastive rewards on a small world in which the truth is known. */
import { showComparison } from "../compare/show.ts";
import type { ComparisonTable } from "../compare/table.ts";
import { type Command, defineCommand } from "../command.ts";
import { demoPipeline } from "../demo_pipeline.ts";
import { isFolder, openFile, writeWhole } from "../files.ts";
import { UsageError } from "../flags.ts";
import { inFolder } from "../in_folder.ts";
import { parsePipeline } from "../pipeline.ts";
import { firstOf } from "../plan.ts";
import { runPipeline } from "../run_pipeline.ts";

export const demo: Command = defineCommand({
  summary: "the whole pipeline on a built-in world in a few minutes: PPO with and without contrastive rewards",
  flags: {
    out: { type: "text", value: "DIR", default: "tare-demo", help: "folder of the results" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 2, default: 7, help: "equal seeds give equal tables" },
    fast: { type: "switch", help: "less of everything, in less than a minute: does it run here?" },
    from: { type: "text", value: "NAME", help: "do this stage and all after it anew" },
  },
  async run({ out, seed, fast, from, device, threads, trace }, context) {
    const json = `${JSON.stringify(demoPipeline(seed, fast), undefined, 2)}\n`;
    const file = `${out}/pipeline.json`;
    await checkOut(out);
    const inherited = { device, trace, ...threads !== undefined && { threads } };
    const pipeline = parsePipeline(JSON.parse(json), file, inherited);
    const first = firstOf(pipeline, file, from);
    await Deno.mkdir(out, { recursive: true });
    const results = await inFolder(out, async () => {
      const results = await runPipeline(pipeline, first, context);
      await writeWhole("pipeline.json", json);
      return results;
    });
    const { out: _, ...table } = results.eval!.report as ComparisonTable & { out: string };
    if (results.eval!.skipped) context.print(showComparison(table));
    context.print(`\nThe report is in ${out}/report.html\n`);
    context.print(`Let people compare these policies, too: tare serve --add demo=${out}/eval\n`);
    return { out, seed, fast, table, report: `${out}/report.html` };
  },
});

/** Refuses a folder that holds anything but an older demo. */
async function checkOut(out: string): Promise<void> {
  if (await openFile(out)) throw new UsageError(`Cannot write to ${out}: it is a file; give a folder`);
  if (!await isFolder(out) || await openFile(`${out}/stages.json`)) return;
  for await (const { name } of Deno.readDir(out)) {
    throw new UsageError(`Cannot write to ${out}: it holds other files, such as ${name}; give a new or empty folder`);
  }
}
