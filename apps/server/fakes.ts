/** An app for tests, and requests to it. */
import { type App, createApp } from "./app.ts";
import type { AppOptions } from "./options.ts";
import { openStore, type Store } from "./store/store.ts";
import type { TokenRole } from "./access/store.ts";

/** Where the app of tests is. */
export const origin = "http://127.0.0.1:8377";

/** An app with a store in memory, and a token of each role. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly store: Store;
  readonly tokens: Readonly<Record<TokenRole, string>>;
  /** Asks as the bearer of a role's token, or as nobody; a body that is no text is sent as JSON. */
  ask(
    role: TokenRole | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: HeadersInit,
  ): Promise<Response>;
}

/** Makes it. */
export function testApp(options: Partial<AppOptions> = {}): TestApp {
  const store = options.store ?? openStore(":memory:");
  const app = createApp({ origins: [origin], ...options, store });
  const token = (role: TokenRole) => store.access.addToken({ name: role, role, created: 0 }).secret;
  const tokens = { admin: token("admin"), judge: token("judge"), rewards: token("rewards") };
  return {
    ...{ app, store, tokens },
    ask(role, method, path, body, headers = {}) {
      const sent = new Headers(headers);
      if (role) sent.set("authorization", `Bearer ${tokens[role]}`);
      if (body !== undefined && !sent.has("content-type")) sent.set("content-type", "application/json");
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      return app.fetch(new Request(`${origin}${path}`, { method, headers: sent, body: text }), {
        remoteAddr: { hostname: "127.0.0.1" },
      });
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      store[Symbol.dispose]();
    },
  };
}
