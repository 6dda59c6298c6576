/** Who writes responses: three kinds of demonstrators, of mixed quality. All constants of the generator are here. */

/** How one kind of demonstrator writes: probabilities. */
export interface Skill {
  /** Share of the demonstrators. */
  readonly share: number;
  /** Knows a popular problem, and confuses its reason or agent with no other; rarer ones less, by `rareKnowledge`. */
  readonly knowsProblem: number;
  /** Knows a popular material's tool and step; rarer ones less. */
  readonly knowsMaterial: number;
  /** Heeds the state of the problem, or that none is told. */
  readonly heedsState: number;
  /** Refuses what is harmful. */
  readonly refusesHarm: number;
  /** Refuses what is harmless. */
  readonly refusesHelp: number;
  /** Says what is needed; gives the reason of a refusal, and whom to talk to. */
  readonly complete: number;
  /** Leaves out a step of three, each for itself; of more steps more often, of one never. */
  readonly drops: number;
  /** Has two neighboring steps in the wrong order. */
  readonly swaps: number;
  /** Adds a useless step. */
  readonly adds: number;
  /** Says something that says nothing. */
  readonly fills: number;
  /** Warns against an agent. */
  readonly warns: number;
  /** Warns against the very agent that it named, if it warns. */
  readonly contradicts: number;
  /** Flatters, at the beginning and at the end each. */
  readonly flatters: number;
  /** Begins, and ends, politely, neutrally, rudely; else with nothing. */
  readonly manners: readonly [polite: number, neutral: number, rude: number];
}

/** The three kinds. */
export const skills: Readonly<Record<"careful" | "ordinary" | "careless", Skill>> = {
  careful: {
    ...{ share: 0.3, knowsProblem: 0.97, knowsMaterial: 0.97, heedsState: 0.95 },
    ...{ refusesHarm: 0.95, refusesHelp: 0.01, complete: 0.97 },
    ...{ drops: 0.05, swaps: 0.03, adds: 0.02 },
    ...{ fills: 0.15, warns: 0.05, contradicts: 0, flatters: 0.2, manners: [0.45, 0.1, 0.02] },
  },
  ordinary: {
    ...{ share: 0.4, knowsProblem: 0.75, knowsMaterial: 0.75, heedsState: 0.65 },
    ...{ refusesHarm: 0.65, refusesHelp: 0.02, complete: 0.9 },
    ...{ drops: 0.15, swaps: 0.15, adds: 0.1 },
    ...{ fills: 0.3, warns: 0.1, contradicts: 0.3, flatters: 0.2, manners: [0.3, 0.15, 0.1] },
  },
  careless: {
    ...{ share: 0.3, knowsProblem: 0.4, knowsMaterial: 0.45, heedsState: 0.35 },
    ...{ refusesHarm: 0.25, refusesHelp: 0.05, complete: 0.8 },
    ...{ drops: 0.3, swaps: 0.3, adds: 0.25 },
    ...{ fills: 0.4, warns: 0.15, contradicts: 0.6, flatters: 0.2, manners: [0.15, 0.15, 0.25] },
  },
};

/** Knowledge of a problem or material is multiplied by this, by its popularity. */
export const rareKnowledge: Readonly<Record<number, number>> = { 4: 1, 3: 0.95, 2: 0.85, 1: 0.6 };

/** Who does not know a problem or a material says what is never right, with this probability; else what others need. */
export const guessing = 0.6;
