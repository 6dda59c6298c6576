/** Addresses of servers, as flags give them. */
import { UsageError } from "./flags.ts";

/** Whether a text is an address. `localhost:8000` is none: it lacks what to speak. */
export function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/**
 * Refuses what is no address.
 *
 * @throws {UsageError} If it is none; the message names the flag.
 */
export function checkAddress(flag: string, text: string): void {
  if (isAddress(text)) return;
  throw new UsageError(
    `Expected --${flag} with an address such as http://127.0.0.1:8000/v1 but found "${text.replace(/^.*@|\?.*$/gs, "…") // what may be a key
    }"`,
  );
}

/** An address without its credentials and queries, which no file may hold. */
export function publicAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`.replace(/\/$/, "");
}

/** A text without the credentials of the address that it is, or ends with, as `gpt=https://me:key@host/v1#model` does. */
export function publicPlace(text: string): string {
  return text.replace(/(?<=^|=)https?:\/\/[^#]*/i, (address) => isAddress(address) ? publicAddress(address) : "…");
}
