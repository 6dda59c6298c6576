import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setImmediate } from "node:timers";
import { jsonl } from "@tare/eval/report";
import { openStore } from "../store/store.ts";
import { testApp } from "../fakes.ts";
import { responsesOf, verdictsOf } from "./fakes.ts";

const responses = responsesOf(3);
const lines = { "content-type": "application/jsonl" };

Deno.test("an evaluation is made of JSON, of JSON Lines and of files of the data folder, and is the same", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/responses`);
    for (const name of ["sft", "ppo"]) {
      const own = responses.filter(({ policy }) => policy === name);
      await Deno.writeTextFile(`${folder}/responses/${name}.jsonl`, jsonl(own));
    }
    await using app = testApp({ store: openStore(folder) });
    const made = [
      await app.ask("admin", "POST", "/v1/evaluations", { name: "inline", responses }),
      await app.ask("admin", "POST", "/v1/evaluations?name=lines", `\n${jsonl(responses)}`, lines),
      await app.ask("admin", "POST", "/v1/evaluations?name=nd", jsonl(responses), {
        "content-type": "application/x-ndjson; charset=utf-8",
      }),
      await app.ask("admin", "POST", "/v1/evaluations", { name: "files", files: ["sft.jsonl", "ppo.jsonl"] }),
    ];
    assertEquals(made.map(({ status }) => status), [201, 201, 201, 201]);
    for (const response of made) {
      const { id } = await response.json();
      assertEquals(app.store.evaluations.rows(id), { responses, verdicts: [] });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("files are plain files of one folder: no paths, no links, nothing larger than a body", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/responses/folder.jsonl`, { recursive: true });
    await Deno.writeTextFile(`${folder}/secret.jsonl`, jsonl(responses));
    await Deno.symlink(`${folder}/secret.jsonl`, `${folder}/responses/link.jsonl`);
    await Deno.writeTextFile(`${folder}/responses/all.jsonl`, jsonl(responses));
    await using app = testApp({ store: openStore(folder), limits: { bytes: 400 } });
    const cases: Readonly<Record<string, string>> = {
      "../secret.jsonl": "no name that ends in .jsonl",
      [`${folder}/secret.jsonl`]: "no name that ends in .jsonl",
      "..\\secret.jsonl": "no name that ends in .jsonl",
      "all.jsonl\0": "no name that ends in .jsonl",
      "server.sqlite": "no name that ends in .jsonl",
      ".jsonl": "no name that ends in .jsonl",
      "link.jsonl": "not there or is a link",
      "none.jsonl": "not there or is a link",
      "folder.jsonl": "which is no file",
      "all.jsonl": "where 400 are left",
    };
    for (const [file, detail] of Object.entries(cases)) {
      const response = await app.ask("admin", "POST", "/v1/evaluations", { name: "x", files: [file] });
      assertEquals(response.status, 422, file);
      assertStringIncludes((await response.json()).detail, detail);
    }
    assertEquals(app.store.evaluations.list(), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what does not fit together is refused with its place, and nothing is kept", async () => {
  await using app = testApp();
  const [first] = responses;
  const verdicts = verdictsOf(responses);
  const cases: readonly [body: unknown, detail: string][] = [
    [{ name: "", responses }, "name: Expected a name of 1 to 200 characters"],
    [{ name: "a\nb", responses }, "name: Expected a name"],
    [{ name: "x".repeat(201), responses }, "name: Expected a name"],
    [{ name: "x" }, "either responses or files but found neither"],
    [{ name: "x", responses, files: ["a.jsonl"] }, "either responses or files but found both"],
    [{ name: "x", files: ["a.jsonl"] }, "no folder: the server keeps nothing"],
    [{ name: "x", responses, more: 1 }, "more"],
    [{ name: "x", responses: [...responses, first] }, 'response 7, of policy "sft" to prompt "p0", again'],
    [{ name: "x", responses: [...responses, { ...first, policy: "dpo", prompt: "?" }] }, "with another than before"],
    [{ name: "x", responses: responses.slice(0, 3) }, "two policies or more but found those of sft"],
    [{ name: "x", responses: responses.map((row, i) => ({ ...row, promptId: `${i}` })) }, "two policies responded to"],
    [{ name: "x", responses: [{ ...first, policy: "\u0007" }] }, "responses.0.policy: Expected a name"],
    [{ name: "x", responses, verdicts: [{ ...verdicts[0], a: "dpo" }] }, "which has no responses at all"],
    [{ name: "x", responses, verdicts: [...verdicts, verdicts[0]] }, 'about "sft" and "ppo" again'],
    [{ name: "x", responses, verdicts: [{ ...verdicts[0], winner: "sft" }] }, "verdicts.0.winner"],
    [{ name: "x", responses, verdicts: [{ ...verdicts[0], judge: "majority of people" }] }, "verdict 1 of majority"],
  ];
  for (const [body, detail] of cases) {
    const response = await app.ask("admin", "POST", "/v1/evaluations", body);
    assertEquals(response.status, 422, detail);
    assertStringIncludes((await response.json()).detail, detail);
  }
  const uploads: readonly [
    path: string,
    text: string | Uint8Array<ArrayBuffer>,
    type: string,
    status: number,
    detail: string,
  ][] = [
    [
      "?name=x",
      `${jsonl(responses)}{"policy":"ppo"}\n`,
      "application/jsonl",
      422,
      "line 7: expected promptId to be a text",
    ],
    ["?name=x", "{", "application/jsonl", 422, "line 1: expected JSON"],
    ["?name=x", new Uint8Array([0x22, 0xff]), "application/jsonl", 422, "UTF-8"],
    [
      "?name=x",
      jsonl([{ ...first!, policy: "a\tb" }]),
      "application/jsonl",
      422,
      "response 1, policy: Expected a name",
    ],
    ["", jsonl(responses), "application/jsonl", 422, "name in the address"],
    ["?name=x", jsonl(responses), "text/plain", 415, "but found text/plain"],
  ];
  for (const [path, text, type, status, detail] of uploads) {
    const response = await app.ask("admin", "POST", `/v1/evaluations${path}`, text, { "content-type": type });
    assertEquals(response.status, status, detail);
    assertStringIncludes((await response.json()).detail, detail);
  }
  assertEquals(app.store.evaluations.list(), []);
  assert((await app.ask("admin", "POST", "/v1/evaluations", { name: "x", responses, verdicts })).ok);
});

Deno.test("an evaluation has a hundred policies at most: every two of them are compared", async () => {
  await using app = testApp();
  const of = (policies: number) => responsesOf(1, Array.from({ length: policies }, (_, i) => `p${i}`));
  const many = await app.ask("judge", "POST", "/v1/evaluations", { name: "x", responses: of(101) });
  assertEquals([many.status, (await many.json()).detail], [
    422,
    "Expected 100 policies or fewer but found 101: compare fewer at a time",
  ]);
  assertEquals((await app.ask("judge", "POST", "/v1/evaluations", { name: "x", responses: of(100) })).status, 201);
});

Deno.test("others have their turn while a long upload is read and checked", async () => {
  await using app = testApp();
  const rows = responsesOf(10_000);
  let turns = 0;
  let going = true;
  const count = () => void (going && (turns++, setImmediate(count)));
  count();
  const made = await app.ask("admin", "POST", "/v1/evaluations?name=long", jsonl(rows), lines);
  going = false;
  assertEquals(made.status, 201);
  assert(turns >= 35, `${turns} turns`); // one for each thousand lines, and one for each thousand rows
  assertEquals(app.store.evaluations.rows((await made.json()).id).responses, rows);
});
