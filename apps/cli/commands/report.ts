/** `tare report`: what runs and comparisons came to, as one page that needs nothing else. */
import { basename, resolve } from "node:path";
import { type Command, defineCommand } from "../command.ts";
import { writeWhole } from "../files.ts";
import { checkPage } from "../page_file.ts";
import { findings } from "../report/findings.ts";
import { page } from "../report/page.ts";
import { findSources } from "../report/sources/find.ts";
import { viewOf } from "../report/view.ts";

export const report: Command = defineCommand({
  summary: "write one HTML page about PPO runs, comparisons and baselines: what was found, curves, tables, dialogues",
  flags: {
    folders: {
      ...{ type: "texts", positional: true, value: "FOLDER..." },
      help: "PPO runs, comparisons, files of baselines, or folders that hold such",
    },
    out: { type: "text", value: "FILE", default: "report.html", help: "the page" },
    title: { type: "text", help: "its title (by default what the first folder is called)" },
  },
  async run({ folders, out, title }, { print }) {
    const path = resolve(out);
    await checkPage(out, "html");
    const sources = await findSources(folders);
    await writeWhole(path, page(title ?? `Report on ${basename(resolve(folders[0]!))}`, sources));
    const { runs, comparisons, baselines, stages } = sources;
    const found = findings(viewOf(sources));
    print(`${found.map((sentence) => `- ${sentence}\n`).join("")}\n${out}\n`);
    const names = (things: readonly { readonly name: string }[]) => things.map(({ name }) => name);
    return {
      out,
      runs: names(runs),
      comparisons: names(comparisons),
      baselines: names(baselines),
      stages: names(stages),
      found,
    };
  },
});
