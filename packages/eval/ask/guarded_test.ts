import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AskError } from "./ask.ts";
import { BudgetError } from "./budgeted.ts";
import { failing, paid, questionOf, scripted } from "./fakes.ts";
import { guarded } from "./guarded.ts";

async function kinds(failures: number, ...turns: Parameters<typeof scripted>): Promise<string[]> {
  const ask = guarded(scripted(...turns), { failures });
  const seen: string[] = [];
  for (const _ of turns) {
    seen.push(await ask(questionOf("x")).then(() => "answer", (error) => error.kind ?? error.name));
  }
  return seen;
}

Deno.test("guarded() gives up a server that answers nobody", async () => {
  const [passing, own] = [failing("transient"), failing("question")];
  assertEquals(await kinds(3, passing, own, passing, passing), ["transient", "question", "fatal", "fatal"]);
  assertEquals(await kinds(2, passing, paid("A"), passing, passing, paid("A"), passing), [
    ...["transient", "answer", "transient"],
    ...["fatal", "answer", "transient"],
  ]);
  const ask = guarded(scripted(passing), { failures: 1 });
  await assertRejects(() => ask(questionOf("x")), AskError, "the last one because: It is transient");
});

Deno.test("guarded() does not blame a server for questions it refuses among others, or for a spent budget", async () => {
  const own = failing("question");
  assertEquals(await kinds(2, paid("A"), own, own, own), ["answer", "question", "question", "question"]);
  const spent = new BudgetError("Spent");
  assertEquals(await kinds(2, spent, spent, spent), ["question", "question", "question"]);
  assertEquals(await kinds(2, new TypeError("Broken"), new TypeError("Broken")), ["TypeError", "TypeError"]);
  assertThrows(() => guarded(scripted(), { failures: 0 }), RangeError, "failures");
});
