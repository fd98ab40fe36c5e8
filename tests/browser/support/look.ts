/** Looking at a page as it is now: what machines find, and pictures for people. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { faults } from "./axe.ts";
import { NARROW, WIDE, expect } from "./browser.ts";
import { pictures } from "./neighbourhood.ts";

/** Looks at the page as it is now: nobody is stopped, nothing is cut off, and a picture for people at both widths. */
export async function look(page: Page, name: string): Promise<void> {
  await mkdir(pictures(), { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      expect(await faults(page), `${name} at ${size.width} pixels, ${scheme}`).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${name} is wider than ${size.width} pixels`).toBeLessThanOrEqual(0);
      const path = join(pictures(), `${name}-${size.width}-${scheme}.png`);
      await page.screenshot({ path, fullPage: true, animations: "disabled" });
    }
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(WIDE);
}
