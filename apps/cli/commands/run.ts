/** `tare run`: the stages of a pipeline, one after the other; those that are done are skipped, one that was killed goes on. */
import { basename, dirname } from "node:path";
import { type Command, defineCommand } from "../command.ts";
import { nearest, UsageError } from "../flags.ts";
import { readPipeline } from "../pipeline.ts";
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
  async run({ pipeline: file, from, device, threads }, context) {
    const pipeline = await readPipeline(file, { device, ...threads !== undefined && { threads } });
    const names = pipeline.groups.flat().map(({ name }) => name);
    if (from !== undefined && !names.includes(from)) {
      const near = nearest(from, names);
      throw new UsageError(
        `Expected --from with a stage of ${file}, ${names.join(", ")}, but found "${from}"` +
          (near ? `; did you mean ${near}?` : ""),
      );
    }
    return {
      pipeline: basename(file),
      stages: await within(dirname(file), () => runPipeline(pipeline, from, context)),
    };
  },
});

/** Works in a folder: what a stage calls a path is the same in its files wherever the command was typed. */
async function within<R>(folder: string, work: () => Promise<R>): Promise<R> {
  const before = Deno.cwd();
  Deno.chdir(folder);
  try {
    return await work();
  } finally {
    Deno.chdir(before);
  }
}
