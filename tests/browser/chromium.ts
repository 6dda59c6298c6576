/** A page in Chromium for tests: found, started with a hard end, and watched for what no page may do. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** The path of Chromium: what `CHROMIUM` says, or the first that there is. */
export const path: string | undefined = await find([
  ...[Deno.env.get("CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
]);

/** What a desktop is to a page. */
export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

/** What a phone is to a page. */
export const phone: BrowserContextOptions = {
  ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

/** A page that is watched. */
export interface WatchedPage {
  /** The page. */
  readonly page: Page;
  /** What went wrong: errors of scripts and of the console, violations of the policy, dialogs that were not asked for. */
  readonly wrong: string[];
}

/** Milliseconds after which a test has failed, whatever its page does. */
const longest = 60_000;

/** The browser of all tests of a file; each page has cookies and storage of its own. */
let browser: Promise<Browser> | undefined;

Deno.test.afterAll(async () => {
  await (await browser)?.close();
});

/**
 * Runs a test in Chromium; it is skipped by name where there is none.
 *
 * @param name What holds.
 * @param test What shows it; it opens pages with the function that it gets.
 */
export function browserTest(
  name: string,
  test: (open: (options: BrowserContextOptions) => Promise<WatchedPage>) => Promise<void>,
): void {
  const skipped = path ? "" : " (skipped: no Chromium; install it or set CHROMIUM to its path)";
  Deno.test({
    name: `${name}${skipped}`,
    ignore: !path,
    sanitizeResources: false, // the browser outlives the test
    sanitizeOps: false,
    async fn() {
      const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
      browser ??= chromium.launch({ executablePath: path!, args, timeout: 30_000 });
      const running = await browser;
      const contexts: BrowserContext[] = [];
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error(`The test took more than ${longest} ms`)), longest);
      const open = async (options: BrowserContextOptions) => {
        const context = await running.newContext(options);
        contexts.push(context);
        return await watched(context);
      };
      try {
        await Promise.race([test(open), late.promise]);
      } finally {
        clearTimeout(timer);
        for (const context of contexts) await context.close();
      }
    },
  });
}

/**
 * Waits until something holds in a page; Playwright's own `waitForFunction` needs `eval`, which the pages' policy forbids.
 *
 * @param page The page.
 * @param condition An expression.
 */
export async function until(page: Page, condition: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    if (await page.evaluate(condition).catch(() => false)) return; // a page that is just loading has no answer
    await page.waitForTimeout(20);
  }
  throw new Error(`Waited in vain for ${condition}`);
}

async function watched(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const wrong: string[] = [];
  // A request that fails is what some tests are about, and the console names it: all else is the page's own doing.
  page.on("console", (message) => {
    if (message.type() === "error" && !/^Failed to load resource/.test(message.text())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("dialog", async (dialog) => {
    if (dialog.type() !== "beforeunload") wrong.push(`dialog: ${dialog.message()}`);
    await dialog.accept();
  });
  await page.clock.install(); // it goes as ever, until a test moves it on
  await page.exposeFunction("reportViolation", (what: string) => wrong.push(what));
  await page.addInitScript(`addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    reportViolation("policy: " + effectiveDirective + " " + blockedURI))`);
  return { page, wrong };
}

/** The first of these programs that there is. */
async function find(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths.filter(Boolean)) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
}
