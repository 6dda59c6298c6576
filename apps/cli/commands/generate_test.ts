import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { initAdapter, loadModel, openDevice, saveAdapter } from "@tare/core";
import { openFolder, writeWhole } from "../files.ts";
import { runTare, spawnTare, TemporaryFolder, writeTinyModel } from "../testing.ts";

const cpu = ["--device", "cpu", "--threads", "1"];

Deno.test("tare generate: equal seeds give equal text, piped in or not, streamed or whole; others other text", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const args = ["generate", "--model", folder.path, "--max-tokens", "12", ...cpu];
  const [plain, piped, other, several] = await Promise.all([
    runTare([...args, "--prompt", "Hello there", "--seed", "3"]),
    runTare([...args, "--seed", "3"], "Hello there\n"),
    runTare([...args, "--prompt", "Hello there", "--seed", "4"]),
    runTare([...args, "--prompt", "Hello there", "--seed", "3", "--n", "2", "--json"]),
  ]);
  assertEquals([plain.code, piped.code, other.code, several.code], [0, 0, 0, 0], plain.stderr);
  assertEquals(plain.stdout, piped.stdout);
  assert(plain.stdout !== other.stdout);
  assertStringIncludes(plain.stderr, "12 tokens in");
  const lines = several.stdout.trimEnd().split("\n");
  assertEquals(lines.length, 1);
  const { completions, tokens, prompt } = JSON.parse(lines[0]!);
  assertEquals([tokens, prompt, completions[0].text + "\n"], [24, "Hello there", plain.stdout]);
});

Deno.test("tare generate --chat answers each line, remembers, forgets at /reset, and outlives a line that is too long", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const args = [
    "generate",
    "--model",
    folder.path,
    "--chat",
    "--max-tokens",
    "6",
    "--temperature",
    "0",
    "--json",
    ...cpu,
  ];
  const [reset, first] = await Promise.all([
    runTare(args, `hi\nmore\n/reset\n\n${"too long ".repeat(5000)}\nhello`),
    runTare(args, "hello\n"),
  ]);
  assertEquals([reset.code, first.code], [0, 0], reset.stderr);
  assertStringIncludes(reset.stderr, "the model was made for 4096 in all");
  const { messages } = JSON.parse(reset.stdout);
  assertEquals(messages.map(({ role }: { role: string }) => role), ["user", "assistant"]);
  assertEquals(messages, JSON.parse(first.stdout).messages);
});

Deno.test("tare generate --adapter: one that changes nothing leaves the text", async () => {
  await using folder = new TemporaryFolder();
  await using adapterFolder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  {
    using device = await openDevice({ device: "cpu", threads: 1 });
    using _scope = device.scope();
    const { config } = await loadModel(device, await openFolder(folder.path));
    const adapter = initAdapter(device, config, { rank: 2, alpha: 4 }, 1); // up is zero
    for (const { name, bytes } of saveAdapter(adapter, config)) {
      await writeWhole(`${adapterFolder.path}/${name}`, bytes);
    }
  }
  const args = ["generate", "--model", folder.path, "--prompt", "a", "--max-tokens", "8", ...cpu];
  const [plain, adapted] = await Promise.all([runTare(args), runTare([...args, "--adapter", adapterFolder.path])]);
  assertEquals([adapted.code, adapted.stdout], [0, plain.stdout], adapted.stderr);
});

Deno.test("tare generate refuses bad input with one sentence and exit code 2", async () => {
  await using folder = new TemporaryFolder();
  await using corrupt = new TemporaryFolder();
  await using narrow = new TemporaryFolder();
  await Promise.all([
    writeTinyModel(folder.path),
    writeTinyModel(corrupt.path),
    writeTinyModel(narrow.path, { vocabulary: 300 }),
  ]);
  await Deno.truncate(`${corrupt.path}/model.safetensors`, 5000);
  const cases: [args: string[], sentence: string][] = [
    [["--model", `${folder.path}/no`], `Cannot open ${folder.path}/no: there is no such folder`],
    [["--model", folder.path, "--temprature", "1"], 'Unknown flag "--temprature"; did you mean --temperature?'],
    [["--model", corrupt.path], `${corrupt.path}: `],
    [["--model", narrow.path], "Expected a tokenizer of at most 300 tokens"],
    [["--model", folder.path, "--max-tokens", "5000"], "the model was made for 4096 in all"],
    [["--model", folder.path, "--adapter", narrow.path], "Cannot find adapter_config.json"],
  ];
  await Promise.all(cases.map(async ([args, sentence]) => {
    const { code, stdout, stderr } = await runTare(["generate", "--prompt", "Hello", ...cpu, ...args]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, sentence);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }));
});

Deno.test("tare generate refuses a prompt that is no text", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const child = spawnTare("generate", "--model", folder.path, ...cpu);
  await new Blob([Uint8Array.of(0x61, 0xff)]).stream().pipeTo(child.stdin);
  const { code, stderr } = await child.output();
  assertEquals(code, 2);
  assertStringIncludes(new TextDecoder().decode(stderr), "to be UTF-8 text but found other bytes");
});

Deno.test("tare generate ends without a word when nobody reads it, and with 130 at Ctrl-C", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const args = ["generate", "--model", folder.path, "--max-tokens", "3000", "--temperature", "0", ...cpu];
  const piped = spawnTare(...args, "--prompt", "a");
  await piped.stdin.close();
  const stdout = piped.stdout.getReader();
  await stdout.read();
  await stdout.cancel();
  const stderr = await new Response(piped.stderr).text();
  assertEquals([(await piped.status).code, stderr], [141, ""]);

  const chat = spawnTare(...args, "--chat");
  const writer = chat.stdin.getWriter();
  await writer.write(new TextEncoder().encode("hi\n"));
  const answer = chat.stdout.getReader();
  await answer.read();
  chat.kill("SIGINT");
  const { code } = await chat.status;
  await Promise.allSettled([writer.close(), answer.cancel(), chat.stderr.cancel()]);
  assertEquals(code, 130);

  const waiting = spawnTare(...args); // for a prompt that does not come
  await new Promise((resolve) => setTimeout(resolve, 1500));
  waiting.kill("SIGINT");
  const timer = setTimeout(() => waiting.kill("SIGKILL"), 10_000);
  assertEquals((await waiting.status).code, 130);
  clearTimeout(timer);
  await Promise.allSettled([waiting.stdin.close(), waiting.stdout.cancel(), waiting.stderr.cancel()]);
});
