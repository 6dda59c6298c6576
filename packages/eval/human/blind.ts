/** What hides who is who: sides, ids and orders that only the secret explains. */
import type { StudySettings } from "./study.ts";

const utf8 = new TextEncoder();

/** What ids are made for. The name parts studies that share a secret: an id of one is unknown in the other. */
type Named = Pick<StudySettings, "name" | "secret">;

/** Keys of studies that are in use: to make one takes longer than to use it. */
const keys = new WeakMap<Named, Promise<CryptoKey>>();

function keyOf(study: Named): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = keys.get(study) ?? crypto.subtle.importKey("raw", utf8.encode(study.secret), algorithm, false, ["sign"]);
  keys.set(study, key);
  return key;
}

/** HMAC-SHA-256 of a few values. */
async function digest(study: Named, what: readonly (string | number)[]): Promise<Uint8Array> {
  const bytes = utf8.encode(JSON.stringify([study.name, ...what]));
  return new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(study), bytes));
}

/** How an annotator sees a task. */
export interface Sight {
  /** Number of the task in the study. */
  readonly task: number;
  /** What the annotator knows it by. */
  readonly handle: string;
  /** Which response stands left. */
  readonly left: "a" | "b";
}

/** The sight of a task: half of its HMAC is the handle, and a bit of the other half the side, so that neither tells the other. */
export async function sightOf(study: Named, task: number, annotator: string): Promise<Sight> {
  const bytes = await digest(study, ["sight", task, annotator]);
  const handle = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { task, handle, left: bytes[16]! & 1 ? "a" : "b" };
}

/** Seed of an annotator's own order, a whole number below 2⁴⁸. */
export async function seedOf(study: Named, annotator: string): Promise<number> {
  const bytes = await digest(study, ["order", annotator]);
  return bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
}
