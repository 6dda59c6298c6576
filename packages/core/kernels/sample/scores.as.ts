// What penalty and ban make of logits.

/** Scales the logits of tokens that were there before, and makes those of banned ones -∞; 0 stands for no bit set. */
export function biasScores(x: usize, cols: i32, seen: usize, banned: usize, penalty: f32, inverse: f32): void {
  for (let first = 0; first < cols; first += 32) {
    const word = <usize>(first >> 5) << 2;
    const within: u32 = cols - first < 32 ? (1 << (cols - first)) - 1 : 0xffffffff; // bits past the vocabulary mean nothing
    if (seen && penalty != 1) {
      for (let bits = load<u32>(seen + word) & within; bits; bits &= bits - 1) {
        const at = x + (<usize>(first + ctz(bits)) << 2), z = load<f32>(at);
        store<f32>(at, z > 0 ? z * inverse : z * penalty);
      }
    }
    if (banned) {
      for (let bits = load<u32>(banned + word) & within; bits; bits &= bits - 1) {
        store<f32>(x + (<usize>(first + ctz(bits)) << 2), -Infinity);
      }
    }
  }
}
