// What holds on every page: readable for all, on small and large screens, light and dark; names are text; small to
// load.
import { gzipSync } from "node:zlib";
import { faults } from "../support/axe.ts";
import { NARROW, WIDE, expect, loaded, open, test } from "../support/browser.ts";
import { joker, jokersName, origin, pages } from "../support/neighbourhood.ts";

/** JavaScript that a first visit may load, gzipped. */
const FIRST_LOAD_BYTES = 60_000;

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds no serious fault on any page, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const { path, who } of pages()) {
      await open(page, path, who);
      expect(await faults(page), `${path} at ${WIDE.width} pixels`).toEqual([]);
      await page.setViewportSize(NARROW);
      expect(await faults(page), `${path} at ${NARROW.width} pixels`).toEqual([]);
      await page.setViewportSize(WIDE);
    }
  });
}

test("nothing is cut off on a small screen", async ({ page }) => {
  await page.setViewportSize(NARROW);
  for (const { path, who } of pages()) {
    await open(page, path, who);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
  }
});

test("a home's name is text, whatever it says", async ({ page }) => {
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  for (const path of ["/", "/buy"]) {
    await open(page, path, joker());
    await expect(page.getByText(jokersName(), { exact: true }).first()).toBeVisible();
  }
  await open(page, "/grid", pages()[2].who);
  expect(await page.locator("main img").count()).toBe(0);
  expect(await page.evaluate(() => "deceived" in window)).toBe(false);
  expect(dialogs).toEqual([]);
});

test("a first visit loads little JavaScript", async ({ context }) => {
  for (const { path } of pages()) {
    // A tab of its own: what the page before asked for may still come, and its body is gone with that page.
    const page = await context.newPage();
    let bytes = 0;
    const bodies: Promise<void>[] = [];
    const count = (response: import("@playwright/test").Response) => {
      if (!/javascript/.test(response.headers()["content-type"] ?? "")) return;
      bodies.push(response.body().then((body) => void (bytes += gzipSync(body, { level: 9 }).length)));
    };
    page.on("response", count);
    await page.goto(`${origin()}${path}`);
    await loaded(page);
    // What comes later is no first load, and may have gone with the page when it is read.
    page.off("response", count);
    await Promise.all(bodies);
    expect(bytes, `${path} loads some`).toBeGreaterThan(1_000);
    expect(bytes, path).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
    await page.close();
  }
});
