/**
 * Asks a language model which of two policies is better, in both orders, and writes a report:
 *
 *     OPENAI_API_KEY=sk-… deno run --allow-env=OPENAI_API_KEY --allow-net=api.openai.com --allow-read=. --allow-write=. \
 *       examples/judge.ts gpt-5-mini https://api.openai.com/v1 sft.jsonl ppo.jsonl
 *
 * The files have a line {"promptId", "prompt", "response"} for each prompt. Answers are kept in judge.sqlite: a second run, also
 * after a kill, asks for what is missing alone.
 */
import { gptJudge, judgePairs, metered, type ResponseRow, templates, type VerdictRow } from "@tare/eval";
import { openaiAsk } from "@tare/eval/openai";
import { htmlReport, summarise } from "@tare/eval/report";
import { openCallLog } from "@tare/eval/sqlite";

const [model, baseURL, ...files] = Deno.args;
if (!model || !baseURL || files.length !== 2) {
  console.error("Expected a model, the address of its server, and two files of responses");
  Deno.exit(2);
}

const responses = files.flatMap((policy): ResponseRow[] =>
  Deno.readTextFileSync(policy).trim().split("\n").map((line) => ({ ...JSON.parse(line), policy }))
);
const [a, b] = files.map((policy) => responses.filter((row) => row.policy === policy)) as [
  ResponseRow[],
  ResponseRow[],
];
const theirs = new Map(b.map((row) => [row.promptId, row.response]));
const pairs = a.map(({ promptId, prompt, response }) => ({ promptId, prompt, a: response, b: theirs.get(promptId)! }));

using log = openCallLog("judge.sqlite");
const ask = metered(openaiAsk({ model, baseURL, apiKey: Deno.env.get("OPENAI_API_KEY") }), { log, requests: 10_000 });
const judge = gptJudge({ ask, template: templates.helpful });
const verdicts: VerdictRow[] = [];
for await (const { pair, verdict } of judgePairs(judge, pairs, { concurrency: 16 })) {
  verdicts.push({ judge: judge.id, promptId: pair.promptId, a: files[0]!, b: files[1]!, ...verdict });
}

const evaluation = { responses, verdicts };
const summary = summarise(evaluation);
Deno.writeTextFileSync("judge.html", htmlReport(summary, evaluation));
const { win, tie, lose, invalid, rate, order } = summary.judges[0]!.comparisons[0]!;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`${files[0]}: ${win} wins, ${tie} ties, ${lose} losses, ${invalid} invalid`);
console.log(`win rate ${percent(rate.mean)} (${percent(rate.low)} to ${percent(rate.high)}), ties as halves`);
console.log(`the same winner in both orders: ${percent(order.consistency.mean)}`);
console.log(`${ask.spent().tries} requests, ${ask.spent().input} tokens in, ${ask.spent().output} out; see judge.html`);
