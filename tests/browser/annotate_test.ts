/** The annotator's page against a study in this process: by keyboard and by hand, with a network that fails. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { type FakeServer, serveFake, studyOf } from "../../apps/server/pages/annotate/fakes.ts";
import { browserTest, desktop, phone, until } from "./chromium.ts";

/** The longest that a page takes no vote after a new task, and a little more. */
const quiet = 350;

/** Opens the link and reads the instructions. */
async function enter(page: Page, server: FakeServer): Promise<void> {
  await page.goto(server.link);
  await page.locator("#close").click();
  await shown(page);
}

/** Waits until a task is shown that votes are taken on; gives its prompt. */
async function shown(page: Page, other = ""): Promise<string> {
  const prompt = page.locator("#prompt");
  const ready = 'document.querySelector("#prompt").checkVisibility() && !document.body.classList.contains("busy")';
  await until(page, `${ready} && document.querySelector("#prompt").textContent !== ${JSON.stringify(other)}`);
  await page.clock.fastForward(quiet);
  return (await prompt.textContent())!;
}

/** Votes that the server was sent, in their order. */
function ballots({ asked }: FakeServer): { id: string; choice: string; comment?: string; dwell: number }[] {
  return asked.flatMap(({ request, body }) => request === "POST /v1/session/votes" ? [body as never] : []);
}

/** Votes that stand, by their choice. */
async function standing({ study }: FakeServer): Promise<string[]> {
  const votes = await study.view((state) => [...state.annotators.values()].flatMap(({ votes }) => [...votes.values()]));
  return votes.map(({ choice }) => choice);
}

const heading = (page: Page) => page.locator("#title");

browserTest("a session by keyboard: every choice, a comment, undo, the end", async (open) => {
  await using server = await serveFake(studyOf(6));
  const { page, wrong } = await open(desktop);
  await page.goto(server.link);
  await page.locator("#instructions").waitFor();
  assertEquals(await page.locator("#guide").textContent(), "Which response is more helpful?");
  await page.keyboard.press("1"); // the instructions are still open
  await page.keyboard.press("Escape");
  let prompt = await shown(page);
  assertEquals(new URL(page.url()).hash, "");
  assertEquals(await page.evaluate("document.activeElement.id"), "prompt-title");
  for (const key of ["1", "2", "0", "b"]) {
    await page.keyboard.press(key);
    prompt = await shown(page, prompt);
  }
  assertEquals(await page.locator("#announcement").textContent(), "Vote saved. Task 5 of 6.");
  assertEquals(await page.locator("#count").textContent(), "4 of 6");
  assertEquals(await page.evaluate("document.activeElement.id"), "prompt-title");

  await page.keyboard.press("c");
  await page.keyboard.type("12 b: both dates are wrong");
  assertEquals(ballots(server).length, 4); // what is typed does not vote
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+1");
  await page.keyboard.press("s");
  await shown(page, prompt);
  await page.keyboard.press("u");
  assertEquals(await shown(page), prompt);
  assertEquals(await page.locator("#comment").inputValue(), "12 b: both dates are wrong");
  assertMatch((await page.locator("#notice").textContent())!, /You had said: Skip/);
  await page.keyboard.press("2");
  await shown(page, prompt);
  assertEquals(await page.locator("#comment").inputValue(), "");
  await page.keyboard.press("0");
  await heading(page).filter({ hasText: "All done" }).waitFor();

  assertEquals(await standing(server), ["left", "right", "tie", "bad", "right", "tie"]);
  const sent = ballots(server);
  assertEquals(new Set(sent.map(({ id }) => id)).size, 7);
  assertEquals(sent.map(({ comment }) => comment !== undefined), [false, false, false, false, true, true, false]);
  assert(sent.every(({ dwell }) => Number.isSafeInteger(dwell) && dwell >= quiet - 50));
  await page.keyboard.press("u"); // undo stays possible
  await shown(page);
  assertEquals((await standing(server)).length, 5);
  assertEquals(wrong, []);
});

