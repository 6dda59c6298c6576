/** How the first admin gets in. */
import type { Access } from "./store.ts";

/**
 * Makes an admin's token where there is none: who starts the server tells it to its owner, once.
 *
 * @param access Tokens of the store.
 * @param clock The clock, in milliseconds since 1970.
 * @returns The secret of the token; undefined if an admin has one already.
 *
 * @example Usage
 * ```ts
 * import { firstToken, openStore } from "@tare/server";
 * import { assertEquals } from "@std/assert";
 *
 * using store = openStore(":memory:");
 * assertEquals(firstToken(store.access)?.length, 43);
 * assertEquals(firstToken(store.access), undefined);
 * ```
 */
export function firstToken(access: Access, clock: () => number = Date.now): string | undefined {
  if (access.tokens().some(({ role }) => role === "admin")) return undefined;
  return access.addToken({ name: "first", role: "admin", created: clock() }).secret;
}
