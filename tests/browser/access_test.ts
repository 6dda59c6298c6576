/** Whether everybody can use the pages of `tare serve`: names, keyboard, focus, contrast, narrow windows. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, desktop, until, type WatchedPage } from "./chromium.ts";
import { serveTare } from "./served.ts";

/** Roles of what somebody uses or hears of by its name. */
const named = new Set(
  ["button", "link", "textbox", "checkbox", "combobox", "spinbutton", "progressbar", "dialog", "img", "region"],
);

/** What a screen reader finds in a page without a name. */
async function nameless(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const asked = nodes.filter(({ ignored, role }) => !ignored && named.has(role?.value));
  assert(asked.length > 0, "there is something with a name");
  return asked.filter(({ name }) => !name?.value?.trim()).map(({ role, nodeId }) => `${role!.value} ${nodeId}`);
}

/** Texts and borders of fields that stand out too little from what is behind them (WCAG 2.2, 1.4.3 and 1.4.11). */
const faint = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, below) => [0, 1, 2].map((i) => (top[i] * top[3] + below[i] * (255 - top[3])) / 255).concat(255);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), parse("Canvas"));
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.data.trim();
    const { width } = element.getBoundingClientRect();
    if (!text || width <= 1 || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(":disabled, noscript, script, title, .unseen")) continue;
    const { color, fill, fontSize, fontWeight } = getComputedStyle(element);
    const size = parseFloat(fontSize);
    const least = size >= 24 || size >= 18.66 && Number(fontWeight) >= 700 ? 3 : 4.5;
    const below = behind(element);
    const got = ratio(over(parse(element instanceof SVGElement ? fill : color), below), below);
    if (got < least) found.push(text.slice(0, 40) + " " + got.toFixed(2));
  }
  for (const field of document.querySelectorAll("input:not([type=checkbox]), textarea, select")) {
    if (!field.checkVisibility()) continue;
    const got = ratio(over(parse(getComputedStyle(field).borderTopColor), behind(field.parentElement)), behind(field.parentElement));
    if (got < 3) found.push("border of " + field.id + " " + got.toFixed(2));
  }
  return found;
})()`;

/** What has the focus: which it is of all that can have it, whether that is seen, and whether anything is before it. */
const focused = `(() => {
  const all = [...document.querySelectorAll("a[href], button:enabled, input:enabled, textarea, select, summary, .scroll")]
    .filter((it) => it.checkVisibility() && (!document.querySelector("dialog[open]") || it.closest("dialog[open]")));
  const it = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const { x, y, width, height } = it.getBoundingClientRect();
  const top = document.elementFromPoint(x + Math.min(width, innerWidth) / 2, y + height / 2);
  const seen = it.contains(top) || it.control?.contains(top) || top?.contains(it) && top.matches("label, li");
  const name = it.id || it.className || it.textContent.trim().slice(0, 30);
  return { at: all.indexOf(it), all: all.length, name: it.localName + " " + name,
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, seen: Boolean(seen) };
})()`;

/** Goes through a page with Tab alone: everything is reached, each is marked, and nothing covers it. */
async function checkTabs(page: Page): Promise<void> {
  const reached = new Set<number>();
  const wrong = new Set<string>();
  const { all } = await page.evaluate(focused) as { all: number };
  for (let i = 0; i < all + 4; i++) {
    await page.keyboard.press("Tab");
    const it = await page.evaluate(focused) as { at: number; name: string; outlined: boolean; seen: boolean };
    if (it.at < 0) continue; // the window's own
    reached.add(it.at);
    if (!it.outlined) wrong.add(`${it.name} is not marked`);
    if (!it.seen) wrong.add(`${it.name} is not seen`);
  }
  assertEquals([reached.size, [...wrong]], [all, []], page.url());
}

/** Checks a page as it is now, in light and dark, and in a narrow window. */
async function check(page: Page): Promise<void> {
  assertEquals(await nameless(page), [], page.url());
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assertEquals(await page.evaluate(faint), [], `${page.url()} in ${colorScheme}`);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 320, page.url());
  await page.setViewportSize(desktop.viewport!);
}

browserTest("names, contrast, the keyboard's way and 320 pixels: every page can be used by everybody", async (open) => {
  await using server = await serveTare(() => ({ verdict: "A", rationale: "It is longer." }));
  const said = ["Yes, with a cold stone.", "No. ".repeat(60)];
  const responses = ["sft", "ppo"].flatMap((policy, which) =>
    [0, 1, 2].map((i) => ({ policy, promptId: `${i}`, prompt: "Is tea made so?", response: `${said[which]} ${i}` }))
  );
  const { id } = await (await server.ask("POST", "/v1/evaluations", { name: "Tea", responses })).json();
  const path = `/v1/evaluations/${id}`;
  const { page, wrong }: WatchedPage = await open(desktop);
  await page.goto(`${server.origin}/login`);
  await check(page);
  await checkTabs(page);
  await page.goto(server.login);
  await page.locator(".cards").waitFor();
  await check(page);
  await checkTabs(page);
  await page.goto(`${server.origin}/evaluations/${id}`);
  await check(page);
  await checkTabs(page);

  await server.ask("POST", `${path}/study`, { instructions: "Which is better?", overlap: 2 });
  const invited = await server.ask("POST", `${path}/invitations`, { annotators: ["Ann", "Bob"] });
  const { invitations: [{ url }] } = await invited.json();
  const { page: annotator, wrong: annotatorWrong } = await open(desktop);
  await annotator.goto(url);
  await annotator.locator("#instructions").waitFor();
  assertEquals(await annotator.evaluate("document.activeElement.id"), "instructions-title");
  await check(annotator);
  await checkTabs(annotator);
  await annotator.keyboard.press("Escape");
  await annotator.locator("#prompt").waitFor();
  assertEquals(await annotator.evaluate("document.activeElement.id"), "prompt-title");
  await check(annotator);
  await checkTabs(annotator);
  await annotator.setViewportSize({ width: 320, height: 640 });
  await checkTabs(annotator);
  await annotator.locator("#leave").focus();
  await annotator.keyboard.press("Enter");
  await check(annotator);
  await checkTabs(annotator);
  await annotator.keyboard.press("Escape");
  assertEquals(await annotator.evaluate("document.activeElement.id"), "leave", "the focus comes back");
  for (const [i, choice] of ["left", "tie", "skip"].entries()) {
    await until(
      annotator,
      `document.querySelector("#count").textContent === "${i} of 3" && !document.body.classList.contains("busy")`,
    );
    await annotator.clock.fastForward(350);
    await annotator.locator(`[data-choice=${choice}]`).focus();
    await annotator.keyboard.press("Enter");
  }
  await annotator.getByRole("heading", { name: "All done" }).waitFor();
  assertEquals(await annotator.evaluate("document.activeElement.id"), "title");
  await check(annotator);

  await server.ask("POST", `${path}/jobs`, { judge: "stand-in" });
  await page.goto(`${server.origin}/evaluations/${id}`);
  await page.getByRole("heading", { name: "Judges against people" }).waitFor();
  await page.locator("#annotators").fill("Cem");
  await page.getByRole("button", { name: "Make links" }).click();
  await page.getByLabel("Link of Cem", { exact: true }).waitFor();
  await page.evaluate(`document.querySelectorAll("details").forEach((it) => it.open = true)`);
  await check(page);
  await checkTabs(page);
  assertEquals([wrong, annotatorWrong], [[], []]);
});
