import { assert, assertEquals } from "@std/assert";

const script = new URL("./contrast.ts", import.meta.url);

Deno.test("contrast.ts shows that a prompt's offset goes and what is better than before stays, in under 30 lines", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", script.pathname] }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [
    0,
    "Tea? r = -2, r − b = 0\n" +
    "My aunt comes at five and she does not drink coffee. Tea? r = -13, r − b = 2\n",
  ]);
  assert((await Deno.readTextFile(script)).trimEnd().split("\n").length < 30);
});
