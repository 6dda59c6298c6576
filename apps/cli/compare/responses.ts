/** Files of responses: what a policy said once, here or anywhere else. */
import { RowError } from "@tare/data";
import { z } from "zod";
import type { Context } from "../command.ts";
import { openRows } from "../data.ts";
import { digestOf, sha256 } from "../digest.ts";
import { UsageError } from "../flags.ts";

/** A response of a file. */
export interface ResponseOf {
  /** The rendered prompt. */
  readonly prompt: string;
  /** What was said to it. */
  readonly response: string;
  /** Why it ended, if that is known. */
  readonly finish?: string;
  /** Its tokens, if they are known. */
  readonly length?: number;
}

/** What a file holds of one policy. */
export interface Responses {
  /** SHA-256 of the rows. */
  readonly id: string;
  /** Responses by the ids of their prompts: those of the rows, or the SHA-256 of the prompts. */
  readonly responses: ReadonlyMap<string, ResponseOf>;
}

const text = z.string("expected a text");
const schema = z.object({
  ...{ prompt: text, response: text.optional(), completion: text.optional(), policy: text.optional() },
  ...{ promptId: text.optional(), id: text.optional(), finish: text.optional() },
  length: z.number("expected a number").optional(),
}, "expected an object with prompt and response").refine(
  ({ response, completion }) => (response ?? completion) !== undefined,
  { path: ["response"], message: "expected a text" },
);

/**
 * Reads responses. Of rows that name policies, as `responses.jsonl` of a comparison has them, those of this one.
 *
 * @param file JSONL, zipped or not, with `prompt` and `response` (or `completion`), and perhaps `promptId` (or `id`).
 * @param policy What the user calls the policy.
 * @throws {RowError} If a row is none; it names file, line and field.
 * @throws {UsageError} If there is nothing of this policy, or two responses to one prompt.
 */
export async function readResponses(file: string, policy: string, context: Context): Promise<Responses> {
  const [digest, responses, others] = [sha256(), new Map<string, ResponseOf>(), new Set<string>()];
  for await (const row of await openRows(file, { whole: true }, context)) {
    context.signal.throwIfAborted();
    if ("error" in row) throw row.error;
    const { success, data, error } = schema.safeParse(row.value);
    if (!success) {
      const { path, message } = error.issues[0]!;
      throw new RowError(row.place, message, path.join(".") || undefined);
    }
    if (data.policy !== undefined && data.policy !== policy) {
      others.add(data.policy);
      continue;
    }
    const { prompt, response = data.completion!, promptId = data.id ?? digestOf(prompt), finish, length } = data;
    if (responses.has(promptId)) {
      throw new UsageError(
        `Expected one response to each prompt in ${file} but found a second one to "${promptId}" in ${
          row.place.unit ?? "line"
        } ${row.place.line}`,
      );
    }
    responses.set(promptId, { prompt, response, finish, length });
    digest.update(`${JSON.stringify([promptId, prompt, response])}\n`);
  }
  if (responses.size > 0) return { id: `sha256:${digest.digest("hex").slice(0, 16)}`, responses };
  throw new UsageError(
    `Expected responses of ${policy} in ${file} but found those of ${
      [...others].join(", ")
    } only: name the policy as ` +
      `the file does`,
  );
}
