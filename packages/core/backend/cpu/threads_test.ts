import { assert, assertEquals } from "@std/assert";

const mod = JSON.stringify(import.meta.resolve("../../mod.ts"));
const open = `import { add, matmul, openDevice } from ${mod};
  const device = await openDevice({ device: "cpu", threads: 4 });
  const x = device.full([300, 300], 1);
  for (let i = 0; i < 20; i++) matmul(x, x).dispose();`;

/** Runs a script; its exit code and how long it lived after it printed "ready", in milliseconds. */
async function runScript(script: string, signal?: Deno.Signal): Promise<{ code: number; lingered: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const timeout = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const ready = performance.now();
  const said = new TextDecoder().decode(value);
  if (signal) child.kill(signal);
  const { code } = await child.status;
  clearTimeout(timeout);
  await reader.cancel();
  assertEquals(said, "ready\n"); // else the script did not even start
  return { code, lingered: performance.now() - ready };
}

const endings: [string, string, number, Deno.Signal?][] = [
  ["forgets to dispose", `${open} console.log("ready");`, 0],
  ["disposes", `${open} device.dispose(); console.log("ready");`, 0],
  ["throws", `${open} console.log("ready"); throw new Error("on purpose");`, 1],
  ["rejects", `${open} console.log("ready"); await Promise.reject(new Error("on purpose"));`, 1],
  ["calls exit", `${open} console.log("ready"); Deno.exit(3);`, 3],
  [
    "is interrupted while idle",
    `${open} console.log("ready"); await new Promise((r) => setTimeout(r, 1e6));`,
    130,
    "SIGINT",
  ],
  [
    "is interrupted while busy",
    `${open} console.log("ready"); for (;;) { matmul(x, x).dispose(); await new Promise((r) => setTimeout(r)); }`,
    130,
    "SIGINT",
  ],
];

for (const [what, script, expected, signal] of endings) {
  Deno.test(`a script that ${what} ends within a second`, async () => {
    const { code, lingered } = await runScript(script, signal);
    assertEquals(code, expected);
    assert(lingered < 1000, `it lived on for ${lingered.toFixed(0)} ms`);
  });
}
