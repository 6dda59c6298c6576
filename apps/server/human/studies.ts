/** Studies at work, shared by everybody who asks. */
import { type OpenStudy, openStudy, type StudyStore } from "@tare/eval/human";
import type { Access } from "../access/store.ts";

/** Studies by the ids of their evaluations, which are their names. Each is opened once: a hundred votes wait for one write. */
export interface Studies {
  /** The study of an evaluation; none if nobody made one. */
  open(id: string): Promise<OpenStudy | undefined>;
  /** Forgets one that was dropped. */
  forget(id: string): void;
}

/** Opens studies of a store. */
export function studiesOf(store: StudyStore, clock: () => number): Studies {
  const opened = new Map<string, Promise<OpenStudy | undefined>>();
  const find = async (id: string) => await store.find(id) && await openStudy(store, id, clock);
  return {
    open(id) {
      const known = opened.get(id);
      if (known) return known;
      const study = find(id);
      opened.set(id, study);
      const unlessFound = (found?: OpenStudy) => found === undefined && opened.get(id) === study && opened.delete(id);
      study.then(unlessFound, () => unlessFound()); // one that comes later is found later
      return study;
    },
    forget: (id) => void opened.delete(id),
  };
}

/** What dropping a study takes. */
export interface DropStudy {
  /** Where studies and invitations are kept. */
  readonly store: { readonly studies: StudyStore; readonly access: Access };
  /** Studies at work. */
  readonly studies: Studies;
}

/**
 * Drops the study of an evaluation with its votes, and all invitations to it: links and cookies end.
 *
 * @returns Whether there was one.
 */
export async function dropStudy({ store, studies }: DropStudy, id: string): Promise<boolean> {
  for (const invitation of store.access.invitations(id)) store.access.revokeInvitation(invitation.id);
  const removed = await store.studies.remove(id);
  studies.forget(id);
  return removed;
}
