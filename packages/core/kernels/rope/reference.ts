/** Rotary position embedding in float64, as complex numbers: what `rope` must give. */

/** Turns elements i and i + dim/2 of each head by positions[row] · theta^(-2i/dim); the rest stays. */
export function ropeReference(
  x: Float64Array,
  positions: ArrayLike<number>,
  sizes: { heads: number; headDim: number; dim: number; theta: number; factor: number },
): Float64Array {
  const { heads, headDim, dim, theta, factor } = sizes;
  const out = x.slice();
  for (let row = 0; row < positions.length; row++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < dim / 2; i++) {
        const re = (row * heads + head) * headDim + i;
        const im = re + dim / 2;
        const angle = positions[row]! * theta ** (-2 * i / dim);
        out[re] = factor * (x[re]! * Math.cos(angle) - x[im]! * Math.sin(angle));
        out[im] = factor * (x[im]! * Math.cos(angle) + x[re]! * Math.sin(angle));
      }
    }
  }
  return out;
}
