/** A page in Chromium for tests: found, started with a hard end, and watched for what no page may do. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

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

/** Milliseconds after which a browser is closed, whatever it does. */
const longest = 60_000;

/**
 * Runs a test in a new browser, which is closed in the end.
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
    sanitizeResources: false, // the driver keeps some of its own for the next launch
    sanitizeOps: false,
    async fn() {
      const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
      const browser = await chromium.launch({ executablePath: path!, args, timeout: 30_000 });
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error(`The test took more than ${longest} ms`)), longest);
      try {
        await Promise.race([test((options) => openPage(browser, options)), late.promise]);
      } finally {
        clearTimeout(timer);
        await browser.close();
      }
    },
  });
}

async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext(options);
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