browserTest("a session by hand on a phone: nothing overflows, targets are large, votes stay in sight", async (open) => {
  const long = "A long line of text. ".repeat(300);
  const tasks = [0, 1, 2].map((i) => ({
    ...{ promptId: `${i}`, prompt: `Question ${i} ${"w".repeat(300)}` },
    ...{ a: { policy: "A", response: long }, b: { policy: "B", response: "Short." } },
  }));
  await using server = await serveFake(studyOf(tasks));
  const { page, wrong } = await open(phone);
  await page.goto(server.link);
  await page.locator("#close").tap();
  let prompt = await shown(page);
  assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
  const boxes = await Promise.all((await page.locator("button:visible").all()).map((button) => button.boundingBox()));
  assertEquals(boxes.length, 8);
  for (const box of boxes) assert(box!.width >= 44 && box!.height >= 44);
  for (const choice of ["left", "bad"]) {
    await page.evaluate("scrollTo(0, 1500)");
    const box = (await page.locator(`[data-choice=${choice}]`).boundingBox())!;
    assert(box.y >= 0 && box.y + box.height <= 844);
    await page.locator(`[data-choice=${choice}]`).tap();
    prompt = await shown(page, prompt);
    assertEquals(await page.evaluate("scrollY"), 0);
  }
  await page.locator("#undo").tap();
  await shown(page, prompt);
  await page.locator("#comment").tap();
  await page.keyboard.type("Neither.");
  await page.locator("[data-choice=tie]").tap();
  await shown(page);
  await page.locator("[data-choice=skip]").tap();
  await heading(page).filter({ hasText: "All done" }).waitFor();
  assertEquals(await standing(server), ["left", "tie", "skip"]);
  assertEquals(ballots(server).at(-2)!.comment, "Neither.");
  assertEquals(wrong, []);
});

browserTest(
  "a vote that is lost on its way, there or back, is sent again with the same id and counts once",
  async (open) => {
    await using server = await serveFake(studyOf(3));
    const { page, wrong } = await open(desktop);
    await enter(page, server);
    let tries = 0;
    const seen: unknown[] = [];
    await page.route("**/v1/session/votes", async (route) => {
      seen.push(route.request().postDataJSON());
      if (tries++ === 0) return await route.abort();
      if (tries === 2) {
        await route.fetch(); // the server takes it, and its answer is lost
        return await route.abort();
      }
      await route.continue();
    });
    const prompt = await page.locator("#prompt").textContent();
    await page.keyboard.press("1");
    await page.locator("#notice").filter({ hasText: "Not saved yet: trying again…" }).waitFor();
    await page.keyboard.press("2"); // while the first is under way
    await page.locator("[data-choice=tie]").click({ force: true });
    await shown(page, prompt!);
    assertEquals(await page.locator("#notice").textContent(), "");
    assertEquals(seen.length, 3);
    assertEquals([seen[1], seen[2]], [seen[0], seen[0]]);
    assertEquals(await standing(server), ["left"]);
    assertEquals(wrong, []);
  },
);

browserTest("a reload loses neither a vote under way, nor a draft, nor the task", async (open) => {
  await using server = await serveFake(studyOf(3));
  const { page, wrong } = await open(desktop);
  await enter(page, server);
  const prompt = await shown(page);
  await page.locator("#comment").fill("a draft");
  await page.reload();
  assertEquals(await shown(page), prompt);
  assertEquals(await page.locator("#comment").inputValue(), "a draft");

  await page.route("**/v1/session/votes", (route) => route.abort());
  await page.locator("[data-choice=right]").click();
  await page.locator("#notice").filter({ hasText: "Not saved yet" }).waitFor();
  const warned = page.waitForEvent("dialog", (dialog) => dialog.type() === "beforeunload");
  const [pending] = await Promise.all([page.evaluate(`sessionStorage.getItem("tare.vote")`), page.reload(), warned]);
  assertEquals(ballots(server), []);
  await page.unroute("**/v1/session/votes");
  await shown(page, prompt);
  assertEquals(ballots(server), [JSON.parse(pending as string)]);
  assertEquals(await standing(server), ["right"]);
  assertEquals(await page.evaluate(`sessionStorage.getItem("tare.vote")`), null);
  assertEquals(wrong, []);
});

