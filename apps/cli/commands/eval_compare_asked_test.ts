import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { folderOfResponses, serveModels } from "../compare/fakes.ts";
import { parseFlags, UsageError } from "../flags.ts";
import { readJson, readLines, runTare, silent, spawnTare, waitFor } from "../testing.ts";
import { evalCompare } from "./eval_compare.ts";

async function run(args: readonly string[], context = silent) {
  // deno-lint-ignore no-explicit-any -- the report is JSON
  return await evalCompare.run(parseFlags(args, evalCompare.flags), context) as any;
}

Deno.test("tare eval compare asks judges about files of responses, in both orders, and pays for each answer once", async () => {
  await using folder = await folderOfResponses();
  const { path } = folder;
  let confused = true;
  await using server = serveModels((_model, text) => confused && text.includes("BB! q"));
  const args = ["short", "long"].map((name) => `${path}/${name}.jsonl`);
  args.push("--out", `${path}/out`, "--gpt", "judge-1", "--gpt-url", server.url, "--concurrency", "3");

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
  assertEquals([server.questions.length, server.most], [8, 3]); // requests at a time, not comparisons
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
    [[files[0]!, ...usual.slice(2), "--gpt", "a"], "Expected two policies or more beside --gpt but found one"],
    [[`${path}/no.jsonl`, ...usual, "--gpt", "a"], "no.jsonl: there is no such file of responses"],
    [[...usual, "--gpt", "a", "--calls", files[0]!], "as a log of calls: file is not a database"],
    [[...usual, "--gpt", "gold"], "Expected --gpt with another name than gold, judge, reward, which"],
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

Deno.test("tare eval compare says why verdicts are invalid, and a panel asks nobody again", async () => {
  await using folder = await folderOfResponses();
  await using server = serveModels((model) => model === "mute");
  const notes: string[] = [];
  const files = ["short", "long"].map((name) => `${folder.path}/${name}.jsonl`);
  const args = [...files, "--out", `${folder.path}/out`, "--gpt", "one", "--gpt", "mute", "--panel"];
  const { pairs } = await run([...args, "--gpt-url", server.url], { ...silent, note: (line) => void notes.push(line) });
  assertEquals(pairs.map(({ by, win, invalid }: { by: string; win: number; invalid: number }) => [by, win, invalid]), [
    ...[["one", 3, 0], ["mute", 0, 3], ["panel", 0, 3]],
  ]);
  assertEquals(server.questions.length, 2 * 2 * 3);
  assertEquals(notes.length, 2);
  assertStringIncludes(notes[0]!, "Up to 6 requests to each judge"); // 3 prompts in both orders
  assertStringIncludes(notes[1]!, "mute: 3 of 3 verdicts are invalid, above all because: Expected a JSON object");
});

Deno.test("tare eval compare stops at its budget, and goes on with another one", async () => {
  await using folder = await folderOfResponses();
  await using server = serveModels();
  const notes: string[] = [];
  const files = ["short", "long"].map((name) => `${folder.path}/${name}.jsonl`);
  const args = [...files, "--out", `${folder.path}/out`, "--gpt", "j", "--gpt-url", server.url, "--resume"];
  const first = await run([...args, "--max-requests", "3"], { ...silent, note: (line) => void notes.push(line) });
  assert(first.pairs[0].invalid >= 2);
  assertStringIncludes(notes[1]!, "The budget of 3 requests is spent; --resume asks for them again");
  const second = await run([...args, "--max-requests", "3", "--concurrency", "1"]);
  assertEquals([second.pairs[0].win, server.questions.length], [3, 6]);
});

Deno.test("tare eval compare lets no second program write to its folder, or pay for the same", async () => {
  await using folder = await folderOfResponses();
  await using server = serveModels();
  const files = ["short", "long"].map((name) => `${folder.path}/${name}.jsonl`);
  const args = [...files, "--out", `${folder.path}/out`, "--gpt", "j", "--gpt-url", server.url];
  const outcomes = await Promise.allSettled([run(args), run(args)]);
  const [refused] = outcomes.filter((outcome) => outcome.status === "rejected");
  assertStringIncludes(`${refused?.reason}`, "another program is at work in it");
  assertEquals(server.questions.length, 6);
  const names = (await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name)).sort();
  assertEquals(names, ["long.jsonl", "out", "out.calls.sqlite", "short.jsonl"]);
});

Deno.test("tare eval compare adds up what one model has cost as policy and as judge", async () => {
  await using folder = await folderOfResponses();
  await using server = serveModels();
  const args = [`${folder.path}/short.jsonl`, `echo=${server.url}#m`, "--out", `${folder.path}/out`];
  const { spent } = await run([...args, "--gpt", "m", "--gpt-url", server.url]);
  assertEquals(Object.entries(spent as Record<string, { tries: number }>).map(([id, { tries }]) => [id, tries]), [
    [`m at ${server.url}`, 3 + 2 * 3],
  ]);
});

Deno.test("tare eval compare names the prompt that a server would not answer", async () => {
  await using folder = await folderOfResponses();
  const refuse = async (request: Request) => {
    if ((await request.text()).includes('"content":"q"')) {
      return Response.json({ error: { message: "filtered" } }, { status: 400 });
    }
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve)); // under way, until all are stopped
    return new Response();
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, refuse);
  const rows = ["p", "q", "r"].map((prompt) => JSON.stringify({ id: prompt.toUpperCase(), prompt, response: "x" }));
  await Deno.writeTextFile(`${folder.path}/said.jsonl`, rows.join("\n"));
  const url = `http://127.0.0.1:${server.addr.port}/v1`;
  const args = [`${folder.path}/said.jsonl`, `echo=${url}#m`, "--out", `${folder.path}/out`, "--gpt", "j"];
  const error = await assertRejects(() => run([...args, "--gpt-url", url]), Error, "filtered");
  assertEquals(error.message.match(/to prompt "\w"/g), ['to prompt "Q"']);
});

