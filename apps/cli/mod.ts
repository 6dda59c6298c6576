/**
 * The `tare` command: `deno run -A apps/cli/mod.ts`.
 *
 * It needs to read models (`--allow-read=<folders>`), to write where it is told to (`--allow-write=<folders>`), and the
 * network only for models that it fetches (`--allow-net`).
 *
 * @module
 */
export { main } from "./main.ts";
import { main } from "./main.ts";
import { quietVulkan } from "./quiet_vulkan.ts";

if (import.meta.main) {
  await quietVulkan();
  Deno.exit(await main(Deno.args));
}
