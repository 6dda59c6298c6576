/** A server in a process of its own. */
import { root } from "../../tools/workspace.ts";

/** A server at work. */
export interface Server {
  /** Its address. */
  readonly origin: string;
  /** Asks it as its admin; throws what it says against it. */
  admin(method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Response>;
  /** How many of these votes are not in the log of a study. */
  lost(evaluation: string, votes: readonly string[]): Promise<number>;
  /** Ends it by SIGINT. */
  stop(): Promise<void>;
}

/** Flags of a server that scores by the reward model of a folder. */
export function localModel(folder: string): readonly string[] {
  return ["--reward", `${folder}/reward`, "--baselines", `${folder}/baselines.jsonl`];
}

/** Starts one on a free port; its data are in a new folder of the folder. */
export async function startServer(folder: string, flags: readonly string[]): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "apps/cli/mod.ts", "serve", "--data", await Deno.makeTempDir({ dir: folder }), "--port", "0"],
      ...["--device", "cpu", "--threads", "1", ...flags],
    ],
    ...{ cwd: root, stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  let said = "";
  const listening = Promise.withResolvers<void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const bytes of stream) {
      said = (said + new TextDecoder().decode(bytes)).slice(-10_000); // it writes ASCII
      if (/login#\S+/.test(said)) listening.resolve();
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  child.status.then(({ code }) => listening.reject(new Error(`The server ended with ${code}: ${said}`)));
  await listening.promise;
  const [, origin, token] = /(http:\/\/[\w.:]+)\/login#(\S+)/.exec(said)!;
  const admin: Server["admin"] = async (method, path, body, headers = {}) => {
    const sent = new Headers({ "content-type": "application/json", ...headers, authorization: `Bearer ${token}` });
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${origin}${path}`, { method, headers: sent, body: text });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    origin: origin!,
    admin,
    async lost(evaluation, votes) {
      const lines = await (await admin("GET", `/v1/evaluations/${evaluation}/export?format=study`)).text();
      const kept = new Set(lines.trim().split("\n").map((line) => JSON.parse(line)).map(({ id }) => id));
      return votes.filter((id) => !kept.has(id)).length;
    },
    async stop() {
      child.kill("SIGINT");
      await child.status;
      await reading;
    },
  };
}
