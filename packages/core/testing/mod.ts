/**
 * What tests of numerical code need: comparison that names the worst element, finite differences, one test for every
 * device, operations held to a float64 reference.
 *
 * @module
 */
export { assertClose, type CloseOptions } from "./assert_close.ts";
export { assertRepeatable, type RepeatableOptions } from "./assert_repeatable.ts";
export { type Case, checkOperation, type CheckOptions } from "./check_operation.ts";
export { chiSquareP } from "./chi_square.ts";
export { eachDevice, type TestRunner } from "./each_device.ts";
export { directionalDerivative, numericGradient } from "./finite_difference.ts";
export { Random } from "./random.ts";
