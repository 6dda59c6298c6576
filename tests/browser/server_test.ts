/** `tare serve` in a browser, from the link that it prints to the numbers of people and of a judge. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, desktop, phone, until } from "./chromium.ts";
import { serveTare } from "./served.ts";

/** What no byte that an annotator gets may hold. */
const hidden = {
  ...{ name: "EVALUATION-OF-TEA", policies: ["POLICY-ONE", "POLICY-TWO"], prompt: "PROMPT-ID" },
  ...{ people: ["ANN-BY-NAME", "BOB-BY-NAME"], judge: "stand-in" },
};

/** Responses to six prompts as a file, the second policy's being longer. */
function jsonLines(policy: string): string {
  const response = policy === hidden.policies[0] ? "Warm the pot." : "Warm the pot first, and then wait for it.";
  return [0, 1, 2, 3, 4, 5].map((i) => {
    const row = { policy, promptId: `${hidden.prompt}-${i}`, prompt: `How is tea ${i} made?`, response };
    return JSON.stringify(row) + "\n";
  }).join("");
}

/** Keeps all that a page receives: addresses, headers and bodies. */
function received(page: Page): () => Promise<string> {
  const answers: Promise<string>[] = [];
  page.on("response", (response) => {
    const body = response.text().catch(() => ""); // what was not modified, or is empty, has none
    answers.push(Promise.all([response.url(), response.allHeaders().then(JSON.stringify), body]).then(String));
  });
  return async () => (await Promise.all(answers)).join("\n");
}

/** Waits until a task is shown that votes are taken on, which is not the one with another count. */
async function ready(page: Page, count: string): Promise<string> {
  const shown = 'document.querySelector("#prompt").checkVisibility() && !document.body.classList.contains("busy")';
  await until(page, `${shown} && document.querySelector("#count").textContent === ${JSON.stringify(count)}`);
  await page.clock.fastForward(350); // in which the page takes no vote: it may be the second half of a double press
  return (await page.locator("#prompt").textContent())!;
}

