/** Where a run begins: afresh, or with a state. */
import {
  adamw,
  type AdamWState,
  checkSameParts,
  disposeTree,
  type Placed,
  type Trainable,
  trainableOf,
} from "@tare/core";
import type { PpoConfig } from "./config.ts";
import type { Learner, PpoState } from "./step.ts";
import type { PpoOptions } from "./options.ts";

/** A model that learns. */
export interface Student {
  /** Where it is, and what stands still of it. */
  readonly placed: Placed;
  /** What changes. */
  readonly learner: Learner;
}

/** Who learns in a run, and the state that it begins with. What was made for it ends with it. */
export interface Beginning extends Disposable {
  /** The policy. */
  readonly policy: Student;
  /** The critic; `null` with RLOO. */
  readonly critic: Student | null;
  /** Before the first iteration, or as it was left. */
  readonly state: PpoState;
}

/**
 * Begins a run.
 *
 * @param options Models, and the state if there is one.
 * @param config Settings.
 * @returns Who learns, from where.
 * @throws {TypeError} If the state is of a run that trained other parts.
 */
export function begin(
  { policy, critic, state }: Pick<PpoOptions, "policy" | "critic" | "state">,
  config: PpoConfig,
): Beginning {
  if (state && config.advantages === "gae" && !state.critic) {
    throw new TypeError("Expected a state of a run with a critic but found one without a critic: resume with rloo");
  }
  const made: AdamWState<Trainable>[] = [];
  const student = (placed: Placed, fresh: Trainable, stored: Learner | null | undefined): Student => {
    if (stored) checkSameParts(fresh, stored.params);
    else made.push(momentsOf(placed, fresh));
    return { placed, learner: stored ?? { params: fresh, optimizer: made.at(-1)! } };
  };
  const students = {
    policy: student(policy, trainableOf(policy), state?.policy),
    critic: config.advantages === "rloo"
      ? null
      : student(critic!, { ...trainableOf(critic!), score: critic!.model.score! }, state?.critic),
  };
  return {
    ...students,
    state: {
      ...{ iteration: 0, klCoefficient: config.klCoefficient, rewardMoments: null, alarms: null },
      ...state,
      ...{ policy: students.policy.learner, critic: students.critic?.learner ?? null },
    },
    [Symbol.dispose]: () => made.forEach(({ m, v }) => disposeTree({ m, v })),
  };
}

/** Means of zeros, which belong to no scope. */
function momentsOf({ device }: Placed, params: Trainable): AdamWState<Trainable> {
  using scope = device.scope();
  const state = adamw().init(params);
  scope.keep({ m: state.m, v: state.v }, null);
  return state;
}
