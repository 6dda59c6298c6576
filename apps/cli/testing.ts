/** What tests of commands need: a tiny model on disk, and the command as a program of its own. */
import { initParams, initScoreHead, openDevice, parseConfig, saveModel } from "@tare/core";
import type { Context } from "./command.ts";
import { writeWhole } from "./files.ts";

/** A context that nobody listens to. */
export const silent: Context = {
  ...{ print: () => {}, note: () => {}, signal: new AbortController().signal },
  again: "the same command with --resume",
  bar: () => ({ show: () => {}, [Symbol.dispose]: () => {} }),
};

/** A folder that ends with the test. */
export class TemporaryFolder implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "tare-" });

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

const tokenizers = new URL("../../packages/data/tokenizer/fixtures/", import.meta.url);

/** Writes a random model of 400 tokens, with the tokenizer and the chat template of a fixture; a reward model if asked for. */
export async function writeTinyModel(
  folder: string,
  { vocabulary = 400, score = false, seed = 5 }: { vocabulary?: number; score?: boolean; seed?: number } = {},
): Promise<void> {
  const config = parseConfig({
    ...{ model_type: "llama", hidden_size: 16, intermediate_size: 32, vocab_size: vocabulary, num_hidden_layers: 2 },
    ...{ num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 4096, rope_theta: 10000 },
    ...{ rms_norm_eps: 1e-5, tie_word_embeddings: true, eos_token_id: 399, bos_token_id: 1 },
  });
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = {
    config,
    params: initParams(device, config, seed),
    score: score ? initScoreHead(device, config, seed + 1) : undefined,
  };
  for (const { name, bytes } of saveModel(model)) {
    await writeWhole(`${folder}/${name}`, bytes);
  }
  for (const name of ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]) {
    await writeWhole(`${folder}/${name}`, await Deno.readTextFile(new URL(`llama/${name}`, tokenizers)));
  }
}

/** Starts `tare`. */
export function spawnTare(...args: string[]): Deno.ChildProcess {
  const main = new URL("mod.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", main, ...args],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } },
  }).spawn();
}

/**
 * Waits until something is true of what a program does.
 *
 * @throws {Error} If it ends before.
 */
export async function waitFor(child: Deno.ChildProcess, holds: () => Promise<boolean>): Promise<void> {
  let ended = false;
  child.status.then(() => ended = true);
  while (!await holds()) {
    if (ended) throw new Error("the program ended before");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Runs `tare` to its end. */
export async function runTare(
  args: readonly string[],
  stdin = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawnTare(...args);
  await new Blob([stdin]).stream().pipeTo(child.stdin).catch(() => {}); // it may end without reading
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Writes demonstrations, preferences and ratings of a few words: `demonstrations.jsonl` and so on. */
export async function writeTinyData(folder: string, count = 60): Promise<void> {
  const words = ["red", "blue", "green", "cat", "dog", "tea", "sun", "moon"];
  const word = (i: number) => words[(i * 2654435761 >>> 7) % words.length];
  const rows = Array.from({ length: count }, (_, i) => {
    const prompt = `\n\nHuman: say ${word(i)} ${word(i + 31)} ${i}\n\nAssistant:`;
    const completion = ` ${word(i)} ${word(i + 31)}`;
    return {
      demonstrations: { prompt, completion },
      preferences: { prompt, chosen: completion, rejected: ` no ${word(i + 7)}` },
      ratings: { prompt, completion, rating: i % 10 / 10 },
    };
  });
  for (const name of ["demonstrations", "preferences", "ratings"] as const) {
    await writeWhole(`${folder}/${name}.jsonl`, rows.map((row) => `${JSON.stringify(row[name])}\n`).join(""));
  }
}

/** A folder with a tiny model and tiny data. */
export async function folderWithModel(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  await Promise.all([writeTinyModel(folder.path), writeTinyData(folder.path)]);
  return folder;
}

/** Flags of a training that takes a second. */
export const quick: readonly string[] = [
  "--batch",
  "8",
  "--learning-rate",
  "1e-2",
  "--device",
  "cpu",
  "--threads",
  "1",
];

/** Reads a file of JSON. */
// deno-lint-ignore no-explicit-any -- tests look at what is in it
export async function readJson(path: string): Promise<any> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** Reads a file of JSON lines. */
// deno-lint-ignore no-explicit-any -- tests look at what is in it
export async function readLines(path: string): Promise<any[]> {
  return (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
}
