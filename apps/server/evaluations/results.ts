/** What an evaluation says by now: computed once for each version, and kept. */
import type { JudgeSummary, PairAgreement, PolicySummary, Summary } from "@tare/eval/report";
import type { AnnotatorQuality } from "@tare/eval/human";
import type { Studies } from "../human/studies.ts";
import type { Calculate } from "./calculate.ts";
import { factsOf, type PeopleFound, type Progress, studyVersion } from "./people.ts";
import type { Evaluations } from "./store.ts";

/** What people found, and how far they are. */
export interface People extends PeopleFound {
  /** How far each annotator can be relied upon. */
  readonly quality: readonly AnnotatorQuality[];
  /** How far the study is. */
  readonly progress: Progress;
}

/** What an evaluation says. */
export interface Results {
  /** Id of the evaluation. */
  readonly id: string;
  /** What its owner calls it. */
  readonly name: string;
  /** Of which version: it changes with every verdict and vote. */
  readonly version: string;
  /** How many prompts have responses. */
  readonly prompts: number;
  /** The policies in their order. */
  readonly policies: readonly PolicySummary[];
  /** What each judge found. */
  readonly judges: readonly JudgeSummary[];
  /** How far every two judges agree. */
  readonly agreements: readonly PairAgreement[];
  /** What people found; absent where there is no study. */
  readonly people?: People;
}

/** Gives results. */
export interface ResultsKeeper {
  /** The present version of an evaluation; none if it is not there. */
  version(id: string): Promise<string | undefined>;
  /** The results of the present version; none if it is not there. Who asks while they are computed waits for the same. */
  of(id: string): Promise<Results | undefined>;
  /** The latest results that there are, of whichever version. */
  latest(id: string): Results | undefined;
}

/** What results are made from. */
export interface ResultsOptions {
  /** Rows and verdicts. */
  readonly evaluations: Evaluations;
  /** Votes. */
  readonly studies: Studies;
  /** Computes. */
  readonly calculate: Calculate;
}

/** How many evaluations have their results kept. */
const most = 50;

interface Kept {
  readonly results: Results;
  /** What judges found, and of which version: votes do not change it. */
  readonly judged: { readonly version: number; readonly summary: Summary };
}

/** Makes what gives results. One computation runs for each evaluation; what changes meanwhile is in the next one. */
export function keepResults({ evaluations, studies, calculate }: ResultsOptions): ResultsKeeper {
  const kept = new Map<string, Kept>();
  const running = new Map<string, Promise<Kept | undefined>>();

  async function version(id: string): Promise<string | undefined> {
    const study = await studies.open(id);
    const votes = await study?.view(studyVersion);
    const record = evaluations.find(id);
    return record && versionOf(record.version, votes);
  }

  async function compute(id: string): Promise<Kept | undefined> {
    const study = await studies.open(id);
    const facts = await study?.view(factsOf);
    const record = evaluations.find(id); // nothing comes in between from here to the rows
    if (!record) return undefined;
    const before = kept.get(id)?.judged;
    const fresh = before?.version === record.version ? undefined : evaluations.rows(id);
    const input = facts && {
      ...{ votes: facts.votes, ratings: facts.ratings, policies: record.policies },
      verdicts: fresh?.verdicts ?? evaluations.verdicts(id),
    };
    const summary = fresh ? await calculate("summary", fresh) : before!.summary;
    const people = input && await calculate("people", input);
    const results = {
      ...{ id, name: record.name, version: versionOf(record.version, facts?.version), prompts: summary.prompts },
      ...{ policies: summary.policies, judges: summary.judges, agreements: summary.agreements },
      ...facts && people && { people: { ...people, quality: facts.quality, progress: facts.progress } },
    };
    return { results, judged: { version: record.version, summary } };
  }

  async function refresh(id: string): Promise<Kept | undefined> {
    try {
      const found = await compute(id);
      kept.delete(id); // the latest stands last
      if (found) kept.set(id, found);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      return found;
    } finally {
      running.delete(id);
    }
  }

  return {
    version,
    latest: (id) => kept.get(id)?.results,
    async of(id) {
      await running.get(id)?.catch(() => {}); // it may be of an earlier version
      const [now, known] = [await version(id), kept.get(id)];
      if (known && known.results.version === now) return known.results;
      const work = running.get(id) ?? refresh(id);
      running.set(id, work);
      return (await work)?.results;
    },
  };
}

function versionOf(verdicts: number, votes: string | undefined): string {
  return votes === undefined ? `${verdicts}` : `${verdicts}-${votes}`;
}
