/** Results before times: a wrong answer is never timed. */

/**
 * Compares two results.
 *
 * @param what What was computed, for the message.
 * @param tolerance Largest difference, as a share of the largest element.
 * @throws {Error} If they differ by more, in size, or hold anything that is no number.
 */
export function agree(what: string, ours: ArrayLike<number>, peer: ArrayLike<number>, tolerance: number): void {
  const refuse = (why: string) => new Error(`Refusing to time ${what}: ${why}`);
  if (ours.length !== peer.length) throw refuse(`ours has ${ours.length} elements, the peer's has ${peer.length}`);
  let scale = 0;
  for (let i = 0; i < peer.length; i++) scale = Math.max(scale, Math.abs(peer[i]!));
  for (let i = 0; i < peer.length; i++) {
    if (Math.abs(ours[i]! - peer[i]!) <= tolerance * scale) continue;
    throw refuse(`element ${i} is ${ours[i]} in ours and ${peer[i]} in the peer's`);
  }
}
