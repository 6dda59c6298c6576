/** Files of responses that the server's owner put into the data folder. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Opens files by name. */
export interface ResponseFiles {
  /**
   * Reads a file whole.
   *
   * @param name Its name; it is no path.
   * @param most Most bytes that it may have.
   * @throws {RangeError} If there is no such file, it is something else, or it is larger; one sentence.
   */
  read(name: string, most: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Files of one folder: plain files of the ending `.jsonl` that lie in it. Links are not followed, wherever they lead.
 *
 * @param folder The folder; without one there are no files.
 */
export function filesIn(folder: string | undefined): ResponseFiles {
  return {
    async read(name, most) {
      const refuse = (found: string) =>
        new RangeError(`Expected files of the folder of responses but found ${JSON.stringify(name)}, ${found}`);
      if (!/^[^./\\][^/\\]*\.jsonl$/.test(name) || name.includes("\0")) {
        throw refuse("which is no name that ends in .jsonl");
      }
      if (folder === undefined) throw refuse("and no folder: the server keeps nothing");
      // A link is refused when it is opened, not before; and what would block, such as a pipe, does not.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const file = await open(`${folder}/${name}`, flags).catch(() => {
        throw refuse("which is not there or is a link");
      });
      try {
        const { size } = await file.stat().then((stat) => stat.isFile() ? stat : { size: -1 });
        if (size < 0) throw refuse("which is no file");
        if (size > most) throw refuse(`of ${size} bytes where ${most} are left: send it in parts`);
        return new Uint8Array(await file.readFile()).slice(0, most); // it may have grown
      } finally {
        await file.close();
      }
    },
  };
}
