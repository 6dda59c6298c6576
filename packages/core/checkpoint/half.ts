/** 16-bit floats to float32 and back. */

/** Widens float16, by a table of all its values. */
export function fromF16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(bits.length);
  const table = widened ??= f16Table();
  for (let i = 0; i < bits.length; i++) out[i] = table[bits[i]!]!;
  return new Float32Array(out.buffer);
}

let widened: Uint32Array | undefined; // made once a process

/** Float32 bits of each float16. */
function f16Table(): Uint32Array {
  const bits = new Uint32Array(65536);
  const floats = new Float32Array(bits.buffer);
  for (let h = 0; h < 65536; h++) {
    const [sign, exponent, fraction] = [h >> 15, (h >> 10) & 31, h & 1023];
    if (exponent === 31) bits[h] = (sign << 31) | 0x7f800000 | (fraction << 13);
    else floats[h] = (sign ? -1 : 1) * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
  }
  return bits;
}

/** Widens bfloat16: the upper half of a float32. */
export function fromBf16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16;
  return new Float32Array(out.buffer);
}

/**
 * Rounds to float16, ties to even.
 *
 * @throws {RangeError} If a finite number is too large: weights of infinity would be written without a word.
 */
export function toF16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const from = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const sum = new Float32Array(1);
  const sumBits = new Uint32Array(sum.buffer);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < from.length; i++) {
    const bits = from[i]! & 0x7fffffff;
    let half: number;
    if (bits > 0x7f800000) half = 0x7e00; // NaN
    else if (bits === 0x7f800000) half = 0x7c00;
    else if (bits < 0x38800000) { // below 2⁻¹⁴: adding ½ leaves the rounded multiple of 2⁻²⁴ in the last bits
      sum[0] = Math.abs(values[i]!) + 0.5;
      half = sumBits[0]! - 0x3f000000;
    } else {
      half = (bits - 0x38000000 + 0xfff + ((bits >>> 13) & 1)) >>> 13;
      if (half >= 0x7c00) {
        throw new RangeError(`Cannot write ${values[i]} as f16, whose largest number is 65504: write bf16 or f32`);
      }
    }
    out[i] = half | ((from[i]! >>> 16) & 0x8000);
  }
  return out;
}

/** Rounds to bfloat16, ties to even. */
export function toBf16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const from = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < from.length; i++) {
    const bits = from[i]!;
    const nan = (bits & 0x7fffffff) > 0x7f800000; // rounding could turn it into infinity
    out[i] = nan ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return out;
}
