/** The admin's pages in a browser, against the server itself: signing in, what is live, every action, and texts that would be code. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { browserTest, desktop, phone, until, type WatchedPage } from "./chromium.ts";

/** What the server says of itself. */
interface FakeDashboard {
  readonly origin: string;
  readonly token: string;
  readonly id: string;
}

/** Starts the server in a process of its own: it needs what this folder's configuration has not. */
async function startServer(): Promise<FakeDashboard & AsyncDisposable> {
  const root = new URL("../../", import.meta.url);
  const args = ["run", "-A", "apps/server/pages/dashboard/fakes.ts"];
  const child = new Deno.Command(Deno.execPath(), { args, cwd: root, stdout: "piped", stderr: "null" }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/^\{.*\}$/m.test(text)) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`The server ended: ${text}`);
    text += value;
  }
  return {
    ...JSON.parse(/^\{.*\}$/m.exec(text)![0]) as FakeDashboard,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    },
  };
}

/** Signs in, and goes to the evaluation. */
async function enter({ page }: WatchedPage, { origin, token, id }: FakeDashboard): Promise<void> {
  await page.goto(`${origin}/evaluations/${id}`);
  assertEquals(new URL(page.url()).pathname, "/login");
  await page.locator("#token").fill(token);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${origin}/`);
  await page.locator(".cards a").first().click();
  await page.locator("#found .bars").first().waitFor();
}

browserTest("an admin follows an evaluation, invites, asks a judge, cancels, and drops it", async (open) => {
  await using server = await startServer();
  const watched = await open(desktop);
  const { page, wrong } = watched;
  await enter(watched, server);
  assertEquals(await page.locator("svg").count(), 2);
  await page.locator("#more summary").first().click();

  await page.locator("#annotators").fill("Cem\nDora");
  await page.getByRole("button", { name: "Make links" }).click();
  const link = await page.getByLabel("Link of Cem", { exact: true }).inputValue();
  assert(link.startsWith(`${server.origin}/annotate#`));
  await until(page, `document.querySelector("#invited summary").textContent === "2 invited"`);

  const { page: other, wrong: strange } = await open(phone); // Cem's phone
  await other.goto(link);
  await other.locator("#close").click();
  const before = await page.locator("#found progress").first().getAttribute("value");
  await other.waitForTimeout(400);
  await other.locator('[data-choice="left"], #votes button').first().click();
  await until(page, `document.querySelector("#found progress").value === ${Number(before) + 1}`); // by itself
  assertEquals(await page.locator("#more details[open]").count(), 1, "what is open stays open");

  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator(".badge.running").waitFor();
  await until(page, `document.querySelector(".jobs progress").value > 0`);
  await page.getByRole("button", { name: "Cancel the job of slow" }).click();
  await page.locator(".badge.cancelled").waitFor();

  await page.locator("#confirm").fill("another");
  await page.getByRole("button", { name: "Delete for good" }).click();
  assertStringIncludes((await page.locator("form[data-confirm] .outcome").textContent())!, "another name");
  const name = await page.locator("form[data-confirm]").getAttribute("data-confirm");
  await page.locator("#confirm").fill(name!);
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.waitForURL(`${server.origin}/`);
  await page.locator(".empty").waitFor();
  assertEquals([wrong, strange], [[], []]);
});

browserTest("a phone shows all of it without scrolling sideways, and files make an evaluation", async (open) => {
  await using server = await startServer();
  const watched = await open({ ...phone, colorScheme: "dark" });
  const { page, wrong } = watched;
  await enter(watched, server);
  assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
  await page.goto(server.origin);
  const rows = (policy: string) =>
    ["1", "2"].map((promptId) => JSON.stringify({ policy, promptId, prompt: "?", response: policy })).join("\n");
  const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  const files = page.locator("#files");
  await page.locator("#name").fill("From files");
  await files.setInputFiles([file("a.jsonl", rows("a"))]);
  await page.getByRole("button", { name: "Make it" }).click();
  await until(page, `document.querySelector("#upload .outcome").textContent.includes("two policies or more")`);
  await files.setInputFiles([file("a.jsonl", rows("a")), file("b.jsonl", rows("b"))]);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: "From files" }).waitFor();
  await page.getByRole("button", { name: "Start the study" }).click();
  await page.getByRole("heading", { name: "Invite people" }).waitFor();
  assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
  assertEquals(wrong, []);
});
