/** What a request carries through the app. */
import type { Principal } from "../access/principal.ts";

/** Types of a request's surroundings, for Hono. */
export interface Env {
  /** What is found out about it. */
  Variables: {
    /** Id of the request: in its answer, in logs, in problems. */
    request: string;
    /** Who asks. */
    principal: Principal;
  };
  /** What `Deno.serve` says about its connection. */
  Bindings: Connection;
}

/** Where a request came from. */
export interface Connection {
  /** The address of the other end. */
  readonly remoteAddr?: { readonly hostname?: string };
}
