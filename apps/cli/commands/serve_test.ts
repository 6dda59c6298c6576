import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TemporaryFolder, writeTinyModel } from "../testing.ts";

const program = fileURLToPath(new URL("../mod.ts", import.meta.url));
const code = ["apps", "packages"].map((name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url)));

/** What the README gives it: where it listens, the data folder, and what is named here. */
function permissions(data: string, read: readonly string[], ...more: readonly string[]): string[] {
  return [
    "--no-prompt",
    `--allow-net=127.0.0.1:0`,
    `--allow-read=${[data, ...read]}`,
    `--allow-write=${data}`,
    ...more,
  ];
}

/** A server as a program of its own. */
class Served implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(allowed: readonly string[], ...flags: readonly string[]) {
    const args = ["run", "-q", "--no-check", ...allowed, program, "serve", "--port", "0", ...flags];
    this.child = new Deno.Command(Deno.execPath(), {
      ...{ args, stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } },
    }).spawn();
    this.#lines = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The address that it tells. */
  async address(): Promise<string> {
    while (!/^Listening at .*\n/.test(this.#text)) {
      const { done, value } = await this.#lines.read();
      if (done) throw new Error(`it ended: ${await new Response(this.child.stderr).text()}`);
      this.#text += value;
    }
    return /^Listening at (.*)/.exec(this.#text)![1]!;
  }

  /** Ends it; gives what it printed, and its exit code. */
  async stop(signal?: Deno.Signal): Promise<{ stdout: string; stderr: string; code: number }> {
    if (signal) this.child.kill(signal);
    const stderr = await new Response(this.child.stderr).text();
    for (let read = await this.#lines.read(); !read.done; read = await this.#lines.read()) this.#text += read.value;
    return { stdout: this.#text, stderr, code: (await this.child.status).code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.cancel();
    if (!this.child.stderr.locked) await this.child.stderr.cancel();
    try {
      this.child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.child.status;
  }
}

Deno.test("tare serve needs its address and its data folder alone, shows a link once, and shares no folder", async () => {
  await using folder = new TemporaryFolder();
  const data = `${folder.path}/data`;
  const allowed = permissions(data, []);
  {
    await using server = new Served(allowed, "--data", data, "--log");
    const url = await server.address();
    const health = await fetch(`${url}/healthz`);
    assertEquals([health.status, await health.json()], [200, { status: "ok" }]);
    await using other = new Served(allowed, "--data", data);
    const refused = await other.stop();
    assertEquals([refused.code, refused.stdout], [2, ""]);
    assertMatch(refused.stderr, /^Cannot write to .*data: another program is at work in it\n$/);
    const { stdout, stderr, code } = await server.stop("SIGINT");
    const [, link] = /link, which is shown once: (.*)\n$/.exec(stdout)!;
    assertMatch(link!, new RegExp(`^${url}/login#[\\w-]{43}$`));
    assertEquals([code, JSON.parse(stderr).path], [130, "/healthz"], "a line of JSON for each request");
    if (Deno.build.os !== "windows") assertEquals((await Deno.stat(data)).mode! & 0o777, 0o700);
  }
  await using again = new Served(allowed, "--data", data);
  await again.address();
  const { stdout, code } = await again.stop("SIGTERM");
  assertEquals([stdout.split("\n").length - 1, code], [1, 0], "the address alone");
  await using third = new Served(allowed, "--data", data, "--new-token");
  await third.address();
  assertMatch((await third.stop("SIGTERM")).stdout, /\nAn admin signs in, .*#[\w-]{43}\n$/);
});

Deno.test("tare serve scores by a reward model of this machine, which it reads and its own code", async () => {
  await using folder = new TemporaryFolder();
  const [data, reward] = [`${folder.path}/data`, `${folder.path}/rm`];
  await Deno.mkdir(reward);
  await writeTinyModel(reward, { score: true });
  const allowed = permissions(data, [reward, ...code], "--allow-sys=systemMemoryInfo");
  const flags = ["--reward", reward, "--missing", "raw", "--device", "cpu", "--threads", "1"];
  await using server = new Served(allowed, "--data", data, ...flags);
  const url = await server.address();
  const ready = await fetch(`${url}/readyz`);
  assertEquals([ready.status, await ready.json()], [200, { status: "ok" }]);
  const { code: exit, stderr } = await server.stop("SIGINT");
  assertEquals([exit, stderr], [130, ""]);
  assert(await Deno.stat(`${data}/.lock`).then(() => false, () => true), "the lock is gone");
});
