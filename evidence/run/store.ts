/** Models and tables on disk, so that the arms of one world share them. What is missing is made again, to the same bits. */
import { type Device, loadModel, type Model, saveModel } from "@tare/core";

const folder = new URL("../../runs/evidence/", import.meta.url);

/** Gives a model of this name, made by `make` if it is not there. */
export async function stored(device: Device, name: string, make: () => Promise<Model>): Promise<Model> {
  const own = new URL(`${name}/`, folder);
  const there = await Deno.stat(own).then(() => true, () => false);
  if (!there) await store(own, await make());
  return await loadModel(device, {
    open: async (file) => {
      const bytes = await Deno.readFile(new URL(file, own)).catch(() => undefined);
      return bytes && new Blob([bytes]);
    },
  });
}

async function store(own: URL, model: Model): Promise<void> {
  const half = new URL(`${own.href.slice(0, -1)}.${Deno.pid}.part/`);
  await Deno.mkdir(half, { recursive: true });
  for (const { name, bytes } of saveModel(model)) await Deno.writeFile(new URL(name, half), bytes);
  await Deno.rename(half, own).catch(() => Deno.remove(half, { recursive: true })); // another process was faster
}

/** Gives rows of this name, made by `make` if they are not there. */
export async function storedRows<R>(name: string, make: () => AsyncIterable<R>): Promise<R[]> {
  const own = new URL(`${name}.json`, folder);
  const text = await Deno.readTextFile(own).catch(() => undefined);
  if (text !== undefined) return JSON.parse(text);
  const rows = await Array.fromAsync(make());
  const half = new URL(`${own.href}.${Deno.pid}.part`);
  await Deno.mkdir(new URL(".", own), { recursive: true });
  await Deno.writeTextFile(half, JSON.stringify(rows));
  await Deno.rename(half, own);
  return rows;
}
