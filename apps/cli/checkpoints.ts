/**
 * The checkpoints of a run: folders `step-N`, written whole, and two files that name them. `latest` is where a killed run
 * goes on, `best` the model with the lowest held-out loss. The order of writing is what makes a kill harmless: the
 * folder, `latest`, `best`; what neither names goes last.
 */
import type { CheckpointFiles, FileToWrite } from "@tare/core";
import { isFolder, openFolder, writeFolder, writeWhole } from "./files.ts";

/** The file with what training needs to go on, beside the model in a checkpoint. */
export const stateFile = "state.safetensors";

/** Files that name a checkpoint. */
export type Pointer = "latest" | "best";

/** The step that a pointer names, if its folder is there. */
export async function readPointer(run: string, pointer: Pointer): Promise<number | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(`${run}/${pointer}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  const step = /^step-(\d+)\n?$/.exec(text)?.[1];
  if (step === undefined) {
    throw new SyntaxError(`Cannot read ${run}/${pointer}: expected the name of a checkpoint, such as step-100`);
  }
  return await isFolder(`${run}/step-${step}`) ? Number(step) : undefined;
}

/** The folder that holds the model: this one, or for a run that goes on its best checkpoint, or else its latest. */
export async function modelFolder(folder: string): Promise<string> {
  const files = await openFolder(folder);
  if (await files.open("config.json")) return folder;
  const step = await readPointer(folder, "best") ?? await readPointer(folder, "latest");
  return step === undefined ? folder : `${folder}/step-${step}`;
}

/** Opens the checkpoint of a step. */
export async function openCheckpoint(run: string, step: number): Promise<CheckpointFiles> {
  return await openFolder(`${run}/step-${step}`);
}

/**
 * Writes a checkpoint and lets the pointers name it.
 *
 * @param best The step whose model is the best so far, if that is known.
 */
export async function saveCheckpoint(
  run: string,
  step: number,
  files: readonly FileToWrite[],
  best?: number,
): Promise<void> {
  await writeFolder(`${run}/step-${step}`, files);
  await writeWhole(`${run}/latest`, `step-${step}\n`);
  await pointAtBest(run, best);
  await prune(run);
}

/** Lets `best` name a step, where its folder is there and it does not yet. */
export async function pointAtBest(run: string, best?: number): Promise<void> {
  if (best === undefined || await readPointer(run, "best") === best || !await isFolder(`${run}/step-${best}`)) return;
  await writeWhole(`${run}/best`, `step-${best}\n`);
}

/** Removes checkpoints that no pointer names, and the state of those that nobody goes on from. */
export async function prune(run: string, finished = false): Promise<void> {
  const [latest, best] = [await readPointer(run, "latest"), await readPointer(run, "best")];
  for await (const { name } of Deno.readDir(run)) {
    const step = /^step-(\d+)$/.exec(name)?.[1];
    if (step === undefined) continue;
    const path = `${run}/${name}`;
    if (Number(step) !== latest && Number(step) !== best) await Deno.remove(path, { recursive: true });
    else if (finished || Number(step) !== latest) await removeIfThere(`${path}/${stateFile}`);
  }
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/**
 * Puts the model of a checkpoint at the top of the run's folder, where others look for one; `config.json` last, so that
 * a folder with one is whole.
 */
export async function publish(run: string, step: number): Promise<void> {
  const folder = `${run}/step-${step}`;
  const entries = (await Array.fromAsync(Deno.readDir(folder))).filter(({ name }) => name !== stateFile);
  const last = (name: string) => name === "config.json" ? 1 : 0;
  for (const { name, isDirectory } of entries.sort((a, b) => last(a.name) - last(b.name))) {
    if (isDirectory) await writeFolder(`${run}/${name}`, await filesOf(`${folder}/${name}`));
    else await writeWhole(`${run}/${name}`, (await Deno.open(`${folder}/${name}`)).readable);
  }
  await prune(run, true);
}

async function filesOf(folder: string): Promise<FileToWrite[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return await Promise.all(
    names.map(async (name) => ({ name, bytes: (await Deno.open(`${folder}/${name}`)).readable })),
  );
}
