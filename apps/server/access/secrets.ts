/** Secrets that are told once and kept as hashes. */
import { createHash, randomBytes } from "node:crypto";

/** A new secret of 256 bits: 43 characters that fit in addresses. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a secret. One of 256 random bits needs no salt and no slow hash. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
