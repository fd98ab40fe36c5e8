// Days, weeks, months and years beside the period before, and one's own data as a file.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { faultsInBoth } from "../support/axe.ts";
import { NARROW, panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

const history = (page: Page) => panel(page, "History");

test("an owner walks through weeks, months and years", async ({ page, origin }) => {
  await openAs(page, origin, "/", "Adler");
  const bars = history(page).getByRole("img");
  await expect(bars).toHaveAccessibleName(/What the panels gave.* beside the week before/);
  for (const [kind, pieces] of [["Year", 12], ["Week", 7]] as const) {
    await history(page).getByRole("button", { name: kind }).click();
    await history(page).getByRole("button", { name: "Earlier" }).click();
    await history(page).getByText("Show as a table").click();
    await expect(history(page).getByRole("row")).toHaveCount(pieces + 1);
    await history(page).getByText("Show as a table").click();
  }
  expect(await faultsInBoth(page)).toEqual([]);
  await expect(history(page)).toContainText(/Earned[\d.,\s]+€the week before: [\d.,]+ €/);
  await expect(history(page)).toContainText(/Own and neighbours' energy\d+ %/);
  const name = await bars.getAttribute("aria-label");
  await history(page).getByRole("button", { name: "Later" }).click();
  await expect(history(page).getByRole("button", { name: "Later" })).toBeDisabled();
  await expect(bars).not.toHaveAccessibleName(name ?? "");
});

test.describe("in March and October", () => {
  test("a day on which the clocks change has all its hours", async ({ page, origin }) => {
    // The world's past begins in March 2025; the clock of this page stands at the changes of that year, in Berlin.
    for (const [date, hours] of [["2025-03-30T18:00:00+02:00", 23], ["2025-10-26T18:00:00+01:00", 25]] as const) {
      await page.clock.setFixedTime(new Date(date));
      await openAs(page, origin, "/", "Adler");
      await history(page).getByRole("button", { name: "Day" }).click();
      await history(page).getByText("Show as a table").click();
      await expect(history(page).getByRole("row")).toHaveCount(hours + 1);
      await expect(history(page).getByRole("row").filter({ hasText: "–" + "–" })).toHaveCount(0);
    }
  });
});

test("a neighbour sees what was used, from whom, and saved", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  await expect(history(page).getByRole("img")).toHaveAccessibleName(/What the home used/);
  await expect(history(page)).toContainText("From neighbours");
  await expect(history(page)).toContainText("Saved");
  await page.setViewportSize(NARROW);
  expect(await faultsInBoth(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test("anyone sees what the market traded, beside the period before", async ({ page, origin }) => {
  await page.goto(`${origin}/grid`);
  await expect(history(page).getByRole("img")).toHaveAccessibleName(/What was traded.* beside the week before/);
  await expect(history(page)).toContainText(/Traded[\d.,]+ kWh/);
  await expect(history(page)).toContainText(/Network fees[\d.,]+ €/);
  await history(page).getByRole("button", { name: "Month" }).click();
  await expect(history(page).getByRole("img")).toHaveAccessibleName(/beside the month before/);

  // A year has too many slots for a page: it comes from the API's sums.
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await history(page).getByRole("button", { name: "Year" }).click();
  await history(page).getByRole("button", { name: "Earlier" }).click();
  await expect(history(page).getByRole("img")).toHaveAccessibleName(/beside the year before/);
  await history(page).getByText("Show as a table").click();
  await expect(history(page).getByRole("row")).toHaveCount(12 + 1);
  await expect(history(page).getByRole("row").last()).toContainText(/December[\d.,]+ kWh/);
  await expect(history(page)).toContainText(/Network fees[\d.,]+ €/);
  expect(asked.filter((url) => /\/slots\?.*from=/.test(url))).toEqual([]);
  expect(asked.filter((url) => /\/sums\?.*resolution=month/.test(url)).length).toBeGreaterThan(1);
  expect(await faultsInBoth(page)).toEqual([]);
});

test("owners and neighbours download their own data, of what is shown or any range", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  const [shown] = await Promise.all([page.waitForEvent("download"), history(page).getByRole("button", { name: "Download CSV" }).click()]);
  expect(shown.suggestedFilename()).toMatch(/^deren-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  const [header = "", row = ""] = (await readFile(await shown.path(), "utf8")).split("\r\n");
  expect(header).toContain("interval_start_utc");
  const [from, to, of] = row.split(",");
  expect(Number(to) - Number(from)).toBeGreaterThanOrEqual(7 * 86_400 - 3_600);
  expect(of).toBe("Visitor 1");

  await history(page).getByText("Another range").click();
  await history(page).getByRole("button", { name: "Download this range" }).click();
  await expect(history(page).getByRole("alert")).toContainText("Choose the first and the last day.");
  expect(await faultsInBoth(page)).toEqual([]);
  await history(page).getByLabel("First day").fill("2026-03-29");
  await history(page).getByLabel("Last day").fill("2026-03-29");
  const [day] = await Promise.all([page.waitForEvent("download"), history(page).getByRole("button", { name: "Download this range" }).click()]);
  const [begin, end] = ((await readFile(await day.path(), "utf8")).split("\r\n")[1] ?? "").split(",");
  // The clocks changed on that day in Berlin.
  expect(Number(end) - Number(begin)).toBe(23 * 3600);
});

test("a file is one's own, whoever logged in in another tab", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  const other = await page.context().newPage();
  await openAs(other, origin, "/", "Adler");
  const [file] = await Promise.all([page.waitForEvent("download"), history(page).getByRole("button", { name: "Download CSV" }).click()]);
  expect(await readFile(await file.path(), "utf8")).toContain("Visitor 1");
});
