// One field takes a gateway's code of either kind: the one of its page, its link, and the line that its command prints.
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { faultsInBoth } from "../support/axe.ts";
import { panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

/** The panel with its field, which is folded away while a gateway reports. */
async function linkForm(page: Page): Promise<Locator> {
  const link = panel(page, "Link a gateway");
  const fold = link.getByText("Add another gateway");
  if (await fold.isVisible()) await fold.click();
  await expect(link.getByLabel("Link code")).toBeVisible();
  return link;
}

const GOLDEN = new URL("../../../market/primitives/src/link_code_golden.txt", import.meta.url);

test("my home takes the code of the gateway's page", async ({ page, origin }) => {
  const code = (await readFile(GOLDEN, "utf8")).trim();
  await openAs(page, origin, "/", "Adler");
  const link = await linkForm(page);
  await link.getByLabel("Link code").fill(code);
  await link.getByRole("button", { name: "Review link" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Link a gateway" })).toBeVisible();
  await expect(panel(page, "What your gateway says")).toContainText("Häuschen am Mühlweg");
  expect(await faultsInBoth(page)).toEqual([]);
});

test("my home takes the command's line, which is signed as a link", async ({ page, origin, fixture }) => {
  const owner = fixture.world.people[0]?.address;
  const line = { gateway: `0x${"77".repeat(32)}`, owner, site: 7, expires_unix_s: 4_000_000_000, code: `0x${"22".repeat(64)}` };
  await openAs(page, origin, "/", "Adler");
  const link = await linkForm(page);
  await link.getByLabel("Link code").fill(JSON.stringify(line));
  await link.getByRole("button", { name: "Review link" }).click();
  await expect(panel(page, "What your gateway says")).toContainText("0x777777…7777");
  await page.getByRole("button", { name: "Review registration" }).click();
  await expect(page.getByRole("dialog", { name: "Link this gateway" })).toContainText("may send readings for Sunny side");
});

test("what is neither is refused by name", async ({ page, origin }) => {
  await openAs(page, origin, "/", "Adler");
  const link = await linkForm(page);
  for (const [text, why] of [["hello", "not a link code"], ['{"gateway":"0x5a"}', "names no gateway"], ['{"gate', "not the whole line"]] as const) {
    await link.getByLabel("Link code").fill(text);
    await expect(link.locator("#link-meaning")).toContainText(why);
    await expect(link.getByRole("button", { name: "Review link" })).toBeDisabled();
  }
});
