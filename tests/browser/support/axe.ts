/** What stops somebody from using a page, as axe finds it. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

type Violation = { id: string; impact: string | null; help: string; nodes: { target: unknown }[] };

/** Of all rules only this one looks at colours. */
const COLOURS = ["color-contrast"];

/** What axe finds on the page that stops somebody from using it, as it is shown now. */
export async function faults(page: Page, rules: string[] | null = null): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readFile(AXE, "utf8"));
  const violations = await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } };
    return (await axe.run(runOnly ? { runOnly } : {})).violations;
  }, rules);
  return violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.help} (${JSON.stringify(violation.nodes.map((node) => node.target))})`);
}

/** The same in light, and what colours do in the dark. */
export async function faultsInBoth(page: Page): Promise<string[]> {
  // Colours that change step by step would be measured half way.
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const light = await faults(page);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  const dark = await faults(page, COLOURS);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return [...light, ...dark];
}
