/** What all cells of one world share: a device, a tokenizer, prompts. */
import { type Device, type ModelConfig, openDevice } from "@tare/core";
import { loadTokenizer, type Tokenizer } from "@tare/data";
import { createWorld, type World, worldTokenizer } from "@tare/data/world";
import type { Prompt } from "@tare/sampler";
import { sizedFor } from "../../apps/cli/shapes.ts";
import type { Cell } from "../cell.ts";
import { amounts, size } from "../settings.ts";

/** A prompt with its text. */
export type TextPrompt = Prompt & { readonly text: string };

/** Where a cell runs. */
export interface Place {
  readonly cell: Cell;
  readonly device: Device;
  readonly tokenizer: Tokenizer;
  readonly config: ModelConfig;
  readonly world: World;
  /** What PPO practises on: the first prompts of the reward model's training data. */
  readonly prompts: readonly TextPrompt[];
  /** What is reported is measured on these. */
  readonly heldOut: readonly TextPrompt[];
}

const severities = { pairs: "none", family: "family", prompt: "prompt", memorised: "prompt" } as const;

/** Opens a cell's world on one thread of the processor, where every number has the same bits each time. */
export async function openPlace(cell: Cell): Promise<Place & Disposable> {
  const { seed, noise, labels } = cell;
  const device = await openDevice({ device: "cpu", threads: 1 });
  const scope = device.scope();
  const files: Readonly<Record<string, string>> = worldTokenizer();
  const tokenizer = await loadTokenizer({
    open: (name) => Promise.resolve(files[name] === undefined ? undefined : new Blob([files[name]])),
  });
  const world = createWorld({ seed, noise, severity: severities[labels] });
  const prompts = (count: number, part: "train" | "held-out") =>
    world.prompts(count, part).map(({ id, prompt }) => ({ id: id!, text: prompt as string }));
  return {
    ...{ cell, device, tokenizer, world, config: sizedFor(size, tokenizer) },
    ...{ prompts: prompts(amounts.prompts, "train"), heldOut: prompts(amounts.heldOut, "held-out") },
    [Symbol.dispose]() {
      scope[Symbol.dispose]();
      device[Symbol.dispose]();
    },
  };
}
