import { assertEquals, assertRejects } from "@std/assert";
import { summarise } from "@tare/eval/report";
import { Problem } from "../http/problem.ts";
import { calculateBeside, calculateHere } from "./calculate.ts";
import { responsesOf, verdictsOf } from "./fakes.ts";

const responses = responsesOf(10);
const evaluation = { responses, verdicts: verdictsOf(responses) };

Deno.test("calculateBeside() computes the same in another thread, says what fails, goes on, and ends", async () => {
  const closing = new AbortController();
  const calculate = calculateBeside(closing.signal);
  const broken = { ...evaluation, responses: responses.slice(1) };
  const [found, failed, again] = await Promise.allSettled([
    calculate("summary", evaluation),
    calculate("summary", broken),
    calculate("report", { title: "T", evaluation }),
  ]);
  assertEquals(found, { status: "fulfilled", value: summarise(evaluation) });
  assertEquals(failed.status === "rejected" && /which did not answer it/.test(failed.reason.message), true);
  assertEquals(again, { status: "fulfilled", value: await calculateHere("report", { title: "T", evaluation }) });
  const late = calculate("summary", evaluation);
  const reason = assertRejects(() => late, Problem, "about to close");
  closing.abort();
  await reason;
  await assertRejects(() => calculate("summary", evaluation), Problem, "about to close");
});
