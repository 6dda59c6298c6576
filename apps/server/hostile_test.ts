/** What an attacker sends: other sites' pages, other hosts, endless bodies, texts that are code elsewhere. */
import { assert, assertEquals } from "@std/assert";
import type { App } from "./app.ts";
import { openJudges } from "./config.ts";
import { origin, testApp } from "./fakes.ts";
import { browserOf, fast, studyApp } from "./human/fakes.ts";
import { serve } from "./serve.ts";

const evil = "https://evil.example";

type Paths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Every route that changes something, from the document: a new one is not forgotten. */
function changing(app: App): (readonly [method: string, path: string])[] {
  const { paths } = app.openapi() as { readonly paths: Paths };
  return Object.entries(paths).flatMap(([path, operations]) =>
    ["post", "put", "patch", "delete"].filter((method) => operations[method])
      .map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, "x")] as const)
  );
}

/** Asks over a socket, byte by byte, and gives the line of the status. */
async function raw(port: number, text: string): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(text));
  const bytes = new Uint8Array(4096);
  const length = await socket.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length)).split("\r\n")[0]!;
}

/** Serves an app at a free port while something is done. */
async function served(app: App, work: (port: number) => Promise<void>): Promise<void> {
  const [stop, listening] = [new AbortController(), Promise.withResolvers<number>()];
  const done = serve(app, { port: 0, signal: stop.signal, onListen: ({ port }) => listening.resolve(port) });
  try {
    await work(await listening.promise);
  } finally {
    stop.abort();
    await done;
  }
}

