// Nobody is stuck without money: no order is sent that is paused at once or cannot be cancelled, and none is resumed in
// vain.
import { faultsInBoth } from "../support/axe.ts";
import { panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

const STEPS = [{ limit_ueur_per_kwh: 150_000, cap_wh: 82_000 }];

test("an order that would take nearly all money is not sent, and what can be is one press away", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  const order = panel(page, "Your buy order");
  await order.getByLabel("Pay at most").fill("15");
  // All but a tenth of a cent of 49.64 €, for four slots.
  await order.getByLabel("Up to").fill("82.73");
  await order.getByRole("button", { name: "Review order" }).click();
  const dialog = page.getByRole("dialog", { name: "Place this buy order" });
  await expect(order.getByRole("alert").or(dialog)).toBeVisible();
  await expect(dialog).toBeHidden();
  await expect(order.getByRole("alert")).toContainText("is missing");
  await order.getByRole("button", { name: /^Lower to [\d.]+ kWh/ }).click();
  await expect(order.getByRole("alert")).toHaveCount(0);
  await order.getByRole("button", { name: "Review order" }).click();
  await expect(dialog).toContainText("is held, for 4 slots");
  const held = Number(/At most ([\d.]+) €/.exec((await dialog.textContent()) ?? "")?.[1]);
  // A slot's cost and the fees stay free beside the hold.
  expect(held).toBeLessThan((49.64 * 4) / 5);
  expect(held).toBeGreaterThan((49.5 * 4) / 5);
});

test.describe("paused for want of money", () => {
  test.use({ options: { freeUeur: 5_030_000, buyOrder: { steps: STEPS, state: "paused", held_ueur: 0, missing_ueur: 41_693 } } });

  test("it is resumed only when that can succeed; until then lowered", async ({ page, origin, fixture }) => {
    await openAs(page, origin, "/buy", "Visitor 1");
    const order = panel(page, "Your buy order");
    await expect(order).toContainText("0.041693 € was missing");
    const resume = order.getByRole("button", { name: "Resume", exact: true });
    await expect(resume).toBeDisabled();
    await expect(resume).toHaveAccessibleDescription(/more must be free/);
    expect(await faultsInBoth(page)).toEqual([]);
    await order.getByRole("button", { name: /^Lower to [\d.]+ kWh and resume/ }).click();
    await expect(page.getByRole("dialog", { name: "Place this buy order" })).toContainText("≤ 15 ct/kWh");
    await page.getByRole("button", { name: "Not now" }).click();
    fixture.world.freeUeur = 70_000_000;
    fixture.news();
    await expect(resume).toBeEnabled();
    await resume.click();
    await expect(page.getByRole("dialog", { name: "Resume the buy order" })).toBeVisible();
  });
});

test.describe("with all money on hold", () => {
  test.use({ options: { freeUeur: 1_200, buyOrder: { steps: STEPS, state: "active", held_ueur: 49_200_000, missing_ueur: null } } });

  test("it is said that a change may not be paid, and that cancelling is free", async ({ page, origin }) => {
    await openAs(page, origin, "/buy", "Visitor 1");
    const order = panel(page, "Your buy order");
    await expect(order).toContainText("Only 0.0012 € is free");
    await expect(order).toContainText("Cancelling is free");
    // The chain takes no fee for it.
    await expect(order.getByRole("button", { name: "Cancel order" })).toBeEnabled();
    await expect(panel(page, "Your account")).toContainText("49.20 €for your buy order, until its slots are settled");
  });
});

test("a limit above the tariff and an amount above the connection are questioned", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  const order = panel(page, "Your buy order");
  await order.getByLabel("Pay at most").fill("100");
  await order.getByLabel("Up to").fill("5");
  await expect(order).toContainText("above your retail tariff of 32 ct/kWh");
  await expect(order).toContainText("Your connection carries at most 2.75 kWh");
  expect(await faultsInBoth(page)).toEqual([]);
  await order.getByLabel("Pay at most").fill("much");
  await expect(order.locator(".meaning")).toContainText("must be a number");
});

test("what is free is one sum, and what of it is in the purse can be drawn", async ({ page, origin, fixture }) => {
  await openAs(page, origin, "/", "Adler");
  const account = panel(page, "Your account");
  await expect(account).toContainText("49.64 €3.21 € of it in your purse");
  await account.getByRole("button", { name: "Draw 3.21 €" }).click();
  const dialog = page.getByRole("dialog", { name: "Draw from your purse" });
  await expect(dialog).toContainText("3.21 € leaves your purse");
  expect(await faultsInBoth(page)).toEqual([]);
  await page.getByRole("button", { name: "Not now" }).click();
  fixture.world.isFrozen = true;
  fixture.news();
  await expect(account).toContainText("Your money is frozen");
  await expect(account.getByRole("button", { name: /^Draw/ })).toHaveCount(0);
});
