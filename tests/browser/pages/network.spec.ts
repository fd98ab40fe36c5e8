// Parts that do not come, and a network that is gone: said once, in plain words, and healed by itself.
import { faultsInBoth } from "../support/axe.ts";
import { loaded, panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

test("a page whose part is gone says so, and comes with one press", async ({ page, origin, fixture }) => {
  await openAs(page, origin, "/", "Visitor 1");
  // As after an update of the server: the page's part has another name now.
  fixture.world.missing = ["/assets/page-"];
  await page.getByRole("link", { name: "Grid" }).click();
  const told = page.getByRole("alert").filter({ hasText: "could not be loaded" });
  await expect(told).toBeVisible();
  expect(await faultsInBoth(page)).toEqual([]);
  fixture.world.missing = [];
  await told.getByRole("button", { name: "Load again" }).click();
  await expect(panel(page, "Settlement")).toBeVisible();
  await page.getByRole("link", { name: "My home" }).click();
  await loaded(page);
  await expect(panel(page, "Earned today")).toBeVisible();
});

test("a part that failed once is asked for again without a word", async ({ page, origin }) => {
  await openAs(page, origin, "/", "Visitor 1");
  let failures = 0;
  await page.route(/\/assets\/page-/, (route) => {
    failures += 1;
    return failures === 1 ? route.abort() : route.continue();
  });
  await page.getByRole("link", { name: "Grid" }).click();
  await expect(panel(page, "Settlement")).toBeVisible();
  expect(failures).toBeGreaterThan(1);
});

test("one banner while the reader's own network is gone, and no meter is blamed", async ({ page, origin, fixture }) => {
  await openAs(page, origin, "/", "Adler");
  await expect(panel(page, "Devices and gateways").getByText("Reading", { exact: true })).toHaveCount(3);
  await page.context().setOffline(true);
  const banner = page.getByTestId("away");
  await expect(banner).toContainText("You are offline. The figures are those of");
  fixture.news();
  await expect(page.locator("main [role=alert]")).toHaveCount(1);
  await expect(panel(page, "Earned today").locator(".headline")).toBeVisible();
  await expect(panel(page, "Devices and gateways").getByText("Silent")).toHaveCount(0);
  await page.context().setOffline(false);
  await expect(banner).toBeHidden();
  await expect(page.locator("main [role=alert]")).toHaveCount(0);
});

test("a server that is away is one banner too", async ({ page, origin, fixture }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  fixture.world.missing = ["/api/"];
  fixture.cut();
  await expect(page.getByTestId("away")).toContainText("The server does not answer. The figures are those of");
  expect(await faultsInBoth(page)).toEqual([]);
  await expect(page.locator("main [role=alert]")).toHaveCount(1);
  fixture.world.missing = [];
  await expect(page.getByTestId("pulse")).toHaveText("Live");
  await expect(page.getByTestId("away")).toBeHidden();
});
