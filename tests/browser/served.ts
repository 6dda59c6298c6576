/** `tare serve` as a program of its own, allowed no more than its README says, with a judge that is a server of this process. */

const root = new URL("../../", import.meta.url);

/** The program's own code, which its threads read. */
const code = ["apps", "packages"].map((folder) => new URL(folder, root).pathname);

/** A server that is running. */
export interface Served extends AsyncDisposable {
  /** Its address. */
  readonly origin: string;
  /** The link that signs an admin in. */
  readonly login: string;
  /** Asks its API as an admin, as a program does. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Response>;
}

/** What a judge says of two responses: the better one, and why. */
export type Opinion = (a: string, b: string) => { readonly verdict: "A" | "B" | "tie"; readonly rationale: string };

/** Starts `tare serve` on a free port, with an empty data folder and a judge called `stand-in`. */
export async function serveTare(opinion: Opinion): Promise<Served> {
  const folder = await Deno.makeTempDir({ prefix: "tare-browser-" });
  const judge = serveJudge(opinion);
  const { port } = judge.addr;
  const [data, config] = [`${folder}/data`, `${folder}/serve.json`];
  const model = { model: "stand-in", baseURL: `http://127.0.0.1:${port}/v1`, concurrency: 4 };
  await Deno.writeTextFile(config, JSON.stringify({ judges: { "stand-in": model } }));
  const allowed = [
    `--allow-net=127.0.0.1:0,127.0.0.1:${port}`,
    `--allow-read=${[data, config, ...code]}`,
    `--allow-write=${data}`,
  ];
  const flags = ["serve", "--data", data, "--config", config, "--port", "0"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--no-prompt", ...allowed, "apps/cli/mod.ts", ...flags],
    ...{ cwd: root, stdin: "null", stdout: "piped", stderr: "inherit", env: { NO_COLOR: "1" } },
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!/\/login#.*\n/.test(said)) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Expected a server that listens but found one that ended: ${said}`);
    said += value;
  }
  const login = /http\S+\/login#(\S+)/.exec(said)!;
  const { origin } = new URL(login[0]);
  const headers = { authorization: `Bearer ${login[1]}`, "content-type": "application/json" };
  return {
    ...{ origin, login: login[0] },
    ask: (method, path, body) =>
      fetch(`${origin}${path}`, { method, headers, ...body !== undefined && { body: JSON.stringify(body) } }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await lines.cancel();
      await child.status;
      await judge.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A server of OpenAI's protocol that answers by rule. */
function serveJudge(opinion: Opinion): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { messages } = await request.json() as { messages: readonly { readonly content: string }[] };
    const between = /--Start of response . [0-9a-f]+--\n([^]*?)\n--End of response /g;
    const [a, b] = [...messages.at(-1)!.content.matchAll(between)].map(([, text]) => text!);
    const { rationale, verdict } = opinion(a!, b!);
    const content = JSON.stringify({ rationale, verdict });
    const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content } };
    return Response.json({
      ...{ id: "1", object: "chat.completion", created: 0, model: "stand-in", choices: [choice] },
      usage: { prompt_tokens: 300, completion_tokens: 12, total_tokens: 312 },
    });
  });
}
