import { assertEquals } from "@std/assert";
import { countTests, judge, plan, skipReasons } from "./test.ts";

/** A step as one line. */
function lines(...args: Parameters<typeof plan>): string[] {
  return plan(...args).map(({ name, args }) => `${name}: ${args.join(" ")}`);
}

Deno.test("plan() runs everything by default", () => {
  assertEquals(lines([], undefined, ["bench/peers"]), [
    "workspace: test -A --trace-leaks --doc --parallel",
    "compiled kernels: task build:kernels --check",
    "bench/peers: test -A --trace-leaks --config bench/peers/deno.json bench/peers",
  ]);
});

Deno.test("plan() gives each path to the configuration that it is under", () => {
  const folders = ["bench/peers", "tests/browser"];
  assertEquals(lines(["packages/core", "tests/browser/a_test.ts"], undefined, folders), [
    "workspace: test -A --trace-leaks --doc --parallel packages/core",
    "tests/browser: test -A --trace-leaks --config tests/browser/deno.json tests/browser/a_test.ts",
  ]);
  assertEquals(lines(["bench/peers"], "x y", folders), [
    "bench/peers: test -A --trace-leaks --filter x y --config bench/peers/deno.json bench/peers",
  ]);
  assertEquals(lines(["bench/peers_too"], undefined, folders).length, 1);
});

/** Runs a test file as Deno does and gives its report. */
async function reportOf(source: string, ...flags: string[]): Promise<string> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/a_test.ts`, source);
    await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--junit-path=report.xml", ...flags, "a_test.ts"],
      cwd: dir,
      stdout: "null",
      stderr: "null",
    }).output();
    return await Deno.readTextFile(`${dir}/report.xml`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const source = `
Deno.test("passes", () => {});
Deno.test('fails: 1 < 2 & "text"', () => { throw new Error("<skipped/>"); });
Deno.test({ name: "matmul on webgpu (skipped: no adapter)", ignore: true, fn() {} });
Deno.test("steps", async (t) => {
  await t.step("one", () => {});
  await t.step("two", () => { throw new Error("no"); });
});
`;

Deno.test("countTests() counts a report of Deno's, steps with the test that they are part of", async () => {
  assertEquals(countTests(await reportOf(source)), {
    passed: 1,
    failed: 2,
    skipped: ["matmul on webgpu (skipped: no adapter)"],
  });
});

Deno.test("countTests() leaves out what a filter left out", async () => {
  assertEquals(countTests(await reportOf(source, "--filter", "passes")), {
    passed: 1,
    failed: 0,
    skipped: [],
  });
  assertEquals(countTests(""), { passed: 0, failed: 0, skipped: [] });
});

Deno.test("skipReasons() says each reason once", () => {
  assertEquals(skipReasons(["a (skipped: no adapter)", "b (skipped: no adapter)", "c"]), [
    "2 skipped: no adapter",
    "1 skipped: no reason given: c",
  ]);
});

Deno.test("judge() fails what did not load or was killed early, not what crashed at exit after its tests", async () => {
  const xml = await reportOf(source, "--filter", "passes");
  const one = { passed: 1, failed: 0, skipped: [] };
  assertEquals(judge({ success: true, signal: null }, xml), one);
  assertEquals(judge({ success: false, signal: null }, xml), { ...one, failed: 1 }); // a file that does not load
  assertEquals(judge({ success: false, signal: "SIGABRT" }, xml), one);
  assertEquals(judge({ success: false, signal: "SIGABRT" }, ""), { passed: 0, failed: 1, skipped: [] });
  assertEquals(
    judge({ success: false, signal: "SIGABRT" }, await reportOf(source)),
    countTests(await reportOf(source)),
  );
});
