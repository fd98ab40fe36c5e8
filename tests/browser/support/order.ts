/** Placing and signing, as a neighbour does it. */
import type { Page } from "@playwright/test";
import { expect, panel } from "./browser.ts";

/** More than a block needs to be finalised on a busy machine. */
export const FINALISED = { timeout: 60_000 };

/** The panel with the buy order. */
export const order = (page: Page) => panel(page, "Your buy order");

/** Fills in the only price step, reads the call in words, signs it, and waits until it is finalised. */
export async function place(page: Page, limitCt: string, capKwh: string): Promise<void> {
  await page.getByLabel("Pay at most").fill(limitCt);
  await page.getByLabel(/^Up to/).fill(capKwh);
  await page.getByRole("button", { name: "Review order" }).click();
  await expect(page.getByRole("dialog", { name: "Place this buy order" })).toContainText(limitCt);
  await sign(page, "Place this buy order");
}

/** Signs the call in this dialog, and waits until it is finalised. */
export async function sign(page: Page, title: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByRole("button", { name: "Sign and send" }).click();
  const progress = dialog.getByRole("list", { name: "Progress" }).getByRole("listitem");
  await expect(progress).toHaveCount(4);
  await expect(progress.last()).toHaveAttribute("data-state", "done", FINALISED);
  await expect(progress.nth(2)).toContainText(/In block \d+/);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
}
