import { assertEquals, assertStringIncludes } from "@std/assert";
import { baselineTable, parseBaselineRow } from "@tare/contrastive";

const script = new URL("./remote_sampling.ts", import.meta.url).pathname;

/** Runs the example as a user would. */
async function run(args: readonly string[], stdin: string): Promise<{ code: number; out: string; err: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--allow-net", script, ...args],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  await new Blob([stdin]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("remote_sampling.ts makes a table of baselines by two servers", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.json();
    if (request.url.endsWith("/classify")) {
      const probs = (text: string) => [text.length + Number(text.at(-1))];
      return Response.json({ data: body.input.map((text: string, index: number) => ({ index, probs: probs(text) })) });
    }
    const choice = (_: unknown, index: number) => ({ index, text: ` ${index}`, finish_reason: "stop" });
    return Response.json({ choices: Array.from({ length: body.n }, choice) });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const prompts = ["Hello", "Hi, how are you", "What"].map((prompt) => `${JSON.stringify({ prompt })}\n`).join("");
  const { code, out, err } = await run([`${url}/v1`, "policy", `${url}/classify`, "rm"], prompts);
  assertEquals(code, 0, err);
  const rows = out.trimEnd().split("\n").map((line) => parseBaselineRow(JSON.parse(line)));
  assertEquals(rows.map(({ rewards }) => rewards), [5, 15, 4].map((length) => [2, 3, 4, 5, 6].map((n) => n + length)));
  assertEquals([(await baselineTable(rows)).rewardModel, rows[0]!.policy], [`rm@${url}/classify`, "policy"]);
  assertStringIncludes(err, "expect");
  assertEquals((await run([], "")).code, 2);
});
