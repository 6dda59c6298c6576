/** Policies that are compared: `NAME=PLACE`, a checkpoint, a file of responses, or a model behind a server. */
import { basename } from "node:path";
import { isAddress, publicAddress, publicPlace } from "../address.ts";
import type { Context } from "../command.ts";
import { openFile } from "../files.ts";
import { remoteName } from "../fingerprint.ts";
import { UsageError } from "../flags.ts";
import type { HubOptions } from "../hub.ts";
import { type LanguageModel, openLanguageModel } from "../language_model.ts";
import { readResponses, type Responses } from "./responses.ts";

/** What every policy has. */
interface Named {
  /** What the user calls it. */
  readonly name: string;
  /** Where it is. */
  readonly place: string;
  /** What it is, for `run.json`. */
  readonly id: string;
}

/** A model of this machine, before its weights are read. */
export interface Checkpoint extends LanguageModel, Named {
  readonly kind: "checkpoint";
}

/** What some policy said once. */
export interface ResponseFile extends Responses, Named {
  readonly kind: "file";
}

/** A model behind a server that speaks OpenAI's protocol. */
export interface Served extends Named {
  readonly kind: "server";
  /** The server's name of the model. */
  readonly model: string;
  /** The address. */
  readonly url: string;
}

/** Where responses come from. */
export type Policy = Checkpoint | ResponseFile | Served;

/**
 * Opens policies.
 *
 * @param given `NAME=DIR` or `NAME=ID` of the hub, `NAME=FILE` with responses, or `NAME=URL#MODEL`; without a name, the last
 *   part of the place is one.
 * @throws {UsageError} If one is not of that form, or a name comes twice.
 * @throws {RangeError} If one is a reward model.
 */
export async function openPolicies(given: readonly string[], options: HubOptions, context: Context): Promise<Policy[]> {
  const named = given.map((text) => {
    const [, name, place = text] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
    if (name !== undefined) return { name, place };
    const last = /#/.test(text) ? text.replace(/^.*#/s, "") : basename(text).replace(/\.jsonl(\.gz)?$/, "");
    if (/^[\w.-]+$/.test(last)) return { name: last, place };
    throw new UsageError(
      `Expected a policy as NAME=DIR, such as sft=runs/sft, with a name of letters, digits, ".", "-" and "_", but found ` +
        `none in "${publicPlace(text)}"`,
    );
  });
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) < i);
  if (twice) {
    throw new UsageError(
      `Expected a name of its own for each policy but found "${twice.name}" twice: give names as NAME=DIR`,
    );
  }
  const policies: Policy[] = [];
  for (const { name, place } of named) policies.push(await openPolicy(name, place, options, context));
  return policies;
}

async function openPolicy(name: string, place: string, options: HubOptions, context: Context): Promise<Policy> {
  if (/^https?:/i.test(place)) return served(name, place);
  if (await openFile(place)) return { kind: "file", name, place, ...await readResponses(place, name, context) };
  if (/\.jsonl(\.gz)?$/.test(place)) throw new UsageError(`Cannot open ${place}: there is no such file of responses`);
  return { kind: "checkpoint", name, place, ...await openLanguageModel(place, options, context) };
}

function served(name: string, place: string): Served {
  const [url, model] = [place.replace(/#.*$/s, ""), /#(.+)$/s.exec(place)?.[1]];
  if (model !== undefined && isAddress(url)) {
    return { kind: "server", name, place: publicAddress(url), url, model, id: remoteName(model, url) };
  }
  throw new UsageError(
    `Expected a server's policy as NAME=URL#MODEL, such as gpt=https://api.openai.com/v1#gpt-5-mini, but found no model in ` +
      `that of ${name}`, // not the address: it may hold a key
  );
}
