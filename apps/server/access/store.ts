/** Tokens and invitations in the server's file: their secrets are kept as hashes. */
import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "@tare/eval/sqlite";
import { prepared } from "../store/prepared.ts";
import { hashOf, newSecret } from "./secrets.ts";

/** What tokens may be for. */
export type TokenRole = "admin" | "judge" | "rewards";

/** A token, without its secret. */
export interface TokenRecord {
  /** Its id. */
  readonly id: string;
  /** What an admin calls it. */
  readonly name: string;
  /** What it is for. */
  readonly role: TokenRole;
  /** When it was made, in milliseconds since 1970. */
  readonly created: number;
}

/** An invitation, without its secret. */
export interface InvitationRecord {
  /** Its id. */
  readonly id: string;
  /** Name of the study. */
  readonly study: string;
  /** Who is invited. */
  readonly annotator: string;
  /** When it was made, in milliseconds since 1970. */
  readonly created: number;
  /** Until when it can be taken, in milliseconds since 1970. */
  readonly expires: number;
  /** When it was first taken, in milliseconds since 1970. */
  readonly used?: number;
}

/** Who may do what. */
export interface Access {
  /** Signs cookies. */
  readonly cookieSecret: string;
  /** Makes a token; its secret is told here and never again. */
  addToken(token: Omit<TokenRecord, "id">): { readonly id: string; readonly secret: string };
  /** The token of a secret; none if it is unknown or revoked. */
  tokenOf(secret: string): TokenRecord | undefined;
  /** The token of an id; none if it is unknown or revoked. */
  token(id: string): TokenRecord | undefined;
  /** All tokens that are not revoked, the oldest first. */
  tokens(): readonly TokenRecord[];
  /** Revokes a token; false if there is none. */
  revokeToken(id: string): boolean;
  /** Makes an invitation; its secret is told here and never again. */
  invite(invitation: Omit<InvitationRecord, "id" | "used">): { readonly id: string; readonly secret: string };
  /** Makes invitations, all or none, in this order. */
  inviteAll(
    invitations: readonly Omit<InvitationRecord, "id" | "used">[],
  ): readonly { readonly id: string; readonly secret: string }[];
  /** The invitation of a secret; none if it is unknown or revoked. */
  invitationOf(secret: string): InvitationRecord | undefined;
  /** The invitation of an id; none if it is unknown or revoked. */
  invitation(id: string): InvitationRecord | undefined;
  /** Notes that an invitation is taken; false, and nothing is done, if it was before. */
  take(id: string, now: number): boolean;
  /** Invitations to a study that are not revoked, the oldest first. */
  invitations(study: string): readonly InvitationRecord[];
  /** Revokes an invitation, and with it the annotator's cookie; false if there is none. */
  revokeInvitation(id: string): boolean;
}

/** Tables of this. What is revoked is gone. */
export const accessTables = `
  CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'judge', 'rewards')),
    hash TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL,
    annotator TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER
  ) STRICT;`;

/** Opens tokens and invitations. */
export function openAccess(database: DatabaseSync): Access {
  const prepare = prepared(database);
  const all = <T>(sql: string, ...values: (string | number)[]) =>
    prepare(sql).all(...values).map((row) => withoutNulls(row) as T);
  const changed = (sql: string, ...values: (string | number)[]) => Number(prepare(sql).run(...values).changes) > 0;
  const token = "SELECT id, name, role, created FROM token";
  const invitation = "SELECT id, study, annotator, created, expires, used FROM invitation";
  const invite: Access["invite"] = ({ study, annotator, created, expires }) => {
    const [id, secret] = [crypto.randomUUID(), newSecret()];
    const values = [id, study, annotator, hashOf(secret), created, expires];
    changed("INSERT INTO invitation VALUES (?, ?, ?, ?, ?, ?, NULL)", ...values);
    return { id, secret };
  };
  return {
    cookieSecret: cookieSecret(database),
    addToken({ name, role, created }) {
      const [id, secret] = [crypto.randomUUID(), newSecret()];
      changed("INSERT INTO token VALUES (?, ?, ?, ?, ?)", id, name, role, hashOf(secret), created);
      return { id, secret };
    },
    tokenOf: (secret) => all<TokenRecord>(`${token} WHERE hash = ?`, hashOf(secret))[0],
    token: (id) => all<TokenRecord>(`${token} WHERE id = ?`, id)[0],
    tokens: () => all<TokenRecord>(`${token} ORDER BY rowid`),
    revokeToken: (id) => changed("DELETE FROM token WHERE id = ?", id),
    invite,
    inviteAll: (invitations) => inTransaction(database, () => invitations.map(invite)), // one write for all of them
    invitationOf: (secret) => all<InvitationRecord>(`${invitation} WHERE hash = ?`, hashOf(secret))[0],
    invitation: (id) => all<InvitationRecord>(`${invitation} WHERE id = ?`, id)[0],
    take: (id, now) => changed("UPDATE invitation SET used = ? WHERE id = ? AND used IS NULL", now, id),
    invitations: (study) => all<InvitationRecord>(`${invitation} WHERE study = ? ORDER BY rowid`, study),
    revokeInvitation: (id) => changed("DELETE FROM invitation WHERE id = ?", id),
  };
}

/** Made once: cookies stay good when the server starts again. */
function cookieSecret(database: DatabaseSync): string {
  database.prepare("INSERT INTO secret VALUES ('cookie', ?) ON CONFLICT DO NOTHING").run(newSecret());
  return String(database.prepare("SELECT value FROM secret WHERE name = 'cookie'").get()!.value);
}

function withoutNulls(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
