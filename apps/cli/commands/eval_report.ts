/** `tare eval report`: what judges and people found, as a page and as Markdown. */
import { basename, resolve } from "node:path";
import { htmlReport, markdownReport, summarise } from "@tare/eval/report";
import { type Command, defineCommand } from "../command.ts";
import { evaluationFlags, readEvaluation } from "../compare/evaluation.ts";
import { writeWhole } from "../files.ts";
import { checkPage, pageKindOf } from "../page_file.ts";
import { readRecord } from "../run_record.ts";

export const evalReport: Command = defineCommand({
  summary: "write a page about a comparison: wins, ties and losses by every judge, intervals, samples with verdicts",
  flags: {
    ...evaluationFlags,
    out: { type: "text", value: "FILE", help: "a .html or .md file (both, as DIR/report.html and DIR/report.md)" },
    samples: { type: "integer", min: 0, default: 12, help: "responses that the page shows, with all verdicts" },
    seed: { type: "integer", min: 0, max: 2 ** 32 - 1, help: "of the intervals (that of the comparison)" },
    title: { type: "text", help: "its title (by default what the folder is called)" },
  },
  async run({ folder, verdicts, out, samples, seed, title = `Evaluation ${basename(resolve(folder))}` }, { print }) {
    const places = out === undefined ? [`${folder}/report.html`, `${folder}/report.md`] : [out];
    const evaluation = await readEvaluation(folder, verdicts);
    for (const place of places) await checkPage(place, pageKindOf(place));
    const policies = [...new Set(evaluation.responses.map(({ policy }) => policy))].reverse(); // later against earlier
    const summary = summarise(evaluation, { policies, seed: seed ?? await seedOf(folder) });
    const texts = {
      html: () => htmlReport(summary, evaluation, { title, samples }),
      md: () => markdownReport(summary, { title }),
    };
    for (const place of places) await writeWhole(resolve(place), texts[pageKindOf(place)]());
    print(places.map((place) => `${place}\n`).join(""));
    return { out: places, summary };
  },
});

/** The seed that the comparison had: then its table and the report have the same intervals. */
async function seedOf(folder: string): Promise<number> {
  const { seed } = (await readRecord(folder))?.settings ?? {};
  return typeof seed === "number" ? seed : 0;
}
