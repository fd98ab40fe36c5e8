// Somebody without anything makes a key; one press gives them play money and a home whose meters read, and it trades.
import { expect, panel, test } from "../support/browser.ts";
import { origin } from "../support/neighbourhood.ts";
import { FINALISED, sign } from "../support/order.ts";

/** Three transactions, one after the other, until each is final. */
const HANDED_OVER = { timeout: 3 * FINALISED.timeout };
/** More than the first slot takes in which it is sold to somebody. */
const TRADED = { timeout: 180_000 };
const PASSPHRASE = "correct horse battery";

test("a key of one's own has money and a home with meters after one press, and sells", async ({ page }) => {
  await page.goto(`${origin()}/`);
  await page.locator(".account-button").click();
  const dialog = page.getByRole("dialog", { name: "Choose an account" });
  // Nobody plays a home that waits.
  await expect(dialog.getByRole("button", { name: "Spare home 1" })).toHaveCount(0);
  await dialog.getByRole("button", { name: "With a passphrase instead" }).click();
  await dialog.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await dialog.getByLabel("The same again").fill(PASSPHRASE);
  await dialog.getByRole("button", { name: "Make the key" }).click();
  await dialog.getByLabel("I have written them down").check();
  await dialog.getByRole("button", { name: "Go on" }).click();
  await page.getByTestId("development-start").getByRole("button", { name: "Give me play money and a home" }).click();

  // Its meters read all the time: energy flows at once.
  await expect(page.getByRole("heading", { level: 1, name: "Spare home 1" })).toBeVisible(HANDED_OVER);
  await expect(panel(page, "Devices and gateways").getByText("Reading", { exact: true })).toHaveCount(3);
  await expect(panel(page, "Last quarter-hour").getByRole("img")).toHaveAccessibleName(/panels/i);
  await expect(panel(page, "Your account")).toContainText(/4\d\.\d\d €/);

  const order = panel(page, "Your sell order");
  await order.getByLabel("Sell for at least").fill("5");
  await order.getByLabel("Up to").fill("4");
  await order.getByRole("button", { name: "Review order" }).click();
  await sign(page, "Place this sell order");
  await expect(panel(page, "Earned today").locator(".headline")).not.toHaveText(/^€?0[.,]00 ?€?$/, TRADED);
});
