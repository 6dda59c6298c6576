/** A server for tests of the dashboard in a browser, in a process of its own: it says where it is, and is told to vote. */
import { createApp } from "../../app.ts";
import { responsesOf, startStudy, verdictsOf, votes } from "../../evaluations/fakes.ts";
import type { NamedJudge } from "../../options.ts";
import { serve } from "../../serve.ts";
import { openStore } from "../../store/store.ts";

/** What the server says on its only line. */
export interface FakeDashboard {
  /** Where it is. */
  readonly origin: string;
  /** An admin's token. */
  readonly token: string;
  /** Id of an evaluation with verdicts, a study and votes. */
  readonly id: string;
}

/** What must show as text, wherever it stands. */
export const hostile = `</script><img src=x onerror=alert(1)>"'\u202e`;

/** Judges slowly, so that there is something to cancel. */
const judge: NamedJudge = {
  id: "slow judge",
  async compare(_, signal) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    signal?.throwIfAborted();
    return { winner: "a" };
  },
};

if (import.meta.main) {
  using store = openStore(":memory:");
  const stop = new AbortController();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }); // a port that is free, and known before the app is made
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const origin = `http://127.0.0.1:${port}`;
  const app = createApp({ store, origins: [origin], judges: { slow: judge } });
  const [id, token] = [crypto.randomUUID(), store.access.addToken({ name: "a", role: "admin", created: 0 }).secret];
  const responses = responsesOf(60, ["sft", `ppo ${hostile}`]);
  const verdicts = verdictsOf(responses, `judge ${hostile}`);
  store.evaluations.create({ id, name: `Tea ${hostile}`.replace("\u202e", ""), created: Date.now() }, {
    responses,
    verdicts,
  });
  const study = await startStudy(store, id);
  for (const annotator of ["Ann", `Bob ${hostile}`]) await votes(study, annotator, 40);
  const said: FakeDashboard = { origin, token, id };
  await serve(app, { port, signal: stop.signal, onListen: () => console.log(JSON.stringify(said)) });
}
