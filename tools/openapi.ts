/** Writes what the server's API is: `deno task openapi`. A test fails while the file says something else. */
import { createApp, openStore } from "@tare/server";

/** Where it is committed. */
export const file: URL = new URL("../apps/server/openapi.json", import.meta.url);

if (import.meta.main) {
  using store = openStore(":memory:");
  const app = createApp({ store, origins: ["http://127.0.0.1:8377"] });
  await Deno.writeTextFile(file, `${JSON.stringify(app.openapi(), null, 2)}\n`);
  await app.close();
}
