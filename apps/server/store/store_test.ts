import { assertEquals } from "@std/assert";
import { openStore } from "./store.ts";

Deno.test({
  name: "openStore() keeps its files from other users, also in a folder that was there before",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.chmod(folder, 0o755);
      using store = openStore(folder);
      store.access.addToken({ name: "a", role: "admin", created: 0 });
      const modes = [...Deno.readDirSync(folder)].map((
        { name },
      ) => [name, Deno.statSync(`${folder}/${name}`).mode! & 0o777]);
      assertEquals(modes.filter(([, mode]) => mode !== 0o600), []);
      assertEquals(modes.length >= 3, true);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
