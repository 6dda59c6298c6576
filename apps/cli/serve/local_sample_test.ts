import { baselineTable } from "@tare/contrastive";
import { assertEquals, assertRejects } from "@std/assert";
import { main } from "../main.ts";
import { readLines, silent, TemporaryFolder, writeTinyModel } from "../testing.ts";
import { openLocalSample } from "./local_sample.ts";

const cpu = { device: "cpu", threads: 1 } as const;
const prompts = ["Hello there,", "Say it:", "The cat"];

Deno.test("openLocalSample() draws what tare sample drew, in any order, and refuses another policy", async () => {
  await using folder = new TemporaryFolder();
  const [policy, reward, file, out] = ["policy", "reward", "prompts.jsonl", "out.jsonl"].map((name) =>
    `${folder.path}/${name}`
  ) as [string, string, string, string];
  for (const [path, score] of [[policy, false], [reward, true]] as const) {
    await Deno.mkdir(path);
    await writeTinyModel(path, { score });
  }
  await Deno.writeTextFile(file, prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""));
  const models = ["--model", policy, "--reward", reward, "--device", "cpu", "--threads", "1"];
  const settings = ["--k", "3", "--max-tokens", "7", "--temperature", "0.9", "--seed", "5"];
  assertEquals(await main(["sample", "--prompts", file, "--out", out, "--json", ...models, ...settings]), 0);
  const table = await baselineTable(await readLines(out));

  const { policy: id, template, sampling } = table;
  const made = { policy: id, template, sampling };
  using sample = await openLocalSample({ ...cpu, policy, made }, silent);
  const drawn = await Promise.all(prompts.toReversed().map((prompt) => sample(prompt)));
  assertEquals(drawn.toReversed(), [...table.rows.values()].map(({ responses }) => responses));
  assertEquals(sample.policy, table.policy);
  await assertRejects(() => sample("a ".repeat(5000)), RangeError, "Expected a prompt of at most 4089 tokens");

  const stop = new AbortController();
  const given = assertRejects(() => sample("Given up", stop.signal), Error, "gone");
  stop.abort(new Error("gone"));
  await given;

  const other = { ...cpu, policy, made: { ...made, policy: "sha256:01" } };
  await assertRejects(() => openLocalSample(other, silent), Error, "Expected --policy to be sha256:01, from which");
});
