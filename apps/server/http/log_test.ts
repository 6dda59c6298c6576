import { assertEquals } from "@std/assert";
import { newSecret } from "../access/secrets.ts";
import { shownPath } from "./log.ts";

Deno.test("shownPath() shows no key, however its address is written", () => {
  const key = newSecret();
  const escaped = [...key].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");
  const cases: readonly (readonly [path: string, shown: string])[] = [
    [`/r/${key}/get_reward?query=${key}#${key}`, "/r/…/get_reward"],
    [`/r/short/get_reward`, "/r/…/get_reward"],
    [`/%72/${key}/get_reward`, "/r/…/get_reward"],
    [`/%2572/${escaped}/classify`, "/r/…/classify"],
    [`/r%2f${key}%2Fclassify`, "/r/…/classify"],
    [`//r//${key}/classify`, "/r/…/classify"],
    [`/R/${key}`, "/r/…"],
    [`/x/${key}/y`, "/x/…/y"],
    [`/x/${escaped}/y`, "/x/…/y"],
    [`/get_reward/${key}`, "/get_reward/…"],
    [`/annotate/${key}${key}`, "/annotate/…"],
    ["/a/../v1/tokens", "/v1/tokens"],
    ["/a%0a%1b[2J%ff", "/a??[2J?"],
    [`/${"a/".repeat(200)}`, `/${"a/".repeat(200)}`.slice(0, 200)],
    ["/%zz%", "/%zz%"],
  ];
  for (const [path, shown] of cases) assertEquals(shownPath(`http://127.0.0.1${path}`), shown, path);
  const id = crypto.randomUUID();
  assertEquals(shownPath(`http://127.0.0.1/v1/evaluations/${id}/results`), `/v1/evaluations/${id}/results`);
});
