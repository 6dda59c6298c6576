/** Where the server listens, and by which addresses it may be asked. */
import { UsageError } from "../flags.ts";

/** Flags that say where. */
export const placeFlags = {
  host: { type: "text", value: "ADDRESS", default: "127.0.0.1", help: "address to listen at" },
  port: { type: "integer", min: 0, max: 65535, default: 8377, help: "port to listen at; 0 takes a free one" },
  url: {
    type: "text",
    value: "URL",
    help: "the only address that requests may name, where a proxy stands before it: https://eval.example.org",
  },
} as const;

/** What they say. */
export interface PlaceValues {
  /** Where it listens. */
  readonly host: string;
  /** At which port. */
  readonly port: number;
  /** Its public address. */
  readonly url?: string;
}

/** Names of this machine for itself. */
const loopback = /^(127(\.\d{1,3}){3}|localhost|::1)$/;

/** Whether nobody but programs of this machine can reach it: a proxy would speak for others. */
export function isPrivate({ host, url }: PlaceValues): boolean {
  return url === undefined && loopback.test(host);
}

/**
 * Refuses what cannot be an address of the server.
 *
 * @throws {UsageError} If the public address is none, or nobody says what it is.
 */
export function checkPlace({ host, url }: PlaceValues): void {
  if (url === undefined) {
    if (host !== "0.0.0.0" && host !== "::") return;
    throw new UsageError(
      `Expected --url beside --host ${host}, with the address by which others reach the server, such as ` +
        `http://192.168.1.5:8377: requests that name another are refused`,
    );
  }
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && new URL(url).href === `${new URL(url).origin}/`) {
    return;
  }
  throw new UsageError(`Expected --url with an address without a path, such as https://eval.example.org`);
}

/** Addresses of the server; the first one is for links. */
export function originsOf({ host, port, url }: PlaceValues): string[] {
  if (url !== undefined) return [new URL(url).origin];
  const names = loopback.test(host) ? [host, "127.0.0.1", "localhost", "::1"] : [host];
  return [...new Set(names)].map((name) => new URL(`http://${name.includes(":") ? `[${name}]` : name}:${port}`).origin);
}
