/** `tare serve`: judges, people and contrastive rewards over HTTP. */
import {
  type App,
  createApp,
  firstToken,
  openJudges,
  openStore,
  readConfig,
  serve as listen,
  type Store,
} from "@tare/server";
import { type Command, type Context, defineCommand } from "../command.ts";
import { naming } from "../files.ts";
import { UsageError } from "../flags.ts";
import { takeLock } from "../lock.ts";
import { remoteRewardFlags } from "../remote_reward.ts";
import { rewardFlags } from "../reward_model.ts";
import { addEvaluations } from "../serve/add.ts";
import { checkPlace, isPrivate, originsOf, placeFlags, type PlaceValues } from "../serve/place.ts";
import { checkRewards, contrastFlags, openRewards } from "../serve/rewards.ts";

export const serve: Command = defineCommand({
  summary: "serve evaluations to judges and people, and contrastive rewards to trainers",
  flags: {
    data: { type: "text", value: "DIR", default: "./tare-data", help: "folder that everything is kept in" },
    ...placeFlags,
    add: {
      ...{ type: "texts", value: "NAME=DIR|FILE", default: [] },
      help: "evaluation to begin with: what tare eval compare wrote, or responses as JSONL; may be repeated",
    },
    ...rewardFlags,
    ...remoteRewardFlags,
    ...contrastFlags,
    judges: { type: "object", help: "judges by the names that requests call them by" },
    "new-token": { type: "switch", help: "print one more sign-in link of an admin" },
    log: { type: "switch", help: "write a line of JSON for each request to stderr; errors are always written" },
    config: { type: "text", value: "FILE", help: "JSON with settings, keys as flags in camelCase; flags override it" },
    cache: { type: "text", value: "DIR", help: "where files of the hub are kept (by default ~/.cache/tare)" },
    revision: { type: "text", default: "main", help: "branch, tag or commit of the hub's repository of a model" },
  },
  async run(values, context) {
    checkPlace(values);
    checkRewards(values);
    const config = readConfig({ judges: values.judges }, values.config ?? "--config");
    const { data, json } = values;
    const say = (line: string) => json ? context.note(line) : context.print(`${line}\n`);

    await using _ended = {
      [Symbol.asyncDispose]: () => values.reward === undefined ? Promise.resolve() : threadsEnd(),
    };
    using stack = new DisposableStack();
    await makeFolder(data);
    stack.use(await takeLock(`${data}/.lock`, data));
    const store = stack.use(openStore(data));
    const judges = openJudges(config, { calls: store.calls, env: (name) => Deno.env.get(name) });
    await addEvaluations(store, values.add, context.note);
    // A core is left for people: what they see must not wait for rewards.
    const threads = values.threads ?? Math.min(16, Math.max(1, navigator.hardwareConcurrency - 1));
    const rewards = await openRewards({ ...values, threads }, stack, context);

    let app: App | undefined; // which has to know its own port
    const begin = ({ port }: { readonly port: number }) => {
      const origins = originsOf({ ...values, port });
      const log = logTo(context, values.log);
      app = createApp({ store, judges, ...rewards, origins, trustLocal: isPrivate(values), log });
      say(`Listening at ${origins[0]}`);
      if (rewards.score) say(trainersAsk(origins[0]!, isPrivate(values)));
      const token = firstToken(store.access) ?? (values["new-token"] ? anotherToken(store) : undefined);
      if (token) {
        say(`An admin signs in, now or later, by this link, which is shown once: ${origins[0]}/login#${token}`);
      }
    };
    const lazy: App = {
      fetch: (request, connection) => app!.fetch(request, connection),
      openapi: () => app!.openapi(),
      close: async () => await app?.close(),
    };
    using ending = untilStopped(context.signal);
    const place = { host: values.host, port: values.port, signal: ending.signal, onListen: begin };
    await listen(lazy, place).catch((error) => refuseAddress(error, values));
    return { data };
  },
});

/**
 * Gives threads that were stopped the time to end. A driver of graphics cards that one of them has loaded, if only to find no
 * card, crashes where the program ends meanwhile: one time in ten, by what was measured on Linux.
 */
function threadsEnd(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

/** Makes the data folder, for its owner alone. */
async function makeFolder(data: string): Promise<void> {
  try {
    await Deno.mkdir(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`Expected --data with a folder but found a file at ${data}, or on the way to it`);
    }
    throw naming(data, error);
  }
}

/** The system's own error, saying which address it is about. */
function refuseAddress(error: unknown, { host, port }: PlaceValues): never {
  const why = error instanceof Deno.errors.AddrInUse
    ? "another program does; give another --port"
    : error instanceof Deno.errors.AddrNotAvailable
    ? "this machine has no such address"
    : error instanceof Deno.errors.PermissionDenied
    ? "the system lets only its administrator; give a --port of 1024 or more"
    : error instanceof Error && /lookup/.test(error.message)
    ? "no address is known by this name"
    : undefined;
  if (why === undefined) throw error;
  throw new UsageError(`Cannot listen at ${host}, port ${port}: ${why}`);
}

/** What a trainer is given for the address of its reward model. */
function trainersAsk(origin: string, local: boolean): string {
  const key = local ? "" : "/r/KEY";
  const made = local ? "" : '; KEY is a token that an admin makes by POST /v1/tokens {"name": …, "role": "rewards"}';
  return `Trainers ask for rewards at ${origin}${key}/get_reward (OpenRLHF: --reward.remote_url) or ${origin}${key}/classify${made}`;
}

/** One more token of an admin, for who has lost the first. */
function anotherToken({ access }: Store): string {
  return access.addToken({ name: "--new-token", role: "admin", created: Date.now() }).secret;
}

/** Writes the log as lines of JSON. */
function logTo({ note }: Context, requests: boolean): NonNullable<Parameters<typeof createApp>[0]["log"]> {
  return (entry) => {
    if (requests || entry.event !== "request") note(JSON.stringify(entry));
  };
}

/** Fires with the context's signal, and when the system asks the program to end. */
function untilStopped(signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const terminate = () => stop.abort();
  const known = Deno.build.os !== "windows";
  if (known) Deno.addSignalListener("SIGTERM", terminate);
  return {
    signal: AbortSignal.any([signal, stop.signal]),
    [Symbol.dispose]: () => known && Deno.removeSignalListener("SIGTERM", terminate),
  };
}
