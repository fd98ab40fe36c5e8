/** A browser of our own for each story: its profile is new, and goes with it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Page, chromium, expect, test as base } from "@playwright/test";
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

export const test = base.extend({
  page: async ({}, use) => {
    const profile = await mkdtemp(join(tmpdir(), "deren-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env["DEREN_CHROMIUM"] || "/usr/bin/chromium",
      headless: true,
      args: FLAGS,
      viewport: WIDE,
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      acceptDownloads: true,
    });
    try {
      const page = context.pages()[0] ?? (await context.newPage());
      page.setDefaultTimeout(30_000);
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (/content security policy/i.test(message.text())) errors.push(message.text());
      });
      await use(page);
      expect(errors, "errors on the page").toEqual([]);
    } finally {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    }
  },
});

/** Opens a page as somebody by name, and waits until they are logged in and the page shows figures. */
export async function open(page: Page, path: string, who: string): Promise<void> {
  // A change of the part after # alone would load nothing anew.
  await page.goto("about:blank");
  await page.goto(`${origin()}${path}#as=${encodeURIComponent(who)}`);
  await expect(page.locator(".account-button")).toHaveText(who);
  await settle(page);
}

/** Waits until nothing on the page is still being loaded. */
export async function settle(page: Page): Promise<void> {
  await expect(page.locator("main h1").first()).toBeVisible();
  await expect(page.locator("main .skeleton")).toHaveCount(0);
}

/** The panel under this heading. */
export const panel = (page: Page, title: string | RegExp) => page.getByRole("region", { name: title });

export { expect };
