import { assert, assertEquals } from "@std/assert";
import { createApp } from "../app.ts";
import { openStore } from "../store/store.ts";
import { ballotFor, browserOf } from "./fakes.ts";
import type { Invitation } from "./invitation_schemas.ts";

/** What the process says of itself. */
interface Said {
  readonly origin: string;
  readonly id: string;
  readonly invitations: readonly Invitation[];
}

Deno.test("a server that is killed in a storm of votes has every vote that it acknowledged, and goes on with everybody", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("./fixtures/storm.ts", import.meta.url).pathname, folder, "12"],
      ...{ stdin: "null", stdout: "piped", stderr: "null" },
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) {
      const { done, value } = await reader.read();
      assert(!done, "the server ended by itself");
      line += value;
    }
    const { origin, id, invitations }: Said = JSON.parse(line);

    const acknowledged: string[] = [];
    const people = await Promise.all(invitations.map(async ({ url }) => {
      const browser = browserOf(fetch, origin);
      const { status } = await browser.ask("POST", "/v1/session", { invitation: new URL(url).hash.slice(1) });
      assertEquals(status, 201);
      return browser;
    }));
    await Promise.all(people.map(async (person) => {
      try {
        while (true) {
          const ballot = ballotFor((await person.ask("POST", "/v1/session/next")).body.task.id);
          const { status, body } = await person.ask("POST", "/v1/session/votes", ballot);
          assertEquals([status, body.vote.id], [200, ballot.id]);
          if (acknowledged.push(ballot.id) === 300) child.kill("SIGKILL"); // all others are in the middle of something
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // the connection broke
      }
    }));
    await reader.cancel();
    assertEquals((await child.status).signal, "SIGKILL");
    assert(acknowledged.length >= 300 && acknowledged.length < 12 * 200, `${acknowledged.length}`);

    using store = openStore(folder);
    const log = await store.studies.read(id, 0, 1e6);
    const kept = new Set(log.flatMap((event) => event.kind === "vote" ? [event.id] : []));
    assertEquals(acknowledged.filter((vote) => !kept.has(vote)), []);
    const app = createApp({ store, origins: [origin] });
    let votes = 0;
    for (const { cookies } of people) {
      const again = browserOf((request) => app.fetch(request), origin, cookies);
      votes += (await again.ask("GET", "/v1/session")).body.progress.votes;
    }
    assertEquals(votes, kept.size, "cookies are good after a restart");
    await app.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
