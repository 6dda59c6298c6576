/** A coefficient of agreement. */

/** A number; or why there is none. */
export type Coefficient =
  | {
    /** The coefficient: 1 is full agreement, 0 what chance gives. */
    readonly value: number;
  }
  | {
    /** There is none. */
    readonly value: null;
    /** Why. */
    readonly reason: string;
  };
