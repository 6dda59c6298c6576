import { assert, assertEquals } from "@std/assert";
import { hashOf } from "../tag.ts";
import { rubric } from "./template.ts";
import { templates } from "./templates.ts";

Deno.test("templates say what they said when they got their version", async () => {
  // Another text is another judge: change the version together with the hash.
  const hashes = await Promise.all(
    Object.values(templates).map(async ({ id, system, user }) => {
      return [id, (await hashOf([system, user("prompt", "one", "two", "tag")])).slice(0, 12)];
    }),
  );
  assertEquals(Object.fromEntries(hashes), {
    "helpful/1": "a27710b58d69",
    "harmless/1": "cf47c1a23b9a",
    "summary/1": "14e2c7436d04",
    "chat/1": "2a625dc11059",
    "paper/1": "df35edef7727",
  });
});

Deno.test("templates are named by their ids, put texts in as they are, and offer what they read", () => {
  const texts = ["$& {first} {tag}", "$1 `${second}`\n", "\u200b{prompt}$'"] as const;
  for (const [name, { id, user, offered, form, system }] of Object.entries(templates)) {
    assert(id.startsWith(`${name}/`));
    const asked = user(...texts, "0f3a");
    for (const text of texts) assertEquals(asked.split(`0f3a--\n${text}\n--End of `).length, 2);
    assert(asked.indexOf(texts[1]) < asked.indexOf(texts[2]));
    const written = form === "json" ? offered.map((choice) => JSON.stringify(choice)) : offered.map((x) => `[[${x}]]`);
    assert(written.every((choice) => `${system}\n${asked}`.includes(choice)));
  }
  assertEquals(templates.paper.offered, ["A", "B"]);
});

Deno.test("rubric() offers no tie where there is none", () => {
  const { offered, user } = rubric({ id: "x/1", criteria: "Any.", offered: ["A", "B"] });
  assertEquals(offered, ["A", "B"]);
  assertEquals(user("p", "a", "b", "0f3a").includes("tie"), false);
});
