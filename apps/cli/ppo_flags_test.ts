import { assertEquals } from "@std/assert";
import { ppoDefaults } from "@tare/ppo";
import { ppo } from "./commands/ppo.ts";
import { parseFlags } from "./flags.ts";
import { ppoConfigOf, type PpoValues } from "./ppo_flags.ts";

const configOf = (...args: string[]) => ppoConfigOf(parseFlags(args, ppo.flags) as unknown as PpoValues);

Deno.test("ppoFlags have the defaults of PPO, and every setting of it", () => {
  const given = configOf();
  for (const [name, value] of Object.entries(given)) {
    assertEquals([name, value], [name, ppoDefaults[name as keyof typeof ppoDefaults]]);
  }
  const undecided = ["rewardScale", "rewardClip"]; // no flag says Infinity, and the scale depends on the baselines
  assertEquals(Object.keys(given).sort(), Object.keys(ppoDefaults).filter((name) => !undecided.includes(name)).sort());
});

Deno.test("ppoConfigOf() takes a scale of rewards, a running one, and advantages as they are", () => {
  assertEquals(configOf("--reward-scale", "2").rewardScale, 2);
  assertEquals(configOf("--running-scale").rewardScale, "running");
  assertEquals([configOf("--no-whiten").whiten, configOf("--kl-target", "6").klTarget], [false, 6]);
});
