/** Random numbers for placebo tables: few are drawn, and nothing but a placebo depends on them. */

/** Tommy Ettinger's mulberry32: 32 bits of state, uniform in [0, 1). Equal seeds give equal numbers. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) * 2 ** -32;
  };
}
