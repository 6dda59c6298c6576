import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fingerprint, remoteName, tokenizerFingerprint } from "./fingerprint.ts";

function files(contents: Readonly<Record<string, string>>) {
  return {
    open: (name: string) => Promise.resolve(name in contents ? new Blob([contents[name]!]) : undefined),
  };
}

const model = { "config.json": "{}", "model.safetensors": "weights", "tokenizer.json": "{}" };

Deno.test("fingerprint() differs with config, weights and tokenizer, and with nothing else", async () => {
  const name = await fingerprint(files(model));
  assert(/^sha256:[0-9a-f]{16}$/.test(name), name);
  assertEquals(await fingerprint(files({ ...model, "metrics.jsonl": "{}\n" })), name);
  for (const file of Object.keys(model)) {
    assertNotEquals(await fingerprint(files({ ...model, [file]: "other" })), name, file);
  }
  assertNotEquals(await fingerprint(files({ ...model, "chat_template.jinja": "{{ x }}" })), name);
});

Deno.test("tokenizerFingerprint() is that of the tokenizer alone", async () => {
  const name = await tokenizerFingerprint(files(model));
  assertEquals(await tokenizerFingerprint(files({ ...model, "model.safetensors": "other" })), name);
  assertNotEquals(await tokenizerFingerprint(files({ ...model, "tokenizer.json": "other" })), name);
});

Deno.test("remoteName() keeps no credentials", () => {
  assertEquals(remoteName("rm", "http://me:secret@host:8000/v1/?key=secret"), "rm@http://host:8000/v1");
});
