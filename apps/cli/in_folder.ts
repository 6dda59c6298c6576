/** Work in another folder than the one where the command was typed. */

/** Works in a folder: what a stage calls a path is the same in its files wherever the command was typed. */
export async function inFolder<R>(folder: string, work: () => Promise<R>): Promise<R> {
  const before = Deno.cwd();
  Deno.chdir(folder);
  try {
    return await work();
  } finally {
    Deno.chdir(before);
  }
}
