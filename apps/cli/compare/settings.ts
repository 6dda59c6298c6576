/** Settings of a comparison as `run.json` has them. */
import { settingsOf } from "../training_flags.ts";
import { publicPlace } from "./policies.ts";

/** How servers are asked, which changes nothing of what they answer. */
const manners = ["calls", "concurrency", "per-minute", "max-requests", "max-cost"];

/** The settings that make a difference, without credentials. */
export function compareSettings(values: { readonly policies: readonly string[] }): Record<string, unknown> {
  const kept = Object.entries(values).filter(([name]) => !manners.includes(name));
  return settingsOf({ ...Object.fromEntries(kept), policies: values.policies.map(publicPlace) });
}
