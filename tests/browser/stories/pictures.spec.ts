// Pictures of each page as people see it: wide and narrow, light and dark; and those that README.md shows.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { NARROW, WIDE, expect, open, panel, test } from "../support/browser.ts";
import { pages, pictures } from "../support/neighbourhood.ts";

/** Goes back to a slot in which something crossed the lines, if there is one among the newest. */
async function toFlow(page: Page): Promise<void> {
  const still = panel(page, "Lines and zones").getByText("Nothing flowed");
  const earlier = page.getByRole("button", { name: "‹ Earlier" });
  for (let slots = 0; slots < 12 && (await still.count()) > 1 && (await earlier.isEnabled()); slots += 1) {
    await earlier.click();
  }
}

for (const { name, path, who } of pages()) {
  test(`pictures of ${name}`, async ({ page }) => {
    await mkdir(pictures(), { recursive: true });
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const size of [WIDE, NARROW]) {
        await page.setViewportSize(size);
        await open(page, path, who);
        if (name === "grid") await toFlow(page);
        const file = join(pictures(), `${name}-${size.width}-${scheme}.png`);
        const picture = await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
        expect(picture.length).toBeGreaterThan(10_000);
        if (size === WIDE && scheme === "light") {
          await page.screenshot({ path: join(pictures(), `${name}.png`), animations: "disabled" });
        }
      }
    }
  });
}
