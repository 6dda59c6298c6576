import { assertEquals, assertRejects } from "@std/assert";
import { StageError } from "../errors.ts";
import { silent } from "../testing.ts";
import { openThread, type Thread } from "./thread.ts";

const answerCalls = new URL("./answer_calls.ts", import.meta.url).href;

/** A thread that answers as a text of a program says. */
async function open(program: string, context = silent): Promise<Thread<string, string, string>> {
  const source =
    `import { answerCalls } from "${answerCalls}"; answerCalls(async (settings, context) => {${program}});`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
  return await openThread(worker, "the model", { name: "tiny" }, context);
}

Deno.test("openThread() answers calls one after the other, and tells what is said meanwhile", async () => {
  const notes: string[] = [];
  using thread = await open(
    `let running = 0;
     context.note("opens " + settings.name);
     return { facts: settings.name, answer: async (call) => {
       running++;
       await new Promise((resolve) => setTimeout(resolve, 5 - call.length));
       return call + running--;
     } };`,
    { ...silent, note: (line) => notes.push(line) },
  );
  const answers = await Promise.all(["a", "bb", "ccc"].map((call) => thread.call(call)));
  assertEquals([thread.facts, answers, notes, thread.failure], [
    "tiny",
    ["a1", "bb1", "ccc1"],
    ["opens tiny"],
    undefined,
  ]);
});

Deno.test("openThread() says why it does not open, with the exit code", async () => {
  const refused = await assertRejects(
    () => open(`throw new RangeError("Expected more\\nbut found less");`),
    StageError,
  );
  assertEquals([refused.message, refused.code], ["Expected more but found less", 2]);
  const died = await assertRejects(() =>
    open(`setTimeout(() => { throw new Error("boom") }); await new Promise(() => {});`)
  );
  assertEquals(
    (died as Error).message.replace(/: .*boom/, ": boom"),
    "Expected the model to answer but its thread has ended: boom; start the server again",
  );
  const stop = new AbortController();
  const opening = open(`await new Promise(() => {});`, { ...silent, signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => opening, Error, "enough");
});

Deno.test("openThread() tells bad calls from failures, and goes on after both", async () => {
  using thread = await open(`return { facts: "", async answer(call) {
    if (call === "bad") throw new RangeError("too long");
    if (call === "fails") throw new Error("no memory");
    return call;
  } };`);
  const calls = ["bad", "fails", "good"].map((call) => thread.call(call));
  await assertRejects(() => calls[0]!, RangeError, "too long");
  const failure = await assertRejects(() => calls[1]!, Error, "no memory");
  assertEquals([failure instanceof RangeError, await calls[2]], [false, "good"]);
});

Deno.test("a call that nobody waits for any more is stopped, or never begun", async () => {
  using thread = await open(`const begun = []; return { facts: "", answer(call, signal) {
    if (call === "begun") return begun.join();
    begun.push(call);
    return new Promise((resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  } };`);
  const stops = Array.from({ length: 2 }, () => new AbortController());
  const calls = stops.map(({ signal }, i) => thread.call(`call ${i}`, signal));
  const ended = calls.map((call) => assertRejects(() => call, Error, "gone"));
  stops.toReversed().forEach((stop) => stop.abort(new Error("gone")));
  await Promise.all(ended);
  assertEquals(await thread.call("begun"), "call 0");
  await assertRejects(() => thread.call("late", AbortSignal.abort(new Error("gone"))), Error, "gone");
});

Deno.test("where a thread dies, calls that wait and later ones fail with a sentence", async () => {
  using thread = await open(`return { facts: "", answer() {
    setTimeout(() => { throw new Error("boom") });
    return new Promise(() => {});
  } };`);
  const [one, two] = [thread.call("a"), thread.call("b")];
  await assertRejects(() => one, Error, "Expected the model to answer but its thread has ended: ");
  await assertRejects(() => two, Error, "boom; start the server again");
  await assertRejects(() => thread.call("c"), Error, thread.failure);
});

Deno.test("a thread that is disposed of lets no call wait", async () => {
  const thread = await open(`return { facts: "", answer: () => new Promise(() => {}) };`);
  const call = assertRejects(() => thread.call("a"), Error, "the model was stopped");
  thread[Symbol.dispose]();
  await call;
});
