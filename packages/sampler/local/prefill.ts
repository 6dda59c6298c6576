/** Keys and values of prompts, computed once a prompt. */
import { forward } from "@tare/core";
import type { Model } from "./model.ts";
import type { Admission, Slot } from "./slots.ts";
import { copyRows, placesOf, type Span, type Store } from "./store.ts";

/**
 * Fills the slots that were just taken. A prompt's last token is left out: the first decoding step takes it, so that every
 * token is drawn in the same way.
 *
 * @param model The model.
 * @param store Its cache.
 * @param admission Which slots.
 * @param budget Most tokens of a pass.
 */
export function fill(model: Model, store: Store, { prefill, copy }: Admission, budget: number): void {
  const { device, config, cache } = store;
  for (const spans of passes(prefill, budget)) {
    using _scope = device.scope();
    const { places, rows } = placesOf(store, spans);
    const ids = new Uint32Array(rows.size);
    let at = 0;
    for (const { slot, from, length } of spans) {
      const { tokens } = prefill.find((other) => other.at === slot)!.holds!;
      ids.set(tokens.subarray(from, from + length), at);
      at += length;
    }
    const batch = { ...places, tokens: device.tensor(ids) };
    forward(model.params, config, batch, { adapter: model.adapter, cache: { store: cache, rows } });
  }
  const pairs = copy.map(({ from, to }) => ({ from: from.at, to: to.at, count: to.holds!.tokens.length - 1 }));
  for (const some of inGroups(pairs.filter(({ count }) => count > 0), budget)) copyRows(store, some);
}

/** Cuts prompts into passes of at most `budget` tokens; the later part of a prompt sees the earlier one in the cache. */
export function passes(slots: readonly Slot[], budget: number): Span[][] {
  const list: Span[][] = [];
  let room = 0;
  for (const { at, holds } of slots) {
    const total = holds!.tokens.length - 1;
    for (let from = 0; from < total;) {
      if (room === 0) {
        list.push([]);
        room = budget;
      }
      const length = Math.min(room, total - from);
      list.at(-1)!.push({ slot: at, from, length });
      from += length;
      room -= length;
    }
  }
  return list;
}

/** Groups of at most `budget` rows each; what is larger goes alone. */
function inGroups<T extends { readonly count: number }>(items: readonly T[], budget: number): T[][] {
  const groups: T[][] = [];
  let room = 0;
  for (const item of items) {
    if (groups.length === 0 || item.count > room) {
      groups.push([]);
      room = budget;
    }
    groups.at(-1)!.push(item);
    room -= item.count;
  }
  return groups;
}
