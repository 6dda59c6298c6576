import { assert, assertEquals } from "@std/assert";

/** Runs an example; the numbers that it prints after a word. */
async function numbersOf(script: string, word: string): Promise<number[]> {
  const file = new URL(script, import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", file] }).output();
  assertEquals(code, 0);
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.flatMap((line) => new RegExp(`${word} (-?[\\d.]+)`).exec(line)?.slice(1).map(Number) ?? []);
}

const average = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

Deno.test("ppo_world.ts raises the gold score of what it learned from demonstrations", async () => {
  const golds = await numbersOf("./ppo_world.ts", "gold");
  assertEquals(golds.length, 20);
  const [before, after] = [average(golds.slice(0, 5)), average(golds.slice(-5))];
  assert(after > before + 0.04, `from ${before} to ${after}`);
});

Deno.test("custom_reward.ts learns what its reward likes", async () => {
  const rewards = await numbersOf("./custom_reward.ts", "reward");
  assert(rewards.at(-1)! > rewards[0]! + 0.5, `${rewards}`);
});
