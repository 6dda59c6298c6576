/** What all policies say, wherever they are. */
import type { Device } from "@tare/core";
import type { PromptToAnswer } from "../prompts.ts";
import type { Asked } from "./asked.ts";
import type { Policy } from "./policies.ts";
import { type Drawn, sampleCheckpoints, type Sampled, type SampleSettings } from "./sample.ts";
import { askPolicy, saidInFile, type ServedSettings } from "./served.ts";
import type { Tally } from "./tally.ts";

/** A response of each policy to each prompt, policies in their order. What costs nothing is looked at first. */
export async function drawResponses(
  device: Device | undefined,
  policies: readonly Policy[],
  prompts: readonly PromptToAnswer[],
  asked: Asked,
  settings: SampleSettings & ServedSettings,
  tally: Tally,
  signal: AbortSignal,
): Promise<Sampled> {
  const drawn = new Map<string, Drawn>();
  for (const policy of policies) {
    if (policy.kind === "file") drawn.set(policy.name, saidInFile(policy, prompts));
  }
  for (const policy of policies) {
    if (policy.kind !== "server") continue;
    const ask = asked.model(policy.model, policy.url);
    drawn.set(policy.name, await askPolicy(policy.name, ask, prompts, settings, tally, signal));
  }
  const checkpoints = policies.filter((policy) => policy.kind === "checkpoint");
  const reference = policies[0]!.kind === "checkpoint" ? policies[0] : undefined;
  const sampled = checkpoints.length > 0
    ? await sampleCheckpoints(device!, checkpoints, reference, prompts, settings, tally, signal)
    : { drawn: [], candidates: [] };
  for (const one of sampled.drawn) drawn.set(one.name, one);
  return { drawn: policies.map(({ name }) => drawn.get(name)!), candidates: sampled.candidates };
}
