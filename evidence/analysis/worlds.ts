/** The conditions of the experiment, in the order of its tables. */
import type { Labels } from "../cell.ts";
import type { Where } from "./compare.ts";

/** Labels as tables name them. */
export const labelNames: Readonly<Record<Labels, string>> = {
  pairs: "pairs",
  family: "ratings, severity by family",
  prompt: "ratings, severity by prompt",
  memorised: "severity by prompt, memorised (planted)",
};

const kinds = Object.keys(labelNames) as Labels[];

/** Where the primary endpoint is read: ten seeds. */
export const primaryWorlds: readonly Where[] = kinds.map((labels) => ({ labels, noise: 0.2 }));

/** The others: five seeds, and nothing planted. */
export const otherWorlds: readonly Where[] = [0, 0.4].flatMap((noise) =>
  kinds.filter((labels) => labels !== "memorised").map((labels) => ({ labels, noise }))
);

/** All of them. */
export const worlds: readonly Where[] = [...primaryWorlds, ...otherWorlds];

/** A condition in words. */
export function nameOf({ labels, noise }: Where): string {
  return `${labelNames[labels]}, noise ${noise}`;
}
