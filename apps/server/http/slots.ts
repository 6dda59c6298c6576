/** Things that take long, of which nobody has too many at a time. */
import { Problem } from "./problem.ts";

/** How many at a time. */
export interface Bounds {
  /** Of one principal. */
  readonly each: number;
  /** Of all together. */
  readonly all: number;
}

/** Takes a place for a principal. Gives the function that leaves it, once. */
export type TakeSlot = (key: string) => () => void;

/**
 * Makes places.
 *
 * @param name What they are for, in the plural.
 * @param bounds How many there are.
 * @returns The function that takes one; it throws a problem with status 429 if there is none.
 */
export function slots(name: string, bounds: Bounds): TakeSlot {
  const taken = new Map<string, number>();
  let sum = 0;
  const add = (key: string, count: number) => {
    const own = (taken.get(key) ?? 0) + count;
    if (own > 0) taken.set(key, own);
    else taken.delete(key);
    sum += count;
  };
  return (key) => {
    const own = taken.get(key) ?? 0;
    if (own >= bounds.each || sum >= bounds.all) {
      const found = own >= bounds.each ? `${own} of yours` : `${sum} of all clients`;
      throw new Problem(429, `Expected fewer ${name} at a time but found ${found}: end one, or try again later`, {
        headers: { "retry-after": "5" },
      });
    }
    add(key, 1);
    let left = false;
    return () => {
      if (!left) add(key, -1);
      left = true;
    };
  };
}
