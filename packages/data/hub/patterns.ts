/** Which files of a repository are wanted. */

/** Files that a checkpoint needs here: configuration, weights, tokenizer. */
export const checkpointFiles: readonly string[] = [
  ...["config.json", "generation_config.json", "model*.safetensors", "model.safetensors.index.json"],
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"],
];

/** Makes a test of paths: whether one of the patterns fits, in which `*` stands for anything but `/`; none fits all. */
export function matcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => true;
  const all = patterns.map((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join("[^/]*")}$`);
  });
  return (path) => all.some((one) => one.test(path));
}
