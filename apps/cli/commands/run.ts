/** `tare run`: the stages of a pipeline, one after the other; those that are done are skipped, one that was killed goes on. */
import { basename, dirname } from "node:path";
import { type Command, defineCommand } from "../command.ts";
import { inFolder } from "../in_folder.ts";
import { readPipeline } from "../pipeline.ts";
import { firstOf } from "../plan.ts";
import { runPipeline } from "../run_pipeline.ts";

export const run: Command = defineCommand({
  summary: "run the stages of a pipeline; skip what is done, go on with what was killed",
  flags: {
    pipeline: {
      ...{ type: "text", positional: true, value: "FILE" },
      help: "JSON with stages: commands with names and flags in camelCase; paths are relative to its folder",
    },
    from: { type: "text", value: "NAME", help: "do this stage and all after it anew" },
  },
  async run({ pipeline: file, from, device, threads, trace }, context) {
    const pipeline = await readPipeline(file, { device, trace, ...threads !== undefined && { threads } });
    const first = firstOf(pipeline, file, from);
    return {
      pipeline: basename(file),
      stages: await inFolder(dirname(file), () => runPipeline(pipeline, first, context)),
    };
  },
});
