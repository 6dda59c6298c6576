/** What others wrote, and what other sites' pages try, against `tare serve` in a browser: nothing of it does anything. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { browserTest, desktop, phone, until } from "./chromium.ts";
import { type Served, serveTare } from "./served.ts";

/** Texts that would be code, or break a page, if they were not only shown. */
const corpus: readonly string[] = [
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "</script><script>alert(1)</script>",
  `"><a href="javascript:alert(1)">javascript:alert(1)</a>`,
  "</textarea></title></style><iframe srcdoc='<script>alert(1)</script>'>",
  "{{constructor.constructor('alert(1)')()}} ${alert(1)} <%= alert(1) %>",
  "' onmouseover='alert(1)' x='",
  "&lt;b&gt; &amp;amp; &#60;script&#62;",
  "\u202egnp.exe\u2066 \u200b\u200d\u200f مرحبا שלום \u0301\u0301\u0301",
  "a\u0000b\u0007\u001b[31m \ud800 \udc00 \ufffe",
  "<!--<![CDATA[ <math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
  `${"w".repeat(100_000)}<img src=x onerror=alert(1)>`,
];

/** The same as names, which are short and of whole, printable characters. */
// deno-lint-ignore no-control-regex -- these are what names cannot hold
const names = corpus.map((text) => text.toWellFormed().replace(/[\x00-\x1f\x7f-\x9f]/g, "").slice(0, 150));

const jsonLines = (policies: readonly string[]) =>
  policies.flatMap((policy, which) =>
    corpus.map((text, i) => {
      const response = `${corpus[(i + which + 1) % corpus.length]} of ${which}`;
      return `${JSON.stringify({ policy, promptId: `${names[i]} ${i}`, prompt: text, response })}\n`;
    })
  ).join("");

/** What would show that a text was more than text, or that a page is wider than its window. */
async function checkTexts(page: Page, width: number): Promise<void> {
  const found = await page.evaluate(`({
    made: document.querySelectorAll("img, iframe, math, .said *, script:not([src]), [onerror], [onload], [onmouseover]").length,
    links: [...document.querySelectorAll("a, [href], [action]")].map((it) => it.getAttribute("href") ?? it.getAttribute("action"))
      .filter((to) => !/^[/#]/.test(to)),
    width: document.documentElement.scrollWidth,
  })`);
  assertEquals(found, { made: 0, links: [], width }, page.url());
}

browserTest("texts that would be code are texts on every page, and no page gets wider by them", async (open) => {
  let opinions = 0;
  await using server = await serveTare(() => ({ verdict: "A", rationale: corpus[opinions++ % corpus.length]! }));
  const { page, wrong } = await open(phone);
  await page.goto(server.login);
  await page.getByLabel("Name", { exact: true }).fill(names[0]!);
  const buffer = Buffer.from(jsonLines([names[2]!, names[3]!]));
  const file = { name: `${names[0]!.replace("/", "")}.jsonl`, mimeType: "text/html", buffer };
  await page.getByLabel("Responses").setInputFiles([file]);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: names[0]! }).waitFor();
  const id = page.url().split("/").at(-1)!;
  await page.getByLabel("Instructions").fill(corpus[2]!);
  await page.getByLabel("Votes a task").fill("1");
  await page.getByRole("button", { name: "Start the study" }).click();
  const people = names.filter((name, i) => i !== 6 && name.trim() === name); // as a field gives them
  await page.getByLabel("Names").fill(people.join("\n"));
  await page.getByRole("button", { name: "Make links" }).click();
  const link = await page.getByLabel(`Link of ${people[0]}`, { exact: true }).inputValue();
  await checkTexts(page, 390);

  const { page: annotator, wrong: annotatorWrong } = await open(phone);
  await annotator.goto(link);
  await annotator.locator("#instructions").waitFor();
  assertEquals(await annotator.locator("#guide").textContent(), corpus[2]);
  await checkTexts(annotator, 390);
  await annotator.locator("#close").tap();
  const seen: string[] = [];
  for (const [i, text] of corpus.entries()) {
    const shown = 'document.querySelector("#prompt").checkVisibility() && !document.body.classList.contains("busy")';
    await until(annotator, `${shown} && document.querySelector("#count").textContent.startsWith("${i} of")`);
    await annotator.clock.fastForward(350);
    await checkTexts(annotator, 390);
    seen.push(...await annotator.locator(".said").allTextContents());
    await annotator.locator("#comment").fill(text.slice(0, 2_000));
    await annotator.locator("[data-choice=left]").tap();
  }
  await annotator.getByRole("heading", { name: "All done" }).waitFor();
  for (const text of corpus.slice(0, 8)) assert(seen.some((said) => said === text), `${text} was not seen as it is`);
  const marked = "a\ufffdb\ufffd\ufffd[31m \ud800 \udc00 \ufffe"; // browsers draw halves of characters as such marks
  assert(seen.includes(marked), "what cannot be shown has a mark in its place");

  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("#jobs .badge").filter({ hasText: "done" }).waitFor();
  await page.getByRole("heading", { name: "Judges against people" }).waitFor();
  for (
    const { width, colorScheme } of [{ width: 390, colorScheme: "dark" }, {
      width: 1280,
      colorScheme: "light",
    }] as const
  ) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.origin}/evaluations/${id}`);
    await page.getByRole("heading", { name: "Judges against people" }).waitFor();
    await page.evaluate(`document.querySelectorAll("details").forEach((it) => it.open = true)`);
    await checkTexts(page, width);
    const text = await page.locator("main").textContent();
    for (const name of [names[0]!, names[2]!, names[3]!]) assert(text!.includes(name), name);
    await page.goto(server.origin);
    await checkTexts(page, width);
  }

  const report = await Deno.makeTempFile({ suffix: ".html" });
  const exported = await server.ask("GET", `/v1/evaluations/${id}/export?format=html`);
  assertMatch(exported.headers.get("content-disposition")!, /^attachment; filename="[\w.-]+"/);
  await Deno.writeTextFile(report, await exported.text());
  await page.goto(`file://${report}`);
  await page.evaluate(`document.querySelectorAll("details").forEach((it) => it.open = true)`);
  assertEquals(await page.locator("img, iframe, math, script, .said *").count(), 0);
  assert((await page.locator("body").textContent())!.includes("<svg/onload=alert(1)>"), "the judge's words are there");
  await Deno.remove(report);
  assertEquals([wrong, annotatorWrong], [[], []]);
});

