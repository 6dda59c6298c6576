/** Rows of a prompt, together. */
import { groupBy } from "../group_by.ts";

/**
 * Puts rows of a prompt together, prompts in the order of their ids: what is drawn from them then has the same bits in
 * whatever order rows come.
 *
 * @param rows Rows that know their prompt.
 * @returns The rows of each prompt.
 */
export function byPrompt<Row extends { readonly promptId: string }>(rows: Iterable<Row>): Row[][] {
  const prompts = [...groupBy(rows, ({ promptId }) => promptId)];
  return prompts.sort(([one], [other]) => one < other ? -1 : 1).map(([, together]) => together);
}
