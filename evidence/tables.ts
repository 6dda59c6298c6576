/** Baselines of an arm: the real ones, or placebos. */
import { type BaselineTable, constantTable, shuffleTable } from "@tare/contrastive";
import type { Arm } from "./arms.ts";

/** What an arm subtracts; `undefined` for nothing. */
export async function tableOf(arm: Arm, table: BaselineTable, seed: number): Promise<BaselineTable | undefined> {
  if (arm.table === "none") return undefined;
  if (arm.table === "shuffled") return await shuffleTable(table, seed);
  return arm.table === "constant" ? await constantTable(table) : table;
}