/** A site of somebody else's, whose page tries what it can against a server, and says what came of it. */
function serveAttacker(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "0.0.0.0", port: 0, onListen() {} }, () => {
    const headers = { "content-type": "text/html", "cross-origin-opener-policy": "unsafe-none" };
    return new Response("<!DOCTYPE html><title>Another site</title><body>", { headers });
  });
}

/** What the attacker's page does to a server's address; gives what it got hold of. */
const attack = (target: string, id: string) =>
  `(async () => {
  const target = ${JSON.stringify(target)};
  const got = [];
  const body = JSON.stringify({ name: "forged", annotators: ["forged"], role: "admin", judge: "stand-in" });
  const paths = ["/v1/evaluations", "/v1/evaluations?name=forged", "/v1/tokens", "/v1/evaluations/${id}/invitations",
    "/v1/evaluations/${id}/jobs", "/v1/session/next", "/v1/session/votes", "/v1/login", "/v1/session"];
  const until = (arm) => new Promise((resolve) => { arm(resolve); setTimeout(() => resolve("late"), 5000); });
  await Promise.all(paths.map(async (path) => {
    for (const type of ["application/json", "application/jsonl", "text/plain"]) {
      await fetch(target + path, { method: "POST", credentials: "include", headers: { "content-type": type }, body })
        .then(() => got.push("read " + path), () => {});
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const headers = { "content-type": type };
      await fetch(target + path, { method: "POST", mode: "no-cors", credentials: "include", headers, body }).catch(() => {});
    }
    navigator.sendBeacon(target + path, body);
    await fetch(target + path, { credentials: "include" }).then(() => got.push("read GET " + path), () => {});
  }));
  for (const path of ["/v1/evaluations/${id}?confirm=kept", "/v1/login", "/v1/session"]) {
    await fetch(target + path, { method: "DELETE", credentials: "include" }).then(() => got.push("DELETE " + path), () => {});
  }
  for (const [path, enctype] of [["/v1/evaluations", "text/plain"], ["/v1/login", "application/x-www-form-urlencoded"],
    ["/v1/session/next", "multipart/form-data"]]) {
    const frame = Object.assign(document.createElement("iframe"), { name: "f" + Math.random() });
    document.body.append(frame);
    const form = Object.assign(document.createElement("form"), { method: "POST", action: target + path, enctype, target: frame.name });
    const field = Object.assign(document.createElement("input"), { name: '{"name":"forged","x":"', value: '"}' });
    form.append(field);
    document.body.append(form);
    await until((done) => { frame.onload = done; form.submit(); });
  }
  for (const path of ["/assets/icon.svg", "/v1/evaluations", "/"]) {
    const image = new Image();
    const came = await until((done) => { image.onload = () => done("came"); image.onerror = () => done("refused"); image.src = target + path; });
    if (came !== "refused") got.push("image " + path + " " + came);
  }
  for (const path of ["/assets/client.js", "/v1/evaluations"]) {
    const script = document.createElement("script");
    const came = await until((done) => { script.onload = () => done("came"); script.onerror = () => done("refused"); script.src = target + path; document.body.append(script); });
    if (came !== "refused") got.push("script " + path + " " + came);
  }
  const events = new EventSource(target + "/v1/evaluations/${id}/events", { withCredentials: true });
  const heard = await until((done) => { events.onopen = () => done("heard"); events.onerror = () => done("refused"); });
  events.close();
  if (heard !== "refused") got.push("events " + heard);
  for (const path of ["/annotate", "/", "/evaluations/${id}", "/login"]) {
    const frame = Object.assign(document.createElement("iframe"), { className: "stolen" });
    await until((done) => { frame.onload = done; frame.src = target + path; document.body.append(frame); });
    try { if (frame.contentDocument?.body?.textContent) got.push("frame " + path); } catch {}
  }
  return got;
})()`;