browserTest("tare serve: an admin's file, two people's votes and a judge's, each seen as it comes", async (open) => {
  await using server = await serveTare((a, b) => ({
    verdict: a.length > b.length ? "A" : "B",
    rationale: "It says more.",
  }));
  const { page, wrong } = await open({ ...desktop, permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(server.login);
  await page.locator("#upload").waitFor();
  assertEquals(page.url(), `${server.origin}/`);
  const buffer = Buffer.from(hidden.policies.map(jsonLines).join(""));
  await page.getByLabel("Name", { exact: true }).fill(hidden.name);
  await page.getByLabel("Responses").setInputFiles([{ name: "tea.jsonl", mimeType: "application/jsonl", buffer }]);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: hidden.name }).waitFor();
  const id = page.url().split("/").at(-1)!;
  await page.getByLabel("Instructions").fill("Which answer would you rather get?");
  await page.getByRole("button", { name: "Start the study" }).click();
  await page.getByLabel("Names").fill(hidden.people.join("\n"));
  await page.getByRole("button", { name: "Make links" }).click();
  const links: string[] = [];
  await page.evaluate("globalThis.clipboard = navigator.clipboard");
  for (const name of hidden.people) {
    await page.getByRole("button", { name: `Copy the link of ${name}` }).click();
    await page.getByRole("button", { name: `Copy the link of ${name}` }).filter({ hasText: "Copied" }).waitFor();
    links.push(await page.evaluate("clipboard.readText()") as string);
    await page.evaluate(`Object.defineProperty(navigator, "clipboard", { value: undefined })`); // as without HTTPS
  }
  await page.evaluate("globalThis.loaded = 'once'");

  // Ann, at a desk, by keyboard alone.
  const { page: ann, wrong: annWrong } = await open(desktop);
  const annReceived = received(ann);
  await ann.goto(links[0]!);
  await ann.locator("#instructions").waitFor();
  assertEquals(await ann.locator("#guide").textContent(), "Which answer would you rather get?");
  await ann.keyboard.press("Escape");
  await ready(ann, "0 of 6");
  await ann.keyboard.press("1");
  await until(page, `document.querySelector("#found progress")?.value === 1`);
  await ready(ann, "1 of 6");
  await ann.keyboard.press("c");
  await ann.keyboard.type("10 to 1 that it is the second");
  await ann.keyboard.press("Escape");
  await ann.keyboard.press("2");
  const third = await ready(ann, "2 of 6");
  await ann.reload();
  assertEquals(await ready(ann, "2 of 6"), third, "it goes on where it was");
  await ann.keyboard.press("0");
  const fourth = await ready(ann, "3 of 6");
  await ann.keyboard.press("1");
  await ready(ann, "4 of 6");
  await ann.keyboard.press("u");
  assertEquals(await ready(ann, "3 of 6"), fourth);
  await ann.keyboard.press("b");
  await ready(ann, "4 of 6");
  await ann.keyboard.press("s");
  await ready(ann, "5 of 6");
  await ann.keyboard.press("1");
  await ann.getByRole("heading", { name: "All done" }).waitFor();

  // Bob, on a phone, by touch.
  const { page: bob, wrong: bobWrong } = await open(phone);
  const bobReceived = received(bob);
  await bob.goto(links[1]!);
  await bob.locator("#close").tap();
  for (const [i, choice] of ["left", "right", "tie", "bad", "skip", "left"].entries()) {
    await ready(bob, `${i} of 6`);
    assertEquals(await bob.evaluate("document.documentElement.scrollWidth"), 390);
    if (i === 2) {
      await bob.reload();
      await ready(bob, "2 of 6");
      await bob.locator("#comment").fill("Both say the same.");
    }
    await bob.locator(`[data-choice=${choice}]`).tap();
    if (i !== 3) continue;
    await ready(bob, "4 of 6");
    await bob.locator("#undo").tap();
    await ready(bob, "3 of 6");
    await bob.locator(`[data-choice=${choice}]`).tap();
  }
  await bob.getByRole("heading", { name: "All done" }).waitFor();

  const log = await (await server.ask("GET", `/v1/evaluations/${id}/export?format=study`)).text();
  const events = log.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  const cast = (annotator: string) => events.flatMap((e) => e.annotator === annotator && e.choice ? [e.choice] : []);
  assertEquals(cast(hidden.people[0]!), ["left", "right", "tie", "left", "bad", "skip", "left"]);
  assertEquals(cast(hidden.people[1]!), ["left", "right", "tie", "bad", "bad", "skip", "left"]);
  assertEquals(events.flatMap(({ comment }) => comment ?? []), ["10 to 1 that it is the second", "Both say the same."]);

  // The dashboard, which nobody has loaded since.
  await until(page, `document.querySelector("#found progress").value === 12`);
  assertMatch(await page.locator("#found .bars").first().textContent() ?? "", /\d\s?%/);
  for (const words of ["α nominal", "α ordinal", ...hidden.people, "median time"]) {
    await page.locator("#found").getByText(words).first().waitFor();
  }
  assertEquals(await page.getByText("Judges against people").count(), 0);
  await page.getByLabel("Judge", { exact: true }).selectOption(hidden.judge);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("#jobs .badge").filter({ hasText: "done" }).waitFor();
  await page.getByRole("heading", { name: /^Judge .*stand-in/ }).waitFor();
  await page.getByRole("heading", { name: "Judges against people" }).waitFor();
  const { judges } = await (await server.ask("GET", `/v1/evaluations/${id}/results`)).json();
  const [{ win, tie, lose }] = judges[0].comparisons;
  assertEquals([Math.max(win, lose), Math.min(win, lose), tie], [6, 0, 0]);
  assertEquals(await page.evaluate("globalThis.loaded"), "once");

  for (const bytes of [await annReceived(), await bobReceived()]) {
    assert(bytes.includes("How is tea") && bytes.includes("x-request-id"), "it was a whole session");
    for (const word of [hidden.name, id, ...hidden.policies, hidden.prompt, ...hidden.people, hidden.judge]) {
      assert(!bytes.includes(word), `${word} in ${bytes.slice(Math.max(0, bytes.indexOf(word) - 200)).slice(0, 400)}`);
    }
  }
  assertEquals([wrong, annWrong, bobWrong], [[], [], []]);
});