Deno.test("an evil origin changes nothing: JSON, forms and texts, with and without a cookie, at every route", async () => {
  await using app = await studyApp(2, {}, { trustLocal: true });
  const browser = app.browser();
  await browser.ask("POST", "/v1/login", { token: app.tokens.admin });
  await (await app.annotator("ann")).ask("POST", "/v1/session/next");
  const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
  const sites: readonly Record<string, string>[] = [
    { origin: evil },
    { origin: "null" },
    { origin: `${origin}.evil.example` },
    { origin: origin.replace("8377", "8378") },
    { origin: origin.toUpperCase() },
    { origin, "sec-fetch-site": "cross-site" },
    { origin, "sec-fetch-site": "same-site" },
    { origin: evil, "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "cross-site" },
  ];
  const bodies: readonly (readonly [type: string, body: string])[] = [
    ["application/json", "{}"],
    ["text/plain", '{"query":"x"}'],
    ["application/x-www-form-urlencoded", "query=x"],
    ["multipart/form-data; boundary=x", "--x--"],
  ];
  const ask = (method: string, path: string, headers: HeadersInit, body?: string) =>
    app.app.fetch(new Request(`${origin}${path}`, { method, headers, body }), {
      remoteAddr: { hostname: "127.0.0.1" },
    });
  let asked = 0;
  for (const [method, path] of changing(app.app)) {
    for (const site of sites) {
      for (const [type, body] of bodies) {
        for (const more of [[], [["cookie", cookie]]]) {
          const { status } = await ask(
            method,
            path,
            { "content-type": type, ...site, ...Object.fromEntries(more) },
            body,
          );
          assertEquals(status, 403, `${method} ${path} ${type} ${JSON.stringify(site)}`);
          asked++;
        }
      }
    }
    const silent = await ask(method, path, { cookie, "sec-fetch-site": "none" }); // nobody says whose page it was
    assert([401, 403].includes(silent.status), `${method} ${path} ${silent.status}`);
  }
  assert(asked > 1_000);
  // A method in a header is no method, and an evil page reads nothing.
  const read = await ask("GET", "/v1/tokens", { cookie, origin: evil, "x-http-method-override": "DELETE" });
  assertEquals([read.status, read.headers.get("access-control-allow-origin")], [200, null]);
  assertEquals((await ask("GET", `/v1/evaluations/${app.id}`, { cookie })).status, 200, "nothing is gone");
});

Deno.test("an evil host is refused over a real socket, however it is spelled", async () => {
  await using app = testApp({ origins: ["http://127.0.0.1:8377", "http://localhost:8377", "http://[::1]:8377"] });
  await served(app.app, async (port) => {
    const status = (line: string, host: string) => raw(port, `${line} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    for (const host of ["127.0.0.1:8377", "localhost:8377", "LOCALHOST:8377", "[::1]:8377"]) {
      assertEquals(await status("GET /healthz", host), "HTTP/1.1 200 OK", host);
    }
    for (
      const host of [
        ...["evil.example", "evil.example:8377", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.:8377", "localhost.:8377"],
        ...["127.0.0.1:8377.evil.example", "evil@127.0.0.1:8377", "127.1:8377", "0.0.0.0:8377", "", "[::]:8377"],
      ]
    ) assertEquals(await status("GET /annotate", host), "HTTP/1.1 421 Misdirected Request", host);
    assertEquals(await status("GET http://127.0.0.1:8377/healthz", "evil.example"), "HTTP/1.1 421 Misdirected Request");
    const two = "127.0.0.1:8377\r\nHost: evil.example";
    assertEquals(await status("GET /healthz", two), "HTTP/1.1 400 Bad Request");
    assertEquals(await status("TRACE /healthz", "127.0.0.1:8377"), "HTTP/1.1 405 Method Not Allowed");
  });
});

Deno.test("paths that are spelled otherwise reach nothing, over a real socket", async () => {
  await using app = testApp();
  const { admin, rewards } = app.tokens;
  await served(app.app, async (port) => {
    const ask = (path: string, method = "GET", token = admin) =>
      raw(port, `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:8377\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    assertEquals(await ask("/v1/tokens"), "HTTP/1.1 200 OK");
    for (
      const path of [
        ...[
          "//v1/tokens",
          "/v1//tokens",
          "/V1/tokens",
          "/v1/tokens/",
          "/v1/tokens%2f",
          "/v1%2ftokens",
          "/v1/tokens%00",
        ],
        ...["/x/../v1/tokens", "/%2e%2e/v1/tokens", "/./v1/tokens", "/v1/tokens;x", "/annotate/../v1/tokens"],
        ...[`/r/${admin}/../../v1/tokens`, `/r/${rewards}/%2e%2e/%2e%2e/v1/tokens`, `/r/${rewards}/v1/tokens`],
      ]
    ) assertEquals(await ask(path), "HTTP/1.1 404 Not Found", path);
    for (const path of ["/%76%31/tokens", "/v1/%74okens"]) {
      assertEquals(await ask(path, "GET", rewards), "HTTP/1.1 403 Forbidden", path);
    }
  });
});

Deno.test("a judge that redirects is not followed, and no text and no key reaches who it sends to", async () => {
  const [asked, keys]: [string[], (string | null)[]] = [[], []];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    asked.push(new URL(request.url).host);
    keys.push(request.headers.get("authorization"));
    await request.text();
    if (request.redirect === "follow") asked.push("evil.example");
    return new Response(null, { status: 307, headers: { location: `${evil}/v1/chat/completions` } });
  };
  await using app = testApp();
  const config = { judges: { gpt: { model: "judge", baseURL: "http://judge.example/v1", apiKeyEnv: "KEY" } } };
  const judges = openJudges(config, { calls: app.store.calls, env: () => "sk-secret", fetch });
  await using judging = testApp({ store: app.store, judges });
  const body = { judge: "gpt", prompt: "Tea?", a: "Yes.", b: "No." };
  const answer = await judging.ask("judge", "POST", "/v1/judgements", body);
  const text = await answer.text();
  assert(asked.length > 0 && asked.every((host) => host === "judge.example"), asked.join());
  assertEquals(new Set(keys), new Set(["Bearer sk-secret"]));
  assert(!text.includes("sk-secret") && !text.includes("evil.example"), text);
  const chosen = await judging.ask("judge", "POST", "/v1/judgements", { ...body, baseURL: evil });
  assertEquals(chosen.status, 422, "a request chooses no address");
  assert(!(await (await judging.ask("judge", "GET", "/v1/judges")).text()).includes("sk-secret"));
});

Deno.test("a body of 10 MB is refused to strangers and above the limit, and a slow one is not waited for", async () => {
  await using app = testApp({ limits: { bytes: 2 ** 20, bodySeconds: 0.02, rates: fast } });
  const long = `{"token":"${"x".repeat(10 * 2 ** 20)}"}`;
  for (
    const [role, path] of [[undefined, "/v1/login"], ["admin", "/v1/evaluations"], ["rewards", "/get_reward"]] as const
  ) {
    assertEquals((await app.ask(role, "POST", path, long)).status, 413, path);
  }
  await served(app.app, async (port) => {
    const head = "POST /v1/session HTTP/1.1\r\nHost: 127.0.0.1:8377\r\nContent-Type: application/json\r\n";
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const cases: readonly (readonly [rest: string, status: string])[] = [
      ["Content-Length: 99999999\r\n\r\n{", "413 Payload Too Large"],
      ["Content-Length: 50\r\n\r\n{", "408 Request Timeout"],
      ["Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "408 Request Timeout"],
      [`Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`, "413 Payload Too Large"],
      ["Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "422 Unprocessable Entity"], // it is read as it comes
    ];
    for (const [rest, status] of cases) {
      assertEquals(await raw(port, head + rest), `HTTP/1.1 ${status}`, rest.slice(0, 60));
    }
  });
});

/** Texts that mean something to a browser, a spreadsheet, a terminal, a database or a template. */
const nasty: readonly string[] = [
  ...[
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
  ],
  ...['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " \n=1", "＝1"],
  ...["\0", "a\0b", "\ud800", "\udc00x", "\u202egnp.exe", "\u2028\u2029", "\u001b[2J", "'; DROP TABLE response; --"],
  ...["${x} {{x}} $& $1 %s", "\uffff\ufeff", "a\r\nset-cookie: x=1", "__proto__", "constructor"],
];

Deno.test("texts with every nasty character come back as they were, and are inert in CSV and HTML", async () => {
  await using app = testApp({ limits: { rates: fast } });
  // deno-lint-ignore no-control-regex -- names may have none of these
  const names = nasty.filter((text) => !/[\x00-\x1f\x7f-\x9f]/.test(text) && text.isWellFormed());
  const responses = nasty.flatMap((text, i) =>
    ["<b>one</b>", "=two"].map((policy) => ({
      ...{ policy, promptId: `${names[i] ?? `plain ${i}`}`, prompt: text },
      response: `${text}${policy === "=two" ? text : ""}`,
    }))
  );
  const verdicts = [...new Set(responses.map(({ promptId }) => promptId))].map((promptId, i) => ({
    ...{ judge: "<i>@judge</i>", promptId, a: "<b>one</b>", b: "=two", winner: "invalid", reason: nasty[i]! },
    games: [{ first: "a", winner: "invalid", reason: nasty[i]!, rationale: nasty[i]! }],
  }));
  for (const name of ['x" ; filename="evil.html', "../../etc/passwd", "<script>", "ünïcode/\\:*?"]) {
    const made = await app.ask("admin", "POST", "/v1/evaluations", { name, responses, verdicts });
    assertEquals(made.status, 201, await made.clone().text());
    const { id } = await made.json();
    const file = async (query: string) => {
      const answer = await app.ask("admin", "GET", `/v1/evaluations/${id}/export?${query}`);
      assertEquals(answer.status, 200);
      const { headers } = answer;
      assert(/^attachment; filename="[\w.-]+"$/.test(headers.get("content-disposition")!), name);
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      assert(headers.get("content-security-policy")!.startsWith("default-src 'none'"));
      return await answer.text();
    };
    const rows = async (part: string) =>
      (await file(`format=jsonl&part=${part}`)).trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(await rows("responses"), responses);
    assertEquals(await rows("verdicts"), verdicts);
    const cells = [...(await file("format=csv")).matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell!);
    assert(cells.length > 14 * nasty.length);
    for (const cell of cells) assert(!/^\s*[=+\-@＝]/.test(cell), JSON.stringify(cell));
    const html = await file("format=html");
    for (const tag of ["<script", "<img", "<svg", "<b>one", "<i>@"]) assert(!html.includes(tag), tag);
    assert(!/<[^>]*\b(href|src)\s*=\s*["']?javascript:/i.test(html));
  }
});

Deno.test("every answer has its headers: pages, data, problems and what is not there", async () => {
  await using app = testApp({ limits: { rates: fast } });
  const asked: readonly (readonly [method: string, path: string, status: number])[] = [
    ...[["GET", "/annotate", 200], ["GET", "/login", 200], ["GET", "/assets/base.css", 200]] as const,
    ...[["GET", "/", 302], ["GET", "/nowhere", 404], ["HEAD", "/nowhere", 404], [
      "OPTIONS",
      "/v1/tokens",
      404,
    ]] as const,
    ...[["GET", "/v1/tokens", 401], ["GET", "/openapi.json", 200], ["POST", "/v1/login", 400]] as const,
    ...[["DELETE", "/v1/session", 401], ["GET", "/evaluations/x", 302], ["GET", "/healthz", 200]] as const,
  ];
  for (const [method, path, status] of asked) {
    const { headers, ...answer } = await app.app.fetch(
      new Request(`${origin}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...method === "POST" && { body: "{" },
      }),
    ).then(async (response) => ({ headers: response.headers, status: response.status, text: await response.text() }));
    assertEquals(answer.status, status, `${method} ${path}`);
    assert(headers.get("content-security-policy")!.includes("frame-ancestors 'none'"), path);
    assertEquals(headers.get("x-content-type-options"), "nosniff", path);
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin", path);
    assertEquals(headers.get("referrer-policy"), "no-referrer", path);
    assert(["no-store", "no-cache"].includes(headers.get("cache-control")!), path);
    assert(!/\bat .*\.ts:\d|sqlite|file:\/\//i.test(answer.text), path);
  }
  const stranger = browserOf((request) => app.app.fetch(request), origin);
  assertEquals((await stranger.ask("GET", "/v1/session")).headers.get("set-cookie"), null);
});