browserTest("a double press, and a key that is held, vote once", async (open) => {
  await using server = await serveFake(studyOf(5));
  const { page } = await open(desktop);
  await enter(page, server);
  const prompt = await page.locator("#prompt").textContent();
  await page.keyboard.press("1");
  await until(page, `document.querySelector("#prompt").textContent !== ${JSON.stringify(prompt)}`);
  await page.keyboard.press("1");
  const second = await shown(page, prompt!);
  assertEquals(await standing(server), ["left"]);
  await page.keyboard.down("2");
  await shown(page, second);
  await page.keyboard.down("2"); // again without having been let go: a repeat
  await page.waitForTimeout(100);
  assertEquals(await standing(server), ["left", "right"]);
  await page.keyboard.up("2");
  await page.locator("[data-choice=tie]").dblclick();
  await page.waitForTimeout(quiet);
  assertEquals(await standing(server), ["left", "right", "tie"]);
});

browserTest("keys do nothing once they are switched off, and a reload remembers it", async (open) => {
  await using server = await serveFake(studyOf(2));
  const { page } = await open(desktop);
  await enter(page, server);
  await page.keyboard.press("?");
  await page.locator("#keys").uncheck();
  await page.locator("#close").click();
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    await shown(page);
    for (const key of "120bsuci") await page.keyboard.press(key);
    assertEquals(await page.locator("#instructions").isVisible(), false);
    assertEquals(await page.locator("kbd:visible").count(), 0);
  }
  assertEquals(ballots(server), []);
  await page.locator("#help").click();
  await page.locator("#keys").check();
  await page.keyboard.press("i"); // which puts them away
  await page.keyboard.press("1");
  await until(page, 'document.querySelector("#count").textContent === "1 of 2"');
});

browserTest("refusals are said in a sentence, and the page goes on", async (open) => {
  await using server = await serveFake(studyOf(9));
  const { page, wrong } = await open(desktop);
  await enter(page, server);
  const refuse = async (status: number, headers = {}) => {
    const body = JSON.stringify({ title: "Problem", status, detail: "The server's words." });
    const contentType = "application/problem+json";
    await page.route("**/v1/session/votes", (route) => route.fulfill({ status, headers, contentType, body }), {
      times: 1,
    });
  };
  for (const [status, words] of [[404, "not known"], [409, "already"], [410, "in the meantime"]] as const) {
    await refuse(status);
    await page.keyboard.press("1");
    await page.locator("#notice").filter({ hasText: words }).waitFor();
    await shown(page);
  }
  await refuse(422);
  await page.keyboard.press("1");
  await page.locator("#notice").filter({ hasText: "The server's words." }).waitFor();
  await shown(page);
  assertEquals(await standing(server), []);

  await refuse(429, { "retry-after": "1" });
  const prompt = await page.locator("#prompt").textContent();
  await page.keyboard.press("1");
  await page.locator("#notice").filter({ hasText: "Not saved yet: going on in 1 s…" }).waitFor();
  await shown(page, prompt!);
  assertEquals(await standing(server), ["left"]);

  server.end();
  await page.keyboard.press("2");
  await heading(page).filter({ hasText: "Your session has ended" }).waitFor();
  assertMatch((await page.locator("#text").textContent())!, /new link.*kept in this tab/);
  assertEquals(await page.locator("#tools").isVisible(), false);
  await page.goto(server.link); // the new link, in the same tab
  await shown(page);
  assertEquals(await standing(server), ["left", "right"]);
  assertEquals(wrong, []);
});

