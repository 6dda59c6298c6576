/** What went wrong between here and the hub, in one sentence. */
import { HubApiError } from "@huggingface/hub";
import { z } from "zod";

/** The network failed, or the hub did: what is stored already can still be used. */
export class NetworkError extends Error {
  /** Name of the class. */
  override readonly name = "NetworkError";
}

const advice: Readonly<Record<number, string>> = {
  401: "it is gated, private, or not there: check its name, accept its terms on its page, and pass a token",
  403: "your token gives no access to it: accept its terms on its page, or take another token",
  404: "there is no such repository, revision or file: check their names",
  429: "too many requests: wait some minutes, or pass a token, which has a higher limit",
};

/**
 * Runs a request; what it throws becomes one sentence.
 *
 * @throws {NetworkError} If the hub cannot be reached or has a problem, or the connection broke.
 * @throws {RangeError} If the hub refuses.
 */
export async function request<T>(what: string, hubUrl: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RangeError) throw error; // ours
    if (error instanceof HubApiError) {
      const { statusCode } = error;
      const down = statusCode === 429 || statusCode >= 500;
      const why = advice[statusCode] ?? (down ? "the hub has a problem: try again later" : error.message);
      const message = `Cannot get ${what} from ${hubUrl} (status ${statusCode}): ${why}`;
      throw new (down ? NetworkError : RangeError)(message, { cause: error });
    }
    if (error instanceof TypeError && /token/.test(error.message)) throw error; // one that cannot be one
    if (error instanceof SyntaxError || error instanceof z.ZodError || /not iterable/.test(`${error}`)) {
      throw new NetworkError(`Cannot get ${what} from ${hubUrl}: its answer is not that of a hub; check the address`, {
        cause: error,
      });
    }
    const message = error instanceof Error ? error.message : `${error}`; // the library gives some errors as strings
    throw new NetworkError(`Cannot get ${what} from ${hubUrl}: ${message.split("\n")[0]}; check the network`, {
      cause: error,
    });
  }
}
