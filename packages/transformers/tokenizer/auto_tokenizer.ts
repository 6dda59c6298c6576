/** Tokenizers by the classes of `@huggingface/transformers`. */
import { AutoTokenizer, type PreTrainedTokenizer } from "@huggingface/transformers";
import { type Codec, loadTokenizer, type Tokenizer } from "@tare/data";
import { readFile } from "node:fs/promises";

/**
 * Loads a tokenizer of a local folder with the class that `tokenizer_config.json` names, as `AutoTokenizer` finds it. The
 * rest, such as the boundary of prompt and completion and the chat template, is as `loadTokenizer` of `@tare/data` has it.
 *
 * @param folder Path of the folder, absolute or from the working directory.
 * @returns The tokenizer.
 * @throws {TypeError} If the folder has no `tokenizer.json` or no `tokenizer_config.json`.
 * @throws {SyntaxError} If a file is malformed.
 *
 * @example Usage
 * ```ts ignore
 * import { autoTokenizer } from "@tare/transformers";
 *
 * const tokenizer = await autoTokenizer("./models/nllb");
 * console.log(tokenizer.encode("Hello"));
 * ```
 */
export async function autoTokenizer(folder: string): Promise<Tokenizer> {
  // A path without a dot or slash in front is taken for a repository of the hub.
  const path = /^(\/|\.\.?(\/|$)|[A-Za-z]:)/.test(folder) ? folder : `./${folder}`;
  const files = filesOf(path);
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    if (!await files.open(name)) throw new TypeError(`Cannot find ${name} in ${folder}: AutoTokenizer needs it`);
  }
  await loadTokenizer(files); // says what is wrong with the files, which AutoTokenizer does not
  const auto = await AutoTokenizer.from_pretrained(path, { local_files_only: true });
  const Class = auto.constructor as new (json: object, config: object) => PreTrainedTokenizer;
  return await loadTokenizer(files, {
    codec: (json, config) => {
      const unknown = config.unk_token ?? json.model.unk_token; // the library takes the configuration's for WordLevel
      return codecOf(new Class(json, { ...config, unk_token: unknown }));
    },
  });
}

function codecOf(tokenizer: PreTrainedTokenizer): Codec {
  return {
    encode: (text, special) => tokenizer.encode(text, { add_special_tokens: special }),
    decode(ids, special) {
      const known = ids.filter((id) => tokenizer._tokenizer.id_to_token(id) !== undefined);
      if (known.length === 0) return "";
      return tokenizer.decode(known, { skip_special_tokens: !special, clean_up_tokenization_spaces: false });
    },
    idOf: (token) => tokenizer.convert_tokens_to_ids(token),
  };
}

/** Files of a folder on this machine, read as AutoTokenizer reads its own. */
function filesOf(folder: string): { open(name: string): Promise<Blob | undefined> } {
  return {
    async open(name) {
      try {
        return new Blob([new Uint8Array(await readFile(`${folder}/${name}`))]);
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}
