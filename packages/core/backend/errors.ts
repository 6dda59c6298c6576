/** The errors a caller would want to catch by class. */

/** The device is gone (driver reset, memory exhausted, disposed): its tensors are lost, open another one. */
export class DeviceLostError extends Error {
  /** Always `"DeviceLostError"`. */
  override readonly name = "DeviceLostError";
}

/** The device has no memory left for what was asked. */
export class OutOfMemoryError extends Error {
  /** Always `"OutOfMemoryError"`. */
  override readonly name = "OutOfMemoryError";
}