/** Everything that another site's page could have changed. */
async function stateOf({ ask }: Served, id: string): Promise<unknown[]> {
  const paths = ["", `/${id}/study`, `/${id}/invitations`].map((path) => `/v1/evaluations${path}`);
  return await Promise.all(
    [...paths, "/v1/tokens", "/v1/jobs"].map(async (path) => await (await ask("GET", path)).json()),
  );
}

/** Whether the page that a context opens is one that shows what only its session shows. */
async function signedIn(context: BrowserContext, address: string, what: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(address);
  await page.locator(what).waitFor();
  await page.close();
}

browserTest("another site's page reads nothing and changes nothing, for admins and for annotators", async (open) => {
  await using server = await serveTare(() => ({ verdict: "A", rationale: "" }));
  await using attacker = serveAttacker();
  const responses = ["x", "y"].map((policy) => ({ policy, promptId: "1", prompt: "?", response: policy }));
  const { id } = await (await server.ask("POST", "/v1/evaluations", { name: "kept", responses })).json();
  await server.ask("POST", `/v1/evaluations/${id}/study`, {});
  const invited = await server.ask("POST", `/v1/evaluations/${id}/invitations`, { annotators: ["ann"] });
  const { invitations: [{ url }] } = await invited.json();
  const port = new URL(server.origin).port;

  const { page } = await open(desktop);
  const context = page.context();
  await page.goto(server.login);
  await page.locator(".cards").waitFor();
  await page.goto(url);
  await page.locator("#close").click();
  await page.locator("#prompt").waitFor();
  const before = await stateOf(server, id);
  const refused = new Map<number, number>();
  page.on("response", (response) => {
    if (response.request().method() === "POST") {
      refused.set(response.status(), 1 + (refused.get(response.status()) ?? 0));
    }
  });
  for (const site of ["127.0.0.1", "localhost"]) { // of the same site, and of another
    await page.goto(`http://${site}:${attacker.addr.port}/`);
    for (const target of [server.origin, `http://localhost:${port}`]) {
      assertEquals(await page.evaluate(attack(target, id)), [], `${site} against ${target}`);
      const framed = page.frames().filter((frame) => frame !== page.mainFrame());
      const words = await Promise.all(
        framed.map((frame) => frame.evaluate("document.body?.innerText ?? ''").catch(() => "")),
      );
      assertEquals(words.filter((text) => /Which response|Evaluations|kept|Sign in/.test(String(text))), []);
    }
    for (const path of ["/annotate", "/", `/evaluations/${id}`]) {
      const opening = context.waitForEvent("page");
      await page.evaluate(`globalThis.popup = open(${JSON.stringify(server.origin + path)})`);
      const popup = await opening;
      await popup.waitForLoadState();
      assertEquals(await popup.evaluate("opener"), null);
      await until(page, "popup.closed"); // as far as its opener can tell: they know nothing of each other
      await popup.close();
    }
  }
  assertEquals(await stateOf(server, id), before);
  assertEquals([...refused], [[403, 12]], "each form that was sent was refused for where it came from");
  await signedIn(context, server.origin, ".cards");
  await signedIn(context, `${server.origin}/annotate`, "#instructions");

  const rebound = await page.goto(`http://evil.localhost:${port}/login`); // a name that leads to this machine
  assertEquals(rebound!.status(), 421);
});
