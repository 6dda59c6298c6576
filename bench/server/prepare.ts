/** What a server needs: a policy, a reward model, baselines, and responses to compare. */
import { root } from "../../tools/workspace.ts";

/**
 * Makes all of it by the commands of the command line, with hardly any training: how good they are changes no time.
 *
 * @param folder Where: `reward`, `baselines.jsonl`, `responses.jsonl`.
 * @param size Size of the models.
 * @param prompts How many prompts there are.
 */
export async function prepare(folder: string, size: string, prompts: number): Promise<void> {
  const run = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      ...{ args: ["run", "-A", "apps/cli/mod.ts", ...args, "--device", "cpu", "--json"], cwd: root, stdin: "null" },
    }).output();
    if (code !== 0) throw new Error(`tare ${args[0]} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  };
  const at = (name: string) => `${folder}/${name}`;
  const few = ["--context", "96", "--batch", "16", "--steps", "20"];
  await run("world", "--out", at("world"), "--prompts", `${prompts}`);
  await run(
    ...["sft", "--data", at("world/demonstrations.jsonl"), "--size", size, "--tokenizer", at("world")],
    ...["--out", at("sft"), ...few],
  );
  await run("reward", "--data", at("world/preferences.jsonl"), "--model", at("sft"), "--out", at("reward"), ...few);
  await run(
    ...["sample", "--prompts", at("world/prompts.jsonl"), "--model", at("sft"), "--reward", at("reward"), "-k", "4"],
    ...["--max-tokens", "32", "--context", "96", "--out", at("baselines.jsonl")],
  );
  // What scoring offline says of each response, as a text that has ended; some of the draws were cut off.
  const rows = await baselineRows(folder);
  const texts = rows.flatMap(({ prompt, responses }) =>
    responses.filter((text) => text !== "").map((completion) => ({ prompt, completion }))
  );
  await Deno.writeTextFile(at("texts.jsonl"), texts.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await run("reward", "--score", at("texts.jsonl"), "--model", at("reward"), "--out", at("scored.jsonl"));
  // Two policies: the first and the second draw of each prompt.
  const said = rows.flatMap(({ promptId, prompt, responses }) =>
    ["one", "two"].map((policy, i) => ({ policy, promptId, prompt, response: `${policy}: ${responses[i]!}` }))
  );
  await Deno.writeTextFile(at("responses.jsonl"), said.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

/** A line of `baselines.jsonl`, as far as it is needed here. */
export interface Row {
  readonly promptId: string;
  readonly prompt: string;
  readonly responses: readonly string[];
  readonly rewards: readonly number[];
}

/** Reads the baselines. */
export async function baselineRows(folder: string): Promise<Row[]> {
  return await rowsOf<Row>(`${folder}/baselines.jsonl`);
}

/** Reads the rows of a file. */
export async function rowsOf<T>(path: string): Promise<T[]> {
  return (await Deno.readTextFile(path)).trim().split("\n").map((line) => JSON.parse(line) as T);
}
