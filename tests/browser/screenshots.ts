/**
 * Takes the pictures of the server's pages in docs/images: `deno task screenshots [FOLDER]`, where the folder is what
 * `tare demo` wrote.
 *
 * Prompts, responses and the judge's verdicts are the demo's. The people are simulated, from a seed: who has a vote to cast
 * prefers the response with the higher true score, more surely the more it is higher; one of them does not read.
 */
import { chromium, type Page } from "playwright-core";
import { desktop, path, phone } from "./chromium.ts";
import { type Served, serveTare } from "./served.ts";

/** A response of the demo's comparison. */
interface Row {
  readonly policy: string;
  readonly promptId: string;
  readonly prompt: string;
  readonly response: string;
  readonly gold: number;
}

const demo = `${Deno.args[0] ?? "tare-demo"}/eval`;
const images = new URL("../../docs/images/", import.meta.url);
const policies = ["sft", "ppo", "contrastive"];
const annotators = Array.from({ length: 40 }, (_, i) => `simulated-${`${i + 1}`.padStart(2, "0")}`);
const instructions = "Someone asks for help at home. Which response helps more?\n\n" +
  "A good response fits the question, names what is needed and the steps in their order, and is polite without flattery. " +
  "Length is no merit by itself.";

/** Numbers from 0 to 1 that look random, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state * 1_664_525 + 1_013_904_223 >>> 0;
    return state / 2 ** 32;
  };
}

async function readRows<T>(name: string): Promise<T[]> {
  const text = await Deno.readTextFile(`${demo}/${name}`).catch(() => {
    throw new Error(`Expected ${demo}/${name} but found none: run tare demo, and name its folder`);
  });
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** Makes an evaluation with a study; gives its id and a link for each of some people. */
async function begin(server: Served, evaluation: object, study: object, people: readonly string[]) {
  const post = async (path: string, body: unknown) => {
    const response = await server.ask("POST", path, body);
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return await response.json();
  };
  const { id } = await post("/v1/evaluations", evaluation);
  await post(`/v1/evaluations/${id}/study`, { instructions, ...study });
  const { invitations } = await post(`/v1/evaluations/${id}/invitations`, { annotators: people });
  return { id, links: (invitations as { url: string }[]).map(({ url }) => url) };
}

/** Somebody simulated takes their link, and votes until nothing is left or so many votes are cast. */
async function vote(
  server: Served,
  link: string,
  gold: (text: string) => number,
  reads: boolean,
  most: number,
  random: () => number,
) {
  let cookie = "";
  const ask = async (path: string, body?: unknown) => {
    const headers = { cookie, origin: server.origin, "content-type": "application/json" };
    const response = await fetch(server.origin + path, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
    cookie ||= response.headers.get("set-cookie")!.split(";")[0]!;
    return await response.json();
  };
  await ask("/v1/session", { invitation: new URL(link).hash.slice(1) });
  for (let i = 0; i < most; i++) {
    const { outcome, task } = await ask("/v1/session/next");
    if (outcome !== "task") return;
    const gap = gold(task.left + task.prompt) - gold(task.right + task.prompt);
    const surely = 1 / (1 + Math.exp(-9 * gap));
    const even = Math.abs(gap) < 0.05 && random() < 0.6;
    const dwell = reads ? 6_000 + 30_000 * random() ** 2 : 700 + 600 * random();
    const choice = reads ? even ? "tie" : random() < surely ? "left" : "right" : random() < 0.8 ? "left" : "right";
    await ask("/v1/session/votes", { id: crypto.randomUUID(), task: task.id, choice, dwell: Math.round(dwell) });
  }
}

const rows = (await readRows<Row>("responses.jsonl")).filter(({ policy }) => policies.includes(policy));
const goldOf = new Map(rows.map(({ prompt, response, gold }) => [response + prompt, gold]));
const gold = (text: string) => goldOf.get(text) ?? -1; // a response to another prompt, in a gold check
const texts = ({ policy, promptId, prompt, response }: Row) => ({ policy, promptId, prompt, response });
const ids = [...new Set(rows.map(({ promptId }) => promptId))];
const random = randomFrom(8);
await Deno.mkdir(images, { recursive: true });
await using server = await serveTare(() => ({ verdict: "tie", rationale: "" }));
const browser = await chromium.launch({ executablePath: path!, args: ["--no-sandbox", "--disable-gpu"] });

const shown = new Set(ids.slice(0, 90));
const verdicts = (await readRows<{ judge: string; promptId: string; a: string; b: string }>("verdicts.jsonl")).filter(
  ({ judge, promptId, a, b }) =>
    judge === "judge" && shown.has(promptId) && [a, b].every((it) => policies.includes(it)),
);
const judged = verdicts.map((verdict) => ({ ...verdict, judge: "held-out reward model" })); // which the demo calls "judge"
const responses = rows.filter(({ promptId }) => shown.has(promptId)).map(texts);
const whole = await begin(
  server,
  { name: "Help at home", responses, verdicts: judged },
  { overlap: 2, gold: 4 },
  annotators,
);
for (const [i, link] of whole.links.entries()) await vote(server, link, gold, i !== 16, 11, random);

const best = [...ids].sort((a, b) => worst(b) - worst(a)).slice(0, 24);
const good = rows.filter(({ promptId, policy }) => best.includes(promptId) && policy !== "ppo").map(texts);
const single = await begin(server, { name: "Pictures", responses: good }, { overlap: 10 }, ["a", "b", "c"]);

/** The lower score of those to a prompt, where both say enough. */
function worst(id: string): number {
  const said = rows.filter(({ promptId, policy }) => promptId === id && policy !== "ppo");
  return Math.min(...said.map(({ gold, response }) => response.length < 120 ? 0 : gold));
}

/** A picture of what a window shows. */
async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: new URL(name, images).pathname, animations: "disabled" });
  const { size } = await Deno.stat(new URL(name, images));
  console.log(`docs/images/${name}: ${Math.round(size / 1024)} kB`);
}

/** Opens an annotator's link, votes a few times, and takes a picture of the next task. */
async function annotate(link: string, name: string, options: Parameters<typeof browser.newPage>[0]): Promise<void> {
  const page = await browser.newPage(options);
  await page.goto(link);
  await page.locator("#close").click();
  for (let i = 0; i < 9; i++) {
    await page.locator("#count").filter({ hasText: `${i} of` }).waitFor();
    await page.waitForTimeout(500);
    await page.locator("[data-choice=left]").click();
  }
  await page.locator("#count").filter({ hasText: "9 of" }).waitFor();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await picture(page, name);
  await page.close();
}

const window = { viewport: { width: 1280, height: 600 }, deviceScaleFactor: 1.5 };
await annotate(single.links[0]!, "annotate.png", window);
await annotate(single.links[1]!, "annotate-dark.png", { ...window, colorScheme: "dark" });
await annotate(single.links[2]!, "annotate-phone.png", phone);
const page = await browser.newPage({ ...desktop, viewport: { width: 1280, height: 1700 }, deviceScaleFactor: 1 });
await page.goto(server.login);
await page.locator(".cards").waitFor();
await page.goto(`${server.origin}/evaluations/${whole.id}`);
await page.getByRole("heading", { name: "Judges against people" }).waitFor();
await picture(page, "dashboard.png");
await browser.close();
