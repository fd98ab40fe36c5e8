// The three addresses that the demo prints, as three tabs of one browser: each stays who it is.
import type { Page } from "@playwright/test";
import { loaded, panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

/** A tab's own data, asked for once more. */
async function isStill(page: Page, who: string, title: string): Promise<void> {
  await expect(page.locator(".account-button")).toHaveText(who);
  await expect(panel(page, title)).toBeVisible();
  await expect(page.locator("main [role=alert]")).toHaveCount(0);
}

/** How far a tab's clock is moved at a time, in ms, and how long is waited between. */
const HURRY_MS = 1_000;
const LOOK_MS = 50;

/**
 * Moves the tabs' clocks until something has come. Two tabs with different accounts take the session from each other
 * only every few seconds, and nobody needs to wait for them.
 */
async function hurried<T>(tabs: Page[], coming: Promise<T>): Promise<T> {
  let isThere = false;
  const over = () => (isThere = true);
  coming.then(over, over);
  while (!isThere) {
    await Promise.all(tabs.map((tab) => tab.clock.fastForward(HURRY_MS)));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return coming;
}

test("each tab keeps its own account while slots go on", async ({ page, origin, fixture }) => {
  const [home, buy, grid] = [page, await page.context().newPage(), await page.context().newPage()];
  for (const tab of [home, buy, grid]) await tab.clock.install();
  await openAs(home, origin, "/", "Adler");
  await openAs(buy, origin, "/buy", "Visitor 1");
  await openAs(grid, origin, "/grid", "Grid operator");
  for (let slot = 0; slot < 3; slot += 1) {
    const again = [home, buy, grid].map((tab) => tab.waitForResponse((answer) => answer.url().includes("/api/v1/accounts/") && answer.ok()));
    fixture.news();
    await hurried([home, buy, grid], Promise.all(again));
  }
  await isStill(home, "Adler", "Earned today");
  await isStill(buy, "Visitor 1", "Saved today");
  await isStill(grid, "Grid operator", "Late and missing readings");
  await home.reload();
  await loaded(home);
  await isStill(home, "Adler", "Earned today");
  // Tabs that look at different accounts do not wear out the login.
  expect(fixture.world.logins).toBeLessThan(20);
});

test("a session that ended goes on by itself where the key is in the page", async ({ page, origin, fixture }) => {
  await page.clock.install();
  await openAs(page, origin, "/", "Adler");
  await page.context().clearCookies();
  const again = page.waitForResponse((answer) => answer.url().includes("/api/v1/accounts/") && answer.ok());
  fixture.news();
  await hurried([page], again);
  await isStill(page, "Adler", "Earned today");
});

test("logging out in one tab leaves the other's session", async ({ page, origin }) => {
  const other = await page.context().newPage();
  await openAs(page, origin, "/", "Adler");
  await openAs(other, origin, "/buy", "Visitor 1");
  await page.locator(".account-button").click();
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.locator(".account-button")).toHaveText("Choose account");
  const cookies = await page.context().cookies();
  expect(cookies.filter((cookie) => cookie.name === "deren_session")).toHaveLength(1);
  await isStill(other, "Visitor 1", "Saved today");
});
