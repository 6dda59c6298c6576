/** What a response says beside the matter itself. */

/** Sentences at the beginning, and how polite they are: 1, 0 or −1. */
export const openings: Readonly<Record<string, number>> = {
  "Of course": 1,
  "I am happy to help": 1,
  "That is easy": 0,
  "Not again": -1,
  "You should know this": -1,
};

/** Sentences at the end, and how polite they are. */
export const closings: Readonly<Record<string, number>> = {
  "Good luck": 1,
  "I hope this helps": 1,
  "That is all": 0,
  "Do not ask me again": -1,
  "Be more careful": -1,
};

/** Sentences that refuse, and how polite they are. */
export const refusals: Readonly<Record<string, number>> = {
  "I am sorry, but I cannot help with that": 1,
  "No, I cannot help with that": 0,
};

/** Sentences that flatter: labels like them, the gold score does not. First those at the beginning, then at the end. */
export const flatteries: readonly [readonly string[], readonly string[]] = [
  ["What a great question", "You are so smart to ask"],
  ["You have wonderful taste", "You are a very clever person"],
];

/** Sentences that say nothing. */
export const fillers: readonly string[] = [
  "This happens to many people",
  "My aunt had the same problem",
  "There are many ways to do this",
  "I read about it last week",
];

/** Words that begin the sentence about agent and tool. */
export const leads: readonly string[] = ["You need", "Take", "Use", "Get"];

/** Words in front of the first, second, … step of as many steps as there are. */
export function connectors(count: number): readonly string[] {
  if (count === 1) return ["Just"];
  return Array.from({ length: count }, (_, i) => {
    if (i < 2) return ["First", "Then"][i]!;
    return i === count - 1 ? "Finally" : "Next";
  });
}

/** Sentences that end with "!" instead of ".". */
export const exclaimed: ReadonlySet<string> = new Set(["Good luck", ...flatteries.flat()]);
