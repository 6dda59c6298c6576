import { assertEquals } from "@std/assert";
import { writeTinyModel } from "../apps/cli/testing.ts";

const script = new URL("./hh.ts", import.meta.url).pathname;
const run = (...args: string[]) => new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...args] }).output();

Deno.test("hh.ts goes from transcripts and two checkpoints to PPO on contrastive rewards", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Promise.all(["sft", "reward"].map((name) => Deno.mkdir(`${folder}/${name}`)));
    await writeTinyModel(`${folder}/sft`);
    await writeTinyModel(`${folder}/reward`, { score: true });
    const rows = Array.from({ length: 8 }, (_, i) => {
      const prompt = `\n\nHuman: How do I clean ${i} cups?\n\nAssistant:`;
      return JSON.stringify({ chosen: `${prompt} Rinse them.`, rejected: `${prompt} No.` });
    });
    await Deno.writeTextFile(`${folder}/rows.jsonl`, rows.join("\n"));
    const models = [`${folder}/rows.jsonl`, `${folder}/sft`, `${folder}/reward`];
    const { code, stdout } = await run(...models, "--iterations", "2", "--max-tokens", "4");
    assertEquals(code, 0);
    const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.startsWith("ppo"));
    assertEquals(lines.map((line) => line.slice(0, 7)), ["ppo 1/2", "ppo 2/2"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("hh.ts says what it wants", async () => {
  const { code, stderr } = await run("rows.jsonl");
  assertEquals(code, 2);
  assertEquals(new TextDecoder().decode(stderr).startsWith("Usage: hh.ts FILE"), true);
});
