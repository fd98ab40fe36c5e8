/** One browser for all, and a profile of its own for each test. */
import { type Page, type PlaywrightTestOptions, type PlaywrightWorkerOptions, expect, test as base } from "@playwright/test";
import { origin } from "./neighbourhood.ts";

/** No sandbox, because root has none; nothing that talks to anyone but the pages. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 390, height: 844 };

/** The browser, where it stands, and how long it waits: for both configurations. */
export const BROWSER: Partial<PlaywrightTestOptions & PlaywrightWorkerOptions> = {
  launchOptions: { executablePath: process.env["DEREN_CHROMIUM"] || "/usr/bin/chromium", args: FLAGS },
  viewport: WIDE,
  locale: "en-GB",
  timezoneId: "Europe/Berlin",
  actionTimeout: 30_000,
  navigationTimeout: 30_000,
};

export const test = base.extend({
  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) errors.push(message.text());
    });
    await use(page);
    expect(errors, "errors on the page").toEqual([]);
  },
});

/** Opens a page as somebody by name, and waits until they are logged in and the page shows figures. */
export async function open(page: Page, path: string, who: string): Promise<void> {
  // A change of the part after # alone would load nothing anew.
  await page.goto("about:blank");
  await page.goto(`${origin()}${path}#as=${encodeURIComponent(who)}`);
  await expect(page.locator(".account-button")).toHaveText(who);
  await loaded(page);
}

/** Waits until nothing on the page is still being loaded. */
export async function loaded(page: Page): Promise<void> {
  await expect(page.locator("main h1").first()).toBeVisible();
  await expect(page.locator("main .skeleton")).toHaveCount(0);
}

/** The panel under this heading. */
export const panel = (page: Page, title: string | RegExp) => page.getByRole("region", { name: title });

export { expect };