browserTest("links: a used one goes on with a session that is there, and says so plainly without one", async (open) => {
  await using server = await serveFake(studyOf(3));
  const { page } = await open(desktop);
  await page.goto(`${server.url}/annotate`);
  await heading(page).filter({ hasText: "You need a link to begin" }).waitFor();
  await page.goto(server.link); // in the same tab: only the fragment differs
  await page.locator("#close").click();
  const prompt = await shown(page);
  await page.goto(server.link);
  assertEquals(await shown(page), prompt);
  assertEquals(new URL(page.url()).hash, "");
  await page.locator("#leave").click();
  await page.locator("#sign-out").click();
  await heading(page).filter({ hasText: "You are signed out" }).waitFor();
  assertEquals(await page.evaluate("sessionStorage.length"), 0);
  await page.goto(server.link);
  await heading(page).filter({ hasText: "This link does not work any more" }).waitFor();
});

browserTest("while others hold what is left, the page waits and asks again by itself", async (open) => {
  await using server = await serveFake(studyOf(1, { lease: 2_500 }));
  await server.study.next("somebody else");
  const { page, wrong } = await open(desktop);
  await page.goto(server.link);
  await page.locator("#close").click();
  await heading(page).filter({ hasText: "Nothing to compare just now" }).waitFor();
  assertMatch((await page.locator("#text").textContent())!, /asks again by itself in 0:0[1-3]/);
  assertEquals(await page.locator("#progress").isVisible(), false);
  assertEquals(await shown(page), "Question 0?");
  assertEquals(await page.locator("#count").textContent(), "0 of 1");
  assertEquals(wrong, []);
});

browserTest("texts stay texts", async (open) => {
  const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>\u202e\u0000</div><b>bold</b>`;
  const said = { a: { policy: "A", response: `  ${hostile}` }, b: { policy: "B", response: " \n " } };
  const tasks = [{ promptId: "1", prompt: `\n\n${hostile}\n`, ...said }];
  await using server = await serveFake(studyOf(tasks, { instructions: hostile }));
  const { page, wrong } = await open(desktop);
  await enter(page, server);
  const visible = hostile.replace(/[\u202e\0]/g, "\ufffd");
  assertEquals(await page.locator("#prompt").textContent(), visible);
  const sides = await page.locator(".responses .said").allTextContents();
  assertEquals(sides.sort(), [`  ${visible}`, "No text"].sort());
  assertEquals(await page.locator("#guide").textContent(), visible);
  assertEquals(await page.locator(".said *").count(), 0);
  assertEquals(wrong, []);
});

browserTest("an admin signs in with a link or by hand, and the token stays in no address", async (open) => {
  await using server = await serveFake(studyOf(1));
  const { page, wrong } = await open(desktop);
  const tokens: unknown[] = [];
  await page.route("**/v1/login", async (route) => {
    const { token } = route.request().postDataJSON();
    tokens.push(token);
    if (token === "good") return await route.fulfill({ status: 204 });
    await route.fulfill({ status: 401, contentType: "application/problem+json", body: "{}" });
  });
  await page.route(
    `${server.url}/`,
    (route) => route.fulfill({ contentType: "text/html", body: "<h1>Dashboard</h1>" }),
  );
  await page.goto(`${server.url}/login#bad`);
  await page.locator("#problem").filter({ hasText: "This token is not known here." }).waitFor();
  assertEquals(page.url(), `${server.url}/login`);
  await page.locator("#token").fill(" good ");
  await page.keyboard.press("Enter");
  await page.locator("h1").filter({ hasText: "Dashboard" }).waitFor();
  assertEquals(tokens, ["bad", "good"]);
  assertEquals(wrong, []);
});

browserTest("without scripts the page says what it needs", async (open) => {
  await using server = await serveFake(studyOf(1));
  const { page } = await open({ ...desktop, javaScriptEnabled: false });
  await page.goto(server.link);
  assertEquals(await page.locator("noscript h2").textContent(), "This page needs JavaScript");
});
