// What people decide by is said plainly: why energy was not sold, what is wrong, what REN is, and numbers as they write
// them.
import { faultsInBoth } from "../support/axe.ts";
import { NARROW, panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

const LAST = "Last quarter-hour";
/** More than any home uses in a slot. */
const MUCH_SUN = 2_000;

test.use({ options: { sunWh: MUCH_SUN } });

test("an owner is told why the last slot's energy was not sold, and today's", async ({ page, origin, fixture }) => {
  await openAs(page, origin, "/", "Adler");
  const last = panel(page, LAST).getByTestId("unsold");
  const today = panel(page, "Earned today").getByTestId("unsold-today");
  await expect(today).toContainText(/^[\d.]+ kWh went to your supplier: [\d.]+ kWh (as|beyond|while) /);
  fixture.world.sellOrder = { steps: [{ limit_ueur_per_kwh: 300_000, cap_wh: 4_000 }], state: "active" };
  fixture.news();
  await expect(last).toContainText(/kWh went to your supplier: the price was [\d.]+ ct\/kWh, and you ask 30 ct\/kWh\./);
  fixture.world.sellOrder = null;
  fixture.news();
  await expect(today).toContainText("without a sell order");
  expect(await faultsInBoth(page)).toEqual([]);
});

test.describe("in a slot without a trade", () => {
  test.use({ options: { lastTraded: 0, sunWh: MUCH_SUN } });

  test("no buyer is the reason", async ({ page, origin }) => {
    await openAs(page, origin, "/", "Adler");
    await expect(panel(page, LAST).getByTestId("unsold")).toContainText("no buyer paid what sellers ask");
  });
});

test("REN is not shown to who has no panels, and explained to who has", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  await expect(panel(page, "Your account")).toContainText("Free EUR");
  await expect(panel(page, "Your account")).not.toContainText("REN");
  await openAs(page, origin, "/", "Adler");
  await expect(panel(page, "Your account")).toContainText("it pays the chain's fees when no EUR is free");
});

test("amounts of a neighbour's slots have two decimals, below each other", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  const rows = panel(page, "Your slots").getByRole("row").filter({ hasText: "Finalised" });
  const bought = rows.filter({ has: page.locator("td[data-label^=Bought]", { hasText: /\d/ }) });
  await expect(bought.first()).toBeVisible();
  for (const name of ["Price", "Paid", "Saved"]) {
    for (const text of await bought.locator(`td[data-label^=${name}]`).allTextContents()) expect(text, name).toMatch(/^-?\d+\.\d\d$/);
  }
  // Prices stand where they are the figure beside the chart.
  await expect(panel(page, /^Prices on/).locator("dd").first()).toHaveText(/^\d+\.\d\d ct\/kWh/);
});

test.describe("with a device in trouble", () => {
  test.use({ options: { silentForS: 600 } });

  test("it is said above all else what is silent, since when, and what to do", async ({ page, origin }) => {
    await page.setViewportSize(NARROW);
    await openAs(page, origin, "/", "Adler");
    const trouble = page.getByTestId("trouble");
    await expect(trouble).toContainText(/Solar inverter: silent for 1\d min\. What is not measured is not sold\./);
    await expect(trouble).toBeInViewport();
    await expect(panel(page, "Devices and gateways").getByText("Silent")).toHaveCount(1);
    expect(await faultsInBoth(page)).toEqual([]);
  });
});

test.describe("with flagged readings", () => {
  test.use({ options: { quality: "flagged", sunWh: MUCH_SUN } });

  test("it is said that they trade nothing", async ({ page, origin }) => {
    await openAs(page, origin, "/", "Adler");
    await expect(page.getByTestId("flagged")).toContainText("The newest reading is flagged.");
    await expect(panel(page, LAST).getByTestId("unsold")).toContainText("the reading has a remark, and trades nothing");
    await expect(page.getByTestId("trouble")).toHaveCount(0);
  });
});

test("what is not settled yet is no sale of nothing", async ({ page, origin }) => {
  await openAs(page, origin, "/", "Adler");
  const chart = panel(page, "Today, slot by slot");
  await chart.getByText("Show as a table").click();
  const newest = chart.getByRole("row").nth(1);
  await expect(newest.locator("td[data-label=Produced]")).toHaveText(/kWh/);
  await expect(newest.locator("td[data-label=Sold]")).toHaveText("–");
  await expect(chart.getByRole("row").nth(10).locator("td[data-label=Sold]")).toHaveText(/kWh/);
});

test("the mean of a slot is not called now", async ({ page, origin }) => {
  await openAs(page, origin, "/", "Adler");
  await expect(panel(page, "Now")).toHaveCount(0);
  await expect(panel(page, LAST)).toContainText("mean power");
});

test.describe("in German writing", () => {
  test.use({ locale: "de-DE" });

  test("fields begin with a comma, and what may be thousands is refused", async ({ page, origin, fixture }) => {
    fixture.world.buyOrder = { steps: [{ limit_ueur_per_kwh: 155_000, cap_wh: 900 }], state: "active", held_ueur: 558_000, missing_ueur: null };
    await openAs(page, origin, "/buy", "Visitor 1");
    const order = panel(page, "Your buy order");
    await order.getByRole("button", { name: "Change" }).click();
    await expect(order.getByLabel("Pay at most")).toHaveValue("15,5");
    await expect(order.getByLabel("Up to")).toHaveValue("0,9");
    await order.getByLabel("Up to").fill("1.500");
    await expect(order.locator(".meaning")).toContainText("can mean 1500 or 1,500: write one of these");
    await order.getByRole("button", { name: "Review order" }).click();
    await expect(page.getByRole("dialog", { name: "Place this buy order" })).toBeHidden();
    await order.getByLabel("Up to").fill("1,500");
    await expect(order.locator(".meaning")).toContainText("1,5 kWh");
    expect(await faultsInBoth(page)).toEqual([]);
  });
});
