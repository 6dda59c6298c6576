/** The commands that a pipeline may be made of: each of them reads files and writes files. */
import type { Command } from "./command.ts";
import { dpo } from "./commands/dpo.ts";
import { evalCompare } from "./commands/eval_compare.ts";
import { ppo } from "./commands/ppo.ts";
import { report } from "./commands/report.ts";
import { reward } from "./commands/reward.ts";
import { sample } from "./commands/sample.ts";
import { sft } from "./commands/sft.ts";
import { world } from "./commands/world.ts";

/** By name, in the order in which they follow one another. */
export const stages: Readonly<Record<string, Command>> = {
  world,
  sft,
  reward,
  sample,
  ppo,
  dpo,
  "eval compare": evalCompare,
  report,
};
