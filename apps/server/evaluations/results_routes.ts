/** What an evaluation says, over HTTP: its results, and files of it. */
import { z } from "@hono/zod-openapi";
import type { Api, Deps } from "../http/deps.ts";
import { isAmong } from "../http/etag.ts";
import { telling } from "../http/problem.ts";
import { jsonAnswer, route, unchecked } from "../http/route.ts";
import { fileName, formats } from "./export.ts";
import { resultsSchema } from "./results_schemas.ts";
import { existing, missing } from "./existing.ts";
import { params } from "./schemas.ts";

const results = route(["admin", "judge"], {
  method: "get",
  path: "/v1/evaluations/{id}/results",
  summary: "Results with their intervals",
  description: "What every judge and all people found, and how far they agree. Computed once for each version.",
  request: {
    params,
    headers: z.object({ "if-none-match": z.string().optional().openapi({ description: "The version that is known" }) }),
  },
  responses: {
    200: { ...jsonAnswer(resultsSchema, "The results"), headers: z.object({ etag: z.string() }) },
    304: { description: "The known version is the present one" },
  },
}, { 404: "No evaluation of this id", 503: "The server is about to close" });

const text = { schema: z.string() };

const file = route(["admin"], {
  method: "get",
  path: "/v1/evaluations/{id}/export",
  summary: "An evaluation as a file",
  description:
    "`jsonl`: rows of one part, which can be made into an evaluation again. `csv`: verdicts with their texts, " +
    "for a spreadsheet. `trl`: preference pairs of one judge, or of the majority of people, without ties and invalid " +
    "verdicts. `html`: a report to read. `study`: the study with its log; it holds the study's secret, who reads it " +
    "knows which side is whose: it is for nobody but its owner.",
  request: {
    params,
    query: z.strictObject({
      format: z.enum(["jsonl", "csv", "trl", "html", "study"]),
      part: z.enum(["responses", "verdicts", "votes"]).default("verdicts").openapi({
        description:
          "Rows for `jsonl` and `csv`: `verdicts` of judges or `votes` of people; for `jsonl` also `responses`",
      }),
      judge: z.string().optional().openapi({
        description: "For `trl`: id of a judge; the majority of people without it",
      }),
    }),
  },
  responses: {
    200: {
      description: "The file, as an attachment",
      content: { "application/jsonl": text, "text/csv": text, "text/html": text },
    },
  },
}, { 404: "No evaluation of this id", 422: "Nothing to make the file from, such as votes without a study" });

/** Adds the routes. */
export function resultsRoutes(api: Api, { store, studies, calculate, results: keeper }: Deps): void {
  api.openapi(results, async (c) => {
    const { id } = c.req.valid("param");
    existing(store.evaluations, id);
    const known = c.req.valid("header")["if-none-match"];
    const cache = { "cache-control": "private, no-cache" };
    const version = await keeper.version(id);
    if (version !== undefined && isAmong(`"${version}"`, known)) {
      return c.body(null, 304, { etag: `"${version}"`, ...cache });
    }
    const found = await keeper.of(id);
    if (!found) throw missing(); // it was dropped meanwhile
    return c.json(found, 200, { etag: `"${found.version}"`, ...cache });
  });

  api.openapi(file, async (c) => {
    const { id } = c.req.valid("param");
    const { format, part, judge } = c.req.valid("query");
    const { name } = existing(store.evaluations, id);
    const evaluation = format === "study" ? { responses: [], verdicts: [] } : store.evaluations.rows(id);
    const source = { name, evaluation, study: await studies.open(id), calculate };
    const made = await telling(() => formats[format](source, { part, judge }));
    const body = typeof made.text === "string" ? made.text : ReadableStream.from(made.text).pipeThrough(
      new TextEncoderStream(),
    );
    const disposition = `attachment; filename="${fileName(name, made.suffix)}"`;
    return unchecked(
      new Response(body, { headers: { "content-type": made.type, "content-disposition": disposition } }),
    );
  });
}
