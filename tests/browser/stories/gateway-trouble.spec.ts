// A home's meters were unplugged, and the node went away: the gateway's page says so in plain words.
import { expect, panel, test } from "../support/browser.ts";
import { look } from "../support/look.ts";
import { plugIn } from "../support/neighbourhood.ts";

test("what is away is named, with what to do, and shows no power", async ({ page }) => {
  const { gateway, home } = plugIn();
  await page.goto(`${gateway}/`);
  await expect(page.getByRole("heading", { level: 1, name: home, exact: true })).toBeVisible();
  await expect(page.locator("#lead")).toHaveText("2 of 2 devices cannot be read now.");
  for (const name of ["inverter", "grid-meter"]) {
    await expect(panel(page, name)).toContainText("– cannot be read now");
    await expect(panel(page, name)).toContainText("Nobody answers at its address. Is it switched on");
  }
  await expect(panel(page, "Chain")).toContainText("Not connected");
  const lately = panel(page, "What went wrong lately").getByRole("listitem");
  await expect(lately.filter({ hasText: "chain ·" }).first()).toContainText("No node of the chain can be reached.");
  await expect(lately.filter({ hasText: "inverter ·" }).first()).toContainText("Nobody answers at its address.");
  await look(page, "gateway-trouble");
});
