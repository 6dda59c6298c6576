import { assert, assertEquals, assertRejects } from "@std/assert";
import { digestFiles, weightFiles } from "./digest.ts";
import { openFolder } from "./files.ts";
import { TemporaryFolder } from "./testing.ts";

Deno.test("weightFiles() names what the index does, and refuses one that is damaged", async () => {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  const files = await openFolder(path);
  assertEquals(await weightFiles(files), ["model.safetensors"]);
  const index = `${path}/model.safetensors.index.json`;
  await Deno.writeTextFile(index, '{"weight_map":{"a":"2.safetensors","b":"1.safetensors","c":"2.safetensors"}}');
  assertEquals(await weightFiles(files), ["1.safetensors", "2.safetensors"]);
  for (const bad of ["{", "{}", '{"weight_map":{"a":1}}']) {
    await Deno.writeTextFile(index, bad);
    await assertRejects(() => weightFiles(files), SyntaxError, "expected JSON with a weight_map");
  }
});

Deno.test("digestFiles() depends on the content of what is there", async () => {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  const files = await openFolder(path);
  const digests = [];
  for (const text of ["a", "b"]) {
    await Deno.writeTextFile(`${path}/config.json`, text);
    digests.push(await digestFiles(files, ["config.json", "not there"]));
  }
  assert(digests[0] !== digests[1], "the content does not count");
});
