/** What comparisons are tested with: servers and files. */
import { TemporaryFolder } from "../testing.ts";

/** A server of OpenAI's protocol, and what it was asked. */
export interface FakeServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** Questions, in the order in which they came. */
  readonly questions: { model: string; text: string; key: string | null }[];
  /** Most requests that it had at a time. */
  readonly most: number;
}

/** Serves answers: one that judges calls the longer response better, unless it is told to mumble; any other repeats the prompt. */
export function serveModels(
  mumbles: (model: string, text: string) => boolean | Promise<boolean> = () => false,
): FakeServer {
  const questions: FakeServer["questions"] = [];
  let [running, most] = [0, 0];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    most = Math.max(most, ++running);
    const { model, messages, response_format } = await request.json();
    const text: string = messages.at(-1).content;
    questions.push({ model, text, key: request.headers.get("authorization") });
    const [a, b] = [text.indexOf("A!"), text.indexOf("BB!")];
    const verdict = a < b ? "B" : "A";
    const content = await mumbles(model, text)
      ? "Who knows?"
      : response_format
      ? JSON.stringify({ rationale: "It is longer.", verdict })
      : `You said: ${text}`;
    await new Promise((resolve) => setTimeout(resolve, 2)); // time for others to come
    running--;
    return Response.json({
      ...{ id: "1", object: "chat.completion", created: 1, model, usage: usageOf(text) },
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content, refusal: null } }],
    });
  });
  const { port } = server.addr;
  return {
    ...{ url: `http://127.0.0.1:${port}/v1`, questions },
    get most() {
      return most;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const usageOf = ({ length }: string) => ({ prompt_tokens: length, completion_tokens: 5, total_tokens: length + 5 });

/** Two files of responses to three prompts; those of `long` are longer. */
export async function folderOfResponses(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  for (const [name, said] of [["short", "A!"], ["long", "BB!"]] as const) {
    const rows = ["p", "q", "r"].map((prompt) => JSON.stringify({ prompt, response: `${said} ${prompt}` }));
    await Deno.writeTextFile(`${folder.path}/${name}.jsonl`, rows.join("\n"));
  }
  return folder;
}
