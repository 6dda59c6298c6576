/**
 * Human evaluation as a protocol: studies, blind assignments, votes, quality. No HTTP, no dependencies.
 *
 * @module
 */
export { type Ratings, ratingsOf } from "./agreement.ts";
export type { Choice, LeaseEvent, StudyEvent, UndoEvent, VoteEvent } from "./event.ts";
export { exportStudy, importStudy } from "./jsonl.ts";
export {
  createStudy,
  type NextOutcome,
  type OpenStudy,
  openStudy,
  type OwnProgress,
  type ShownTask,
  type UndoOutcome,
} from "./open_study.ts";
export { type StudyProgress, studyProgress } from "./progress.ts";
export { type AnnotatorQuality, annotatorQuality, type QualityFlag, type QualityLimits } from "./quality.ts";
export type { Sight } from "./blind.ts";
export type { AnnotatorState, Lease, StudyState } from "./state.ts";
export { memoryStudyStore, type StudyStore } from "./store.ts";
export { checkStudy, type Said, type Study, type StudySettings, type StudyTask } from "./study.ts";
export { studyTasks, type StudyTasksOptions } from "./study_tasks.ts";
export { humanResponses, humanVerdicts } from "./verdicts.ts";
export type { Ballot, OwnVote, VoteOutcome } from "./vote.ts";
