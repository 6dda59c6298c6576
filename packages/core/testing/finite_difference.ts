/** Derivatives of plain float64 functions by central differences. */

/**
 * The slope of a function along a line: Σ ∂f/∂xᵢ · directionᵢ, by a central difference of fourth order.
 *
 * @param f A smooth function of some arrays.
 * @param inputs Where.
 * @param index Which array moves.
 * @param direction How it moves; of that array's length.
 * @returns The derivative; its relative error is near 1e-10 for functions of unit scale.
 *
 * @example Usage
 * ```ts
 * import { directionalDerivative } from "@tare/core/testing";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const cube = ([x]: readonly Float64Array[]) => x![0]! ** 3;
 * assertAlmostEquals(directionalDerivative(cube, [Float64Array.of(2)], 0, Float64Array.of(1)), 12, 1e-8);
 * ```
 */
export function directionalDerivative(
  f: (inputs: readonly Float64Array[]) => number,
  inputs: readonly Float64Array[],
  index: number,
  direction: Float64Array,
): number {
  const length = Math.sqrt(direction.reduce((total, d) => total + d * d, 0));
  const step = 1e-3 / Math.max(length, 1e-300);
  const at = (h: number) =>
    f(inputs.map((input, i) => i === index ? input.map((x, e) => x + h * step * direction[e]!) : input));
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
}

/**
 * The gradient of a function by central differences.
 *
 * @param f A smooth function of some arrays.
 * @param inputs Where.
 * @param index Which array.
 * @returns The derivative by each element of that array.
 *
 * @example Usage
 * ```ts
 * import { numericGradient } from "@tare/core/testing";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const squares = ([x]: readonly Float64Array[]) => x!.reduce((total, v) => total + v * v, 0);
 * assertAlmostEquals(numericGradient(squares, [Float64Array.of(1, 3)], 0)[1]!, 6, 1e-8);
 * ```
 */
export function numericGradient(
  f: (inputs: readonly Float64Array[]) => number,
  inputs: readonly Float64Array[],
  index: number,
): Float64Array {
  return inputs[index]!.map((_, e) => {
    const direction = new Float64Array(inputs[index]!.length);
    direction[e] = 1;
    return directionalDerivative(f, inputs, index, direction);
  });
}