Deno.test("tare run does a comparison once: its answers are no input of it, and no key is in stages.json", async () => {
  await using folder = await folderOfResponses();
  await using server = serveModels();
  const { path } = folder;
  const url = server.url.replace("http://", "http://ann:secret@");
  const stage = { command: "eval compare", gptUrl: url, calls: "calls.sqlite" };
  const policies = ["short.jsonl", `echo=${url}#parrot`];
  const stages = [{ ...stage, name: "one", policies, gpt: ["j"] }, {
    ...stage,
    name: "two",
    policies,
    gpt: ["j", "k"],
  }];
  await Deno.writeTextFile(`${path}/pipeline.json`, JSON.stringify({ out: "runs", stages }));
  const { code, stdout, stderr } = await runTare(["run", `${path}/pipeline.json`]);
  assertEquals(code, 0, stderr);
  const asked = server.questions.length;
  assertEquals(asked, 3 + 2 * 3 + 2 * 3); // of two only what one did not ask
  const again = await runTare(["run", `${path}/pipeline.json`]);
  assertEquals([again.code, server.questions.length], [0, asked], again.stderr);
  const records = await Deno.readTextFile(`${path}/runs/stages.json`);
  assertStringIncludes(records, `echo=${server.url}#parrot`);
  assert(!(records + stdout + stderr).includes("secret"));
});

Deno.test("tare eval compare that is killed leaves no folder, and pays twice for nothing but what was under way", async () => {
  await using folder = await folderOfResponses();
  const { path } = folder;
  let answers = 0;
  let asked = 0;
  await using server = serveModels(async () => {
    const question = ++asked;
    while (question > answers) await new Promise((resolve) => setTimeout(resolve, 2));
    return false;
  });
  const args = ["short", "long"].map((name) => `${path}/${name}.jsonl`);
  args.push("--out", `${path}/out`, "--gpt", "j", "--gpt-url", server.url, "--concurrency", "1");
  for (answers of [2, 4]) { // and no more: one is under way at each kill
    const child = spawnTare("eval", "compare", ...args);
    await child.stdin.close();
    await waitFor(child, () => Promise.resolve(asked > answers));
    child.kill("SIGKILL");
    await child.output();
  }
  assert(!(await Array.fromAsync(Deno.readDir(path))).some(({ name }) => name === "out"));
  answers = Infinity;
  const { pairs: [pair] } = await run(args);
  assertEquals([pair.win, pair.invalid, server.questions.length], [3, 0, 6 + 2]);
});
