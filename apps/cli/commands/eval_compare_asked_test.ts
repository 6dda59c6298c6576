import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseFlags, UsageError } from "../flags.ts";
import { readJson, readLines, runTare, silent, TemporaryFolder } from "../testing.ts";
import { evalCompare } from "./eval_compare.ts";

/** A server of OpenAI's protocol, and what it was asked. */
interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly questions: { model: string; text: string; key: string | null }[];
}

/** Serves answers: one that judges calls the longer response better, unless it is told to mumble; any other repeats the prompt. */
function serveModels(mumbles: (model: string, text: string) => boolean = () => false): FakeServer {
  const questions: FakeServer["questions"] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { model, messages, response_format } = await request.json();
    const text: string = messages.at(-1).content;
    questions.push({ model, text, key: request.headers.get("authorization") });
    const [a, b] = [text.indexOf("A!"), text.indexOf("BB!")];
    const verdict = a < b ? "B" : "A";
    const content = mumbles(model, text)
      ? "Who knows?"
      : response_format
      ? JSON.stringify({ rationale: "It is longer.", verdict })
      : `You said: ${text}`;
    return Response.json({
      ...{ id: "1", object: "chat.completion", created: 1, model, usage: usageOf(text) },
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content, refusal: null } }],
    });
  });
  const { port } = server.addr;
  return { url: `http://127.0.0.1:${port}/v1`, questions, [Symbol.asyncDispose]: () => server.shutdown() };
}

const usageOf = ({ length }: string) => ({ prompt_tokens: length, completion_tokens: 5, total_tokens: length + 5 });

/** Two files of responses to three prompts; those of `long` are longer. */
async function folderOfResponses(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  for (const [name, said] of [["short", "A!"], ["long", "BB!"]] as const) {
    const rows = ["p", "q", "r"].map((prompt) => JSON.stringify({ prompt, response: `${said} ${prompt}` }));
    await Deno.writeTextFile(`${folder.path}/${name}.jsonl`, rows.join("\n"));
  }
  return folder;
}

async function run(args: readonly string[]) {
  // deno-lint-ignore no-explicit-any -- the report is JSON
  return await evalCompare.run(parseFlags(args, evalCompare.flags), silent) as any;
}

Deno.test("tare eval compare asks judges about files of responses, in both orders, and pays for each answer once", async () => {
  await using folder = await folderOfResponses();
  const { path } = folder;
  let confused = true;
  await using server = serveModels((_model, text) => confused && text.includes("BB! q"));
  const args = ["short", "long"].map((name) => `${path}/${name}.jsonl`);
  args.push("--out", `${path}/out`, "--gpt", "judge-1", "--gpt-url", server.url);

  const first = await run(args);
  const [pair] = first.pairs;
  assertEquals([pair.a, pair.b, pair.by, pair.win, pair.tie, pair.lose, pair.invalid], [
    ...["long", "short", "judge-1", 2, 0, 0, 1],
  ]);
  assertEquals(pair.bounds, { low: 2 / 3, high: 1 });
  assertEquals([server.questions.length, first.policies[0].length], [6, undefined]);
  const [spent] = Object.values(first.spent) as { tries: number; input: number; output: number }[];
  const asked = server.questions.reduce((sum, { text }) => sum + text.length, 0);
  assertEquals([spent!.tries, spent!.input, spent!.output], [6, asked, 30]);
  const rows = await readLines(`${path}/out/verdicts.jsonl`);
  assertEquals(rows.map(({ winner, games }) => [winner, games.length]), [["a", 2], ["invalid", 2], ["a", 2]]);
  assertEquals(
    await readJson(`${path}/out/table.json`),
    JSON.parse(JSON.stringify({ ...first, out: undefined, spent: undefined })),
  );

  confused = false;
  const second = await run([...args, "--resume"]); // only what is missing
  assertEquals([server.questions.length, second.pairs[0].invalid, second.pairs[0].win], [8, 0, 3]);
  await run([...args, "--resume"]);
  await run([...args, "--force", "--seed", "1"]);
  assertEquals(server.questions.length, 8);
});

