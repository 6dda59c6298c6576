import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { sha256 } from "./sha256.ts";

Deno.test("sha256() is Web Crypto's, however the bytes are cut", async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(pieces, async (pieces) => {
      const hash = sha256();
      for (const piece of pieces) hash.update(piece);
      const all = new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      assertEquals(hash.digest(), new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex());
    }),
    { seed: 5, numRuns: 200 },
  );
});
