/** `tare generate`: try a checkpoint. */
import { type Command, defineCommand } from "../command.ts";

export const generate: Command = defineCommand({
  summary: "complete a prompt with a model, or talk to it",
  flags: {},
  run: () => Promise.resolve({}),
});
