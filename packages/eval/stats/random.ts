/** Random numbers for resampling: small, seeded, the same everywhere. */

/**
 * Chris Doty-Humphrey's sfc32 ("small fast counting"): 128 bits of state, a period of 2³² or more from any of them.
 *
 * @param seed Equal seeds give equal numbers.
 * @returns A function that draws a whole number from 0 to `below` − 1, all equally likely but for a share of below / 2³².
 */
export function randomIntegers(seed: number): (below: number) => number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`Expected a seed that is an integer of 0 or more but found ${seed}`);
  }
  let [a, b, c, counter] = [0, seed / 2 ** 32 | 0, seed | 0, 1];
  const next = () => {
    const sum = (a + b | 0) + counter | 0;
    counter = counter + 1 | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + sum | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next(); // seeds that are close part
  return (below) => Math.floor(next() / 2 ** 32 * below);
}
