/** What invitations look like to their admin. */
import { z } from "@hono/zod-openapi";
import { givenName } from "../access/schemas.ts";
import type { InvitationRecord } from "../access/store.ts";

/** Most invitations at once. */
const most = 200;

/** Whom to invite: people of these names, or so many more. */
export interface NewInvitations {
  /** Their names. */
  readonly annotators?: readonly string[];
  /** How many, by names that are not taken yet. */
  readonly count?: number;
  /** For how many days the links are good. */
  readonly days: number;
}

/** Its schema. */
export const newInvitations: z.ZodType<NewInvitations> = z.strictObject({
  annotators: z.array(givenName).min(1).max(most)
    .refine((names) => new Set(names).size === names.length, "Expected different names but found one twice")
    .optional().openapi({
      description:
        "Whom to invite. A name that is invited already gets another link: for another device, or a lost one",
    }),
  count: z.int().min(1).max(most).optional().openapi({
    description: "How many to invite, as annotator-1, annotator-2 and so on, as far as nobody has the name",
  }),
  days: z.number().positive().max(365).default(14).openapi({ description: "For how many days the links are good" }),
}).refine(
  ({ annotators, count }) => (annotators === undefined) !== (count === undefined),
  "Expected either annotators or count",
).openapi("NewInvitations");

/** An invitation with its link, as it is told once. */
export interface Invitation extends Pick<InvitationRecord, "id" | "annotator" | "expires"> {
  /** The link. What stands behind the `#` is its secret, which browsers send to no server by themselves. */
  readonly url: string;
}

const record = {
  id: z.string(),
  annotator: z.string(),
  expires: z.int().openapi({ description: "Until when it can be taken, in milliseconds since 1970" }),
};

/** Its schema. */
export const invitation: z.ZodType<Invitation> = z.strictObject({
  ...record,
  url: z.string().openapi({ description: "The link, which works once; it is told here and never again" }),
}).openapi("Invitation");

/** An invitation without its link. */
export type SentInvitation = Omit<InvitationRecord, "study">;

/** Its schema. */
export const sentInvitation: z.ZodType<SentInvitation> = z.strictObject({
  ...record,
  created: z.int().openapi({ description: "Milliseconds since 1970" }),
  used: z.int().optional().openapi({ description: "When it was taken, in milliseconds since 1970" }),
}).openapi("SentInvitation");
