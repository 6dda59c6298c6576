/** The tokenizer of the world: a token for each of its words. */
import {
  belongings,
  guesses,
  harms,
  harmSteps,
  materialOf,
  materials,
  people,
  problems,
  states,
  uselessSteps,
} from "./grammar.ts";
import { closings, connectors, fillers, flatteries, leads, openings, refusals } from "./phrases.ts";
import { details, forms, greetings, harmRemarks, stateRemarks } from "./prompt.ts";

/** A turn's beginning, a word with the space in front of it, or one other character. */
const pattern = String.raw`\n\n(?:Human|Assistant):| ?[A-Za-z]+|'s|[^A-Za-z]`;

/** Ids 0, 1 and 2. */
const special = { unk_token: "<unk>", pad_token: "<pad>", eos_token: "</s>" } as const;

const chatTemplate = "{% for message in messages %}" +
  "{{ '\\n\\n' + ('Assistant' if message.role == 'assistant' else 'Human') + ': ' + message.content | trim }}" +
  "{{ eos_token if message.role == 'assistant' else '' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '\\n\\nAssistant:' }}{% endif %}";

/** Every text of the grammar. */
function phrases(): string[] {
  const sentences = [
    ...[...greetings, ...Object.values(forms).flat(), ...Object.values(stateRemarks).flat(), ...harmRemarks],
    ...[...details, ...Object.keys(problems), ...Object.keys(materialOf), ...belongings, ...people],
    ...[openings, closings, refusals].flatMap(Object.keys),
    ...[...flatteries.flat(), ...fillers, ...leads, ...connectors(4), ...connectors(1), "and", "But never use"],
    ...Object.values(states).flat(),
    ...[...Object.values(problems), guesses.problem].flatMap(({ agent, steps }) => [agent, ...steps]),
    ...[...Object.values(materials), guesses.material].flatMap(({ tool, step }) => [tool, step]),
    ...Object.values(harms).flatMap(({ reason, things, verbs }) => [reason, ...things, ...verbs]),
    ...[...harmSteps, ...uselessSteps, "Please talk to your"],
  ];
  return sentences.map((text) => ` ${text.replaceAll(/[#@]/g, "").trim()}`);
}

/** All tokens in the order of their ids. */
function tokens(): string[] {
  const words = phrases().flatMap((text) => text.match(new RegExp(pattern, "g"))!).filter((token) =>
    /[A-Za-z]/.test(token)
  );
  return [
    ...new Set([...Object.values(special), "\n\nHuman:", "\n\nAssistant:", ".", ",", "!", "?", "'s", ...words.sort()]),
  ];
}

/**
 * Writes the world's tokenizer in Hugging Face's layout. A token is a word with the space in front of it, a punctuation
 * mark, or the beginning of a turn; the chat template writes HH-RLHF's form.
 *
 * @returns The text of each file, by its name.
 *
 * @example Usage
 * ```ts
 * import { loadTokenizer } from "@tare/data";
 * import { worldTokenizer } from "@tare/data/world";
 * import { assertEquals } from "@std/assert";
 *
 * const files: Record<string, string> = worldTokenizer();
 * const tokenizer = await loadTokenizer({ open: (name) => Promise.resolve(files[name] && new Blob([files[name]!]) || undefined) });
 * const text = tokenizer.renderChat([{ role: "user", content: "How do I get ink off my rug?" }], { reply: true });
 * assertEquals(text, "\n\nHuman: How do I get ink off my rug?\n\nAssistant:");
 * assertEquals(tokenizer.encode(text).length, 11);
 * assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
 * ```
 */
export function worldTokenizer(): { "tokenizer.json": string; "tokenizer_config.json": string } {
  const all = tokens();
  const added = Object.values(special).map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  }));
  const json = {
    ...{ version: "1.0", truncation: null, padding: null, added_tokens: added, normalizer: null },
    pre_tokenizer: { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    ...{ post_processor: null, decoder: { type: "Fuse" } },
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(all.map((token, id) => [token, id])),
      unk_token: special.unk_token,
    },
  };
  const config = {
    ...{ tokenizer_class: "PreTrainedTokenizerFast", clean_up_tokenization_spaces: false, ...special },
    chat_template: chatTemplate,
  };
  return { "tokenizer.json": JSON.stringify(json) + "\n", "tokenizer_config.json": JSON.stringify(config) + "\n" };
}
