/** Baselines that were drawn on the spot, in the server's file. */
import type { DatabaseSync } from "node:sqlite";
import type { BaselineRow } from "@tare/contrastive";
import type { KeptBaselines } from "./draw_baselines.ts";

/** Tables of this. Rows are JSON, as in `baselines.jsonl`. */
export const baselineTables = `
  CREATE TABLE baseline (
    number INTEGER PRIMARY KEY,
    reward_model TEXT NOT NULL,
    policy TEXT NOT NULL,
    prompt_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (reward_model, policy, prompt_hash)
  ) STRICT;`;

/** Opens them. A row takes the place of an earlier one, which was drawn in another way. */
export function openKeptBaselines(database: DatabaseSync): KeptBaselines {
  return {
    *rows(rewardModel, policy) {
      const select = database.prepare(
        "SELECT body FROM baseline WHERE reward_model = ? AND policy = ? ORDER BY number",
      );
      for (const { body } of select.iterate(rewardModel, policy)) yield JSON.parse(String(body)) as BaselineRow;
    },
    keep(row) {
      const insert = database.prepare(
        `INSERT INTO baseline (reward_model, policy, prompt_hash, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (reward_model, policy, prompt_hash) DO UPDATE SET body = excluded.body`,
      );
      insert.run(row.rewardModel, row.policy, row.promptHash, JSON.stringify(row));
    },
  };
}
