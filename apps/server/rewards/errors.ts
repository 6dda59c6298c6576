/** What a reward can fail of that is not in the request: whoever asks again later may get it. */

/** Too much waits already. */
export class FullError extends Error {
  /** The name of its class, also where code is minified. */
  override readonly name: string = "FullError";
  /** Seconds after which to ask again. */
  readonly retryAfter: number = 1;
}

/** The reward model, or the policy that draws baselines, gave no answer that can be used. */
export class ModelError extends Error {
  /** The name of its class, also where code is minified. */
  override readonly name: string = "ModelError";
  /** Whether it gave none in time. */
  readonly late: boolean;

  /**
   * Makes the error.
   *
   * @param message One sentence, without secrets.
   * @param cause What was thrown.
   */
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.late = cause instanceof DOMException && cause.name === "TimeoutError";
  }
}

/**
 * Puts what a model threw into words; a `RangeError` is about what it was asked, and stays as it is.
 *
 * @param what What failed.
 * @param error What was thrown.
 * @returns The error to throw.
 */
export function modelError(what: string, error: unknown): ModelError | RangeError {
  if (error instanceof RangeError) return error;
  return new ModelError(`${what} failed: ${error instanceof Error ? error.message : error}`, error);
}
