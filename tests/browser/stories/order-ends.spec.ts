// An order is changed, and cancelled, by calls that the neighbour reads and signs.
import { expect, open, test } from "../support/browser.ts";
import { neighbour } from "../support/neighbourhood.ts";
import { FINALISED, order, place, sign } from "../support/order.ts";

test("an order is changed and cancelled by signed calls", async ({ page }) => {
  await open(page, "/buy", neighbour());
  await order(page).getByRole("button", { name: "Change" }).click();
  await place(page, "24.5", "1");
  await expect(order(page)).toContainText("24.5 ct", FINALISED);
  await order(page).getByRole("button", { name: "Cancel order" }).click();
  await sign(page, "Cancel the buy order");
  await expect(order(page)).toContainText("Cancelled", FINALISED);
  await expect(order(page).getByRole("form", { name: "Buy order" })).toBeVisible();
});

test("an order nobody can mean is refused in words before it is signed", async ({ page }) => {
  await open(page, "/buy", neighbour());
  await page.getByLabel("Pay at most").fill("much");
  await page.getByRole("button", { name: "Review order" }).click();
  await expect(page.getByLabel("Pay at most")).toHaveAttribute("aria-invalid", "true");
  await expect(order(page).locator(".problem").first()).toBeVisible();
  await expect(page.getByRole("dialog", { name: "Place this buy order" })).toBeHidden();
});
