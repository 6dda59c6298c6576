/** Contrastive rewards of what trainers send. */
import { aggregate, type Baseline, type BaselineTable, contrast } from "@tare/contrastive";
import type { Missing, Sample, Score, ScoreRow } from "../options.ts";
import { batched, type BatchOptions, type ScoreRows, tooManyRows } from "./batched.ts";
import { drawBaselines, type KeptBaselines, sameDraws } from "./draw_baselines.ts";
import { ModelError } from "./errors.ts";
import { type PromptIndex, promptIndex } from "./prompt_index.ts";
import { cut, type FoundRow, type Query, readQuery } from "./query.ts";

/** What rewards are made of. */
export interface ContrastiveOptions extends BatchOptions {
  /** Scores. */
  readonly score: Score;
  /** Baselines that were sampled before; without them every prompt lacks one. */
  readonly table?: BaselineTable;
  /** Which number of a row is the baseline. @default {"mean"} */
  readonly baseline?: Baseline;
  /** What is done about a prompt without a baseline. @default {"refuse"} */
  readonly missing?: Missing;
  /** Draws baselines, where `missing` says so. */
  readonly sample?: Sample;
  /** Keeps what was drawn. */
  readonly kept?: KeptBaselines;
  /** Ends drawings under way. */
  readonly closing?: AbortSignal;
}

/** The reward of a response. */
export interface RewardParts {
  /** What the reward model says, in 32 bits. */
  readonly raw: number;
  /** What is subtracted; `null` where there is no baseline and rewards stay raw. */
  readonly baseline: number | null;
  /** The difference, rounded to 32 bits. */
  readonly contrastive: number;
}

/** Gives rewards. */
export interface ContrastiveRewards {
  /**
   * Gives a reward for each query, in their order.
   *
   * @throws {RangeError} If a query is not as it should be, or its prompt lacks a baseline.
   * @throws {FullError} If too much waits.
   * @throws {ModelError} If scoring or drawing fails.
   */
  (queries: readonly Query[], signal?: AbortSignal): Promise<readonly RewardParts[]>;
  /** What scores. */
  readonly reward: string;
  /** The table of baselines; `null` without one. */
  readonly baselines: string | null;
}

/**
 * Makes what gives contrastive rewards: the very numbers that `contrast()` gives offline for the same rows.
 *
 * A row that was drawn on the spot is known by its prompt's text, and never as the beginning of a query: what a query without
 * its prompt gets depends on the table alone.
 *
 * @param options What they are made of.
 * @returns The function.
 * @throws {RangeError} If the table is of another reward or policy, lacks what the baseline is made of, or nobody says how
 * baselines are drawn that are to be.
 */
export function contrastiveRewards(options: ContrastiveOptions): ContrastiveRewards {
  const { score, table, baseline = "mean", missing = "refuse" } = options;
  if (table) contrast(Object.assign(() => Promise.resolve(new Float32Array()), { id: score.id }), table, { baseline });
  const index = promptIndex(table?.rows.values() ?? []);
  const scoreRows = finite(score, batched(score, options));
  const offsetOf = missingOf[missing]({ ...options, baseline }, index, scoreRows);
  const rewards = async (queries: readonly Query[], signal?: AbortSignal) => {
    const many = tooManyRows(queries.length, options);
    if (many) throw many; // before each is hashed, or has a baseline drawn
    const found = await Promise.all(queries.map((query) => readQuery(query, index, score.specials)));
    const offsets = await Promise.all(
      found.map((it) => it.known ? aggregate(it.known, baseline) : offsetOf(it, signal)),
    );
    const raws = await scoreRows(found.map(({ row }) => row), signal);
    return Array.from(raws, (raw, i) => {
      const offset = offsets[i]!;
      return { raw, baseline: offset, contrastive: offset === null ? raw : Math.fround(raw - offset) };
    });
  };
  return Object.assign(rewards, { reward: score.id, baselines: table?.id ?? null });
}

/** Finds b(x) where the table has none. */
type OffsetOf = (of: FoundRow, signal?: AbortSignal) => Promise<number | null>;

const missingOf: Readonly<
  Record<
    Missing,
    (options: ContrastiveOptions & { baseline: Baseline }, index: PromptIndex, scoreRows: ScoreRows) => OffsetOf
  >
> = {
  raw: () => () => Promise.resolve(null),
  refuse: (_options, index) => ({ row, split }) => Promise.reject(lacking(row, split, index)),
  sample(options, index, scoreRows) {
    const { score, table, baseline, sample, kept, timeout, closing } = options;
    const sampling = sample?.sampling ?? table?.sampling;
    if (!sample || !sampling) {
      throw new RangeError(
        'Expected a sampler that says how it draws, as missing is "sample", but found none: give one, or refuse prompts ' +
          "without a baseline",
      );
    }
    checkSampler(sample, table, baseline);
    const find = drawBaselines({
      ...{ score, scoreRows, sample, sampling, template: table?.template, kept, timeout, closing },
    });
    return async ({ row, split }, signal) => {
      if (!split) throw lacking(row, split, index);
      return aggregate(await find(row, signal), baseline);
    };
  },
};

/** Refuses a sampler whose baselines would be no zero beside those of the table. */
function checkSampler({ policy, sampling }: Sample, table: BaselineTable | undefined, baseline: Baseline): void {
  if (baseline === "dataset" || baseline === "greedy") {
    throw new RangeError(
      `Expected a baseline of drawn responses, as missing is "sample", but found ${baseline}: take another baseline`,
    );
  }
  if (table && policy !== table.policy) {
    throw new RangeError(
      `Expected a sampler of the policy of the table, ${cut(table.policy)}, but found ${
        cut(policy)
      }: draw from the model ` +
        "that training begins from",
    );
  }
  if (table && sampling && !sameDraws(sampling, table.sampling)) {
    throw new RangeError(
      `Expected a sampler that draws as the table says, ${JSON.stringify(table.sampling)}, but found ` +
        `${JSON.stringify(sampling)}: draw the same way`,
    );
  }
}

function lacking({ prompt, text }: ScoreRow, split: boolean, { rows, texts }: PromptIndex): RangeError {
  const remedy = 'or start the server with missing "sample" or "raw"';
  if (rows === 0 && split) {
    return new RangeError(
      `Expected a baseline for prompt ${cut(prompt)} but there is no table: start the server with one, ${remedy}`,
    );
  }
  if (split) {
    return new RangeError(
      `Expected a baseline for prompt ${
        cut(prompt)
      } but the table of ${rows} prompts has none: sample baselines for all ` +
        `prompts that you train on, ${remedy}`,
    );
  }
  const bare = rows > texts ? `, which alone finds the ${rows - texts} rows of the table without a text` : "";
  return new RangeError(
    `Expected a prompt beside query ${
      cut(text)
    }, or one of the table that it begins with, but found neither: send the ` +
      `prompt too${bare}`,
  );
}

/** Refuses rewards that are no numbers, as `contrast()` does. */
function finite(score: Score, scoreRows: ScoreRows): ScoreRows {
  return async (rows, signal) => {
    const values = await scoreRows(rows, signal);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return values;
    throw new ModelError(
      `The reward model ${score.id} failed: expected a finite reward for the response to prompt ` +
        `${cut(rows[bad]!.prompt)} but found ${values[bad]}`,
    );
  };
}
