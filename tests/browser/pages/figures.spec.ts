// Figures say how old they are, and of whose time; the battery is in the picture.
import { faultsInBoth } from "../support/axe.ts";
import { panel } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

const slotNow = () => Math.floor(Date.now() / 12_000);

test.describe("after a night without a trade", () => {
  test.use({ options: { lastTraded: slotNow() - 30 } });

  test("the newest price says how old it is", async ({ page, origin }) => {
    await openAs(page, origin, "/buy", "Visitor 1");
    const newest = page.getByTestId("newest-price");
    await expect(newest).toContainText(/\d\d:\d\d:\d\d.*, \d+ min ago\. Nothing was traded since/);
  });
});

test("a slot in which nothing was bought says why", async ({ page, origin, fixture }) => {
  fixture.world.lastTraded = slotNow() - 30;
  fixture.world.buyOrder = { steps: [{ limit_ueur_per_kwh: 150_000, cap_wh: 100 }], state: "active", held_ueur: 60_000, missing_ueur: null };
  await openAs(page, origin, "/buy", "Visitor 1");
  const row = panel(page, "Your slots").getByRole("row").filter({ hasText: "Finalised" }).first();
  await expect(row).toContainText(/As much as your order asks for|Nobody sold/);
  expect(await faultsInBoth(page)).toEqual([]);
});

test("a price of the newest slots is not called old", async ({ page, origin }) => {
  await openAs(page, origin, "/buy", "Visitor 1");
  await expect(page.getByTestId("newest-price")).toContainText(/ago|just now/);
  await expect(page.getByTestId("newest-price")).not.toContainText("Nothing was traded since");
});

test("a demonstration says that its time runs faster", async ({ page, origin }) => {
  await page.goto(`${origin}/grid`);
  await expect(page.getByTestId("demonstration")).toContainText("12 s stand for a quarter-hour: time runs 75 times as fast.");
});

test.describe("where the API knows the market's clock", () => {
  const clock = { real_unix_ms: Date.now(), market_unix_s: Date.UTC(2026, 5, 21, 11) / 1000, speed_permille: 75_000 };
  test.use({ options: { marketClock: clock } });
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const DAY = 24 * 60;

  test("every time of a slot is the market's", async ({ page, origin }) => {
    await openAs(page, origin, "/", "Adler");
    // How many of the market's minutes the page is behind, or will have been when this is read.
    const behind = async () => {
      const shown = /Market time (\d\d:\d\d)/.exec((await page.getByTestId("demonstration").textContent()) ?? "")?.[1] ?? "";
      const now = 11 * 60 + ((Date.now() - clock.real_unix_ms) / 60_000) * 75;
      return (((now - minutes(shown)) % DAY) + DAY) % DAY;
    };
    await expect.poll(behind).toBeLessThan(10);
    const now = panel(page, "Last quarter-hour");
    await expect(now).toContainText(/\d\d:\d\d\s?–\s?\d\d:\d\d/);
    await expect(page.getByText(/\d\d:\d\d:\d\d/)).toHaveCount(0);
    const [, from = "", to = ""] = /(\d\d:\d\d)\s?–\s?(\d\d:\d\d)/.exec((await now.textContent()) ?? "") ?? [];
    expect((minutes(to) - minutes(from) + DAY) % DAY).toBe(15);
    await page.getByText("Show as a table").first().click();
    await expect(panel(page, "Today, slot by slot").getByRole("rowheader").first()).toHaveText(/^\d\d:\d\d$/);
  });
});

test.describe("a home with a battery", () => {
  test.use({ options: { hasBattery: true } });

  test("shows what it takes and gives", async ({ page, origin }) => {
    await openAs(page, origin, "/", "Adler");
    await expect(panel(page, "Last quarter-hour").getByRole("img")).toHaveAccessibleName(/The battery (gives|takes|rests)/);
    await expect(panel(page, "Last quarter-hour").getByText(/battery/i).first()).toBeVisible();
    await expect(panel(page, "Today, slot by slot").locator(".legend")).toContainText("Battery gave");
    expect(await faultsInBoth(page)).toEqual([]);
  });
});
