// Pictures of each page as people see it: wide and narrow, light and dark; and those that README.md shows.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { NARROW, WIDE, expect, open, test } from "../support/browser.ts";
import { pages, pictures } from "../support/neighbourhood.ts";

for (const { name, path, who } of pages()) {
  test(`pictures of ${name}`, async ({ page }) => {
    await mkdir(pictures(), { recursive: true });
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const size of [WIDE, NARROW]) {
        await page.setViewportSize(size);
        await open(page, path, who);
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
