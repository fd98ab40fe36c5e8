// The operator's page: limits as they were, terms before and after, and approving a connection point.
import { readFile } from "node:fs/promises";
import { faultsInBoth } from "../support/axe.ts";
import { panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

const CHANGED_SLOTS_AGO = 8;

test.describe("after a limit was lowered", () => {
  test.use({
    options: { changes: [{ zone: 3, from: Math.floor(Date.now() / 12_000) - CHANGED_SLOTS_AGO, up: 600 }] },
  });

  test("slots of the past keep the limit that held in them", async ({ page, origin }) => {
    const single: string[] = [];
    page.on("request", (request) => /\/slots\/\d+$/.test(request.url()) && single.push(request.url()));
    await openAs(page, origin, "/grid", "Grid operator");
    const line = panel(page, "Lines and zones").getByRole("listitem").filter({ hasText: "Orchard" });
    const history = line.locator(".history");
    // Of three slots one carries 900 Wh, which was the limit; the others 640 Wh, above what is the limit now.
    await expect(history.locator("rect[data-full]").first()).toBeVisible();
    const full = async () => (await history.locator("rect[data-full]").count()) / (await history.locator("rect").count());
    await expect.poll(full).toBeLessThan(1 / 2);
    await expect
      .poll(async () => (await history.getByTestId("limit-up").getAttribute("d"))?.match(/V/g)?.length ?? 0)
      .toBeGreaterThan(30);
    // The limit is a step, not a line.
    const heights = new Set([...((await history.getByTestId("limit-up").getAttribute("d")) ?? "").matchAll(/[MV](?:[\d.]+ )?([\d.]+)/g)].map((match) => match[1]));
    expect(heights.size).toBe(2);
    // The list of slots has their terms: no slot is asked for by itself.
    expect(single).toEqual([]);
  });
});

test("terms are signed as before and after, and unusual ones are questioned or refused", async ({ page, origin }) => {
  await openAs(page, origin, "/grid", "Grid operator");
  const change = page.getByRole("button", { name: "Change fee and limits of the line to <b>Orchard</b> Road" });
  await change.click();
  const form = page.getByRole("dialog", { name: "Line to <b>Orchard</b> Road" });
  await form.getByLabel("Network fee").fill("1000");
  await form.getByRole("button", { name: "Review change" }).click();
  await expect(form).toContainText("The fee is at most 50.");
  expect(await faultsInBoth(page)).toEqual([]);
  await form.getByLabel("Network fee").fill("9");
  await form.getByLabel(/^Limit up/).fill("0.6");
  await form.getByRole("button", { name: "Review change" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the line to <b>Orchard</b> Road" });
  await expect(dialog).toContainText("0.9 ct/kWh → 9 ct/kWh");
  await expect(dialog).toContainText("at most 0.9 kWh a slot → at most 0.6 kWh a slot");
  await expect(dialog).toContainText("at most 2 kWh a slot (as before)");
  const warnings = dialog.getByTestId("warning");
  await expect(warnings).toHaveCount(2);
  await expect(warnings.first()).toContainText("The fee becomes 10 times as high.");
  await expect(warnings.last()).toContainText("the line would have been full");
  expect(await faultsInBoth(page)).toEqual([]);
});

test("an operator approves a connection point, and gets the code for its owner", async ({ page, origin, fixture }) => {
  await openAs(page, origin, "/grid", "Grid operator");
  const points = panel(page, "Connection points");
  await points.getByRole("button", { name: "Review approval" }).click();
  await expect(points).toContainText("Enter the official id");
  await expect(points).toContainText("no account's address");
  expect(await faultsInBoth(page)).toEqual([]);
  await points.getByLabel("Official id of the connection point").fill("DE0001234567890000000000000000042");
  const owner = fixture.world.people[3]?.address ?? "";
  await points.getByLabel("Owner's address").fill(owner);
  await points.getByLabel("Zone").selectOption({ label: "Church Street" });
  await points.getByLabel("Most power").fill("11");
  await points.getByRole("button", { name: "Review approval" }).click();
  const dialog = page.getByRole("dialog", { name: "Approve this connection point" });
  await expect(dialog).toContainText("may register a site in Church Street, with devices of at most 11 kW");
  await dialog.getByRole("button", { name: "Not now" }).click();
  await expect(points.getByTestId("point-code")).toContainText(/0x[0-9a-f]{64}/);
  expect(await faultsInBoth(page)).toEqual([]);
  await openAs(page, origin, "/grid", "Visitor 1");
  await expect(points).toHaveCount(0);
});

test("the operator's file is the operator's, whoever logged in in another tab", async ({ page, origin }) => {
  await openAs(page, origin, "/grid", "Grid operator");
  await openAs(await page.context().newPage(), origin, "/", "Adler");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download CSV" }).click()]);
  expect(await readFile(await file.path(), "utf8")).toContain("Grid operator");
});
