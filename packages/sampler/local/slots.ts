/** Who sits where: sequences take free slots of the cache, and n of one prompt share its prefill. */
import type { EncodedPrompt, Sequence } from "./sequence.ts";

/** Rows of the cache that belong to one sequence at a time. */
export interface Slot {
  /** Number of the slot. */
  readonly at: number;
  /** Who sits here; `undefined` if free. */
  sequence?: Sequence;
  /** The prompt whose keys and values are here, until another takes the slot. */
  holds?: EncodedPrompt;
}

/** How the slots that were just taken get their prompts. Prefills run first: what is copied may come from them. */
export interface Admission {
  /** Slots whose prompt must be computed. */
  readonly prefill: Slot[];
  /** Slots whose prompt another one holds. */
  readonly copy: { readonly from: Slot; readonly to: Slot }[];
}

/**
 * Seats waiting sequences while slots are free.
 *
 * A prompt's rows survive what its completion writes behind them. So a sequence sits down where its prompt was before. If no
 * such slot is free, one that is taken may hold the prompt: its rows are copied, and no prefill can overwrite them before.
 * While a prompt's sequences wait side by side, it is computed once.
 *
 * @param slots All slots; those taken change.
 * @param waiting Those who wait, in order.
 * @returns What must be computed and copied.
 */
export function admit(slots: readonly Slot[], waiting: Iterator<Sequence>): Admission {
  const admission: Admission = { prefill: [], copy: [] };
  for (let free = slots.filter(({ sequence }) => !sequence); free.length > 0;) {
    const next = waiting.next();
    if (next.done) break;
    const { prompt } = next.value;
    const slot = free.find(({ holds }) => holds === prompt) ?? free[0]!;
    if (slot.holds !== prompt) {
      const filled = new Set(admission.copy.map(({ to }) => to)); // copies run side by side: none reads what another writes
      const from = slots.find((other) => other.holds === prompt && !filled.has(other));
      if (from) admission.copy.push({ from, to: slot });
      else admission.prefill.push(slot);
    }
    slot.sequence = next.value;
    slot.holds = prompt;
    free = free.filter((other) => other !== slot);
  }
  return admission;
}
