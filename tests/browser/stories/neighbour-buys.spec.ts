// A neighbour says what they would pay, signs it in the page, and buys; the slot settles, and all three pages show it.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, open, panel, test } from "../support/browser.ts";
import { FINALISED, order, place } from "../support/order.ts";
import { neighbour, operator, origin, owner } from "../support/neighbourhood.ts";

/** More than the first slot takes that settles with a trade of this home. */
const TRADED = { timeout: 240_000 };

/** What the API says the neighbour bought, asked with the page's own login. */
async function boughtWh(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const login = await (await fetch("/api/v1/login")).json();
    const answer = await (await fetch(`/api/v1/accounts/${login.address}/trades?limit=200`)).json();
    return answer.trades.reduce((sum: number, trade: { quantity_wh: number }) => sum + trade.quantity_wh, 0);
  });
}

test("a neighbour buys, and all three pages show the settled slot", async ({ page }) => {
  await open(page, "/buy", neighbour());
  expect(await boughtWh(page), "nothing is bought without an order").toBe(0);
  await place(page, "30", "1.5");
  await expect(order(page)).toContainText("Active", FINALISED);
  await expect(order(page)).toContainText("30 ct");

  const rows = panel(page, "Your slots").getByRole("row");
  const traded = rows.filter({ hasText: "Finalised" }).filter({ hasNot: page.locator("td.right:nth-child(4)", { hasText: "–" }) });
  await expect(traded.filter({ has: page.locator("td") }).first()).toBeVisible(TRADED);
  const row = traded.filter({ has: page.locator("td") }).last();
  const slot = (await row.getByRole("rowheader").textContent()) ?? "";
  expect(slot).toMatch(/\d\d:\d\d/);
  const bought = Number((await row.locator("td").nth(2).textContent()) ?? "");
  expect(bought).toBeGreaterThan(0);
  expect(1000 * bought).toBeLessThanOrEqual(await boughtWh(page));
  await expect(panel(page, "Saved today").locator(".headline")).toHaveText(/€/);
  await expect(panel(page, "Saved today").locator(".headline")).not.toHaveText(/^€?0[.,]00 ?€?$/);

  await open(page, "/", owner());
  await expect(panel(page, "Last quarter-hour")).toContainText("Sold to neighbours");
  await expect(panel(page, "Last quarter-hour")).toContainText("Finalised", FINALISED);
  await expect(panel(page, "Earned today").locator(".headline")).not.toHaveText(/^€?0[.,]00 ?€?$/);

  await open(page, "/grid", operator());
  const settlement = panel(page, "Settlement").getByRole("row").filter({ has: page.getByRole("rowheader", { name: slot, exact: true }) });
  await expect(settlement).toContainText("Finalised");
  await expect(settlement.locator(".check")).toHaveText("0 ✓");
  const traded_kwh = Number((await settlement.locator("td").nth(1).textContent()) ?? "");
  expect(traded_kwh).toBeGreaterThanOrEqual(bought);
  await expect(page.getByTestId("settlement-total").locator(".check")).toHaveText("0 ✓");
});

test("the operator downloads the settlement, and anyone a slot's market file", async ({ page }) => {
  await open(page, "/grid", operator());
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download CSV" }).click()]);
  const text = await readFile(await csv.path(), "utf8");
  expect(text.split("\n")[0]?.trim().split(",").slice(0, 9)).toEqual([
    "interval_start_utc",
    "duration_s",
    "metered_s",
    "market",
    "zone",
    "site",
    "meter_pseudonym",
    "direction",
    "energy_wh",
  ]);
  expect(text.split("\n").length).toBeGreaterThan(2);
  const href = await panel(page, "Settlement").getByRole("link", { name: "Market file" }).first().getAttribute("href");
  const file = await (await page.request.get(`${origin()}${href}`)).json();
  expect(Object.keys(file).sort()).toEqual(["orders", "zones"]);
});