Deno.test("tare eval compare takes a model behind a server for a policy, and keeps keys out of what it writes", async () => {
  await using folder = await folderOfResponses();
  const { path } = folder;
  await using server = serveModels();
  const url = server.url.replace("http://", "http://ann:secret@");
  await Deno.writeTextFile(`${path}/prompts.jsonl`, '{"prompt":"p"}\n{"prompt":"q"}\n');
  const rest = [
    "--prompts",
    `${path}/prompts.jsonl`,
    "--out",
    `${path}/out`,
    "--gpt",
    "one",
    "--gpt",
    "two",
    "--panel",
  ];
  Deno.env.set("OPENAI_API_KEY", "sk-secret");
  const { code, stdout, stderr } = await runTare(
    ["eval", "compare", `echo=${url}#parrot`, `${path}/long.jsonl`, ...rest, "--gpt-url", url, "--json"],
  );
  Deno.env.delete("OPENAI_API_KEY");
  assertEquals(code, 0, stderr);
  const { pairs, policies } = JSON.parse(stdout);
  assertEquals(policies.map(({ name, eosRate }: { name: string; eosRate: number }) => [name, eosRate]), [
    ["echo", 1],
    ["long", undefined],
  ]);
  assertEquals(pairs.map(({ by }: { by: string }) => by), ["one", "two", "panel"]);
  const responses = await readLines(`${path}/out/responses.jsonl`);
  assertEquals(responses[0].response, "You said: p");
  assertEquals(new Set(server.questions.map(({ key }) => key)), new Set(["Bearer sk-secret"]));
  assertEquals(server.questions.length, 2 + 2 * 2 * 2); // the panel asks nothing anew
  for (const name of ["run.json", "table.json", "verdicts.jsonl"]) {
    assert(!(await Deno.readTextFile(`${path}/out/${name}`)).includes("secret"), name);
  }
  assert(!(stdout + stderr).includes("secret"));
});

Deno.test("tare eval compare refuses judges and files that make no sense, and asks nothing", async () => {
  await using folder = await folderOfResponses();
  const { path } = folder;
  await using server = serveModels();
  const files = ["short", "long"].map((name) => `${path}/${name}.jsonl`);
  const usual = [...files, "--out", `${path}/out`, "--gpt-url", server.url];
  await Deno.writeTextFile(`${path}/more.jsonl`, '{"prompt":"p","response":"x"}\n{"prompt":"s","response":"y"}\n');
  await Deno.writeTextFile(`${path}/twice.jsonl`, '{"prompt":"p","response":"x"}\n{"prompt":"p","response":"y"}\n');
  await Deno.writeTextFile(`${path}/bad.jsonl`, '{"prompt":"p","response":"x"}\n{"prompt":"q"}\n');
  await Deno.writeTextFile(`${path}/named.jsonl`, '{"policy":"x","prompt":"p","response":"x"}\n');
  const refused: [args: string[], message: string][] = [
    [[...usual, "--gpt", "a", "--panel"], "Expected --gpt twice or more beside --panel"],
    [[...usual, "--gpt", "a", "--gpt", "a"], 'Expected a name of its own for each judge but found "a" twice'],
    [[...usual, "--gpt", "gold"], 'Expected a name of its own for each judge but found "gold" twice'],
    [[`more=${path}/more.jsonl`, ...usual, "--gpt", "a"], "to each of 2 prompts but found none to 1 of them"],
    [[`${path}/twice.jsonl`, ...usual, "--gpt", "a"], "found a second one to"],
    [[`${path}/bad.jsonl`, ...usual, "--gpt", "a"], "bad.jsonl, line 2: response: expected a text"],
    [[`${path}/named.jsonl`, ...usual, "--gpt", "a"], "Expected responses of named"],
    [[`gpt=${server.url}`, ...usual, "--gpt", "a"], "Expected a server's policy as NAME=URL#MODEL"],
    [[`gpt=${server.url}#m`, ...usual, "--gpt", "a"], "Expected --prompts with a file of prompts"],
  ];
  for (const [args, message] of refused) await assertRejects(() => run(args), Error, message);
  assertEquals(server.questions.length, 0);
  assert(!(await Array.fromAsync(Deno.readDir(path))).some(({ name }) => name.startsWith("out")));
  const { stderr, code } = await runTare([
    "eval",
    "compare",
    ...files,
    "--out",
    `${path}/out`,
    "--gpt",
    "a",
    "--gpt-url",
    "x",
  ]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Expected --gpt-url with an address");
  await assertRejects(() => run(usual), UsageError, "nothing else says which response is better");
});
