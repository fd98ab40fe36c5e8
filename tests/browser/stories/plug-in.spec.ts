// Somebody plugs a gateway in: PIN, devices, a name, a code; then the dashboard's registration, and the first readings.
import type { Page } from "@playwright/test";
import { expect, panel, test } from "../support/browser.ts";
import { look } from "../support/look.ts";
import { origin, plugIn } from "../support/neighbourhood.ts";
import { sign } from "../support/order.ts";

/** More than the first slots take whose readings are final. */
const REPORTED = { timeout: 180_000 };

/** The site and the account, which the owner reads on the dashboard. */
async function registerSite(page: Page): Promise<{ site: string; owner: string }> {
  const { newcomer, point } = plugIn();
  await page.goto(`${origin()}/#as=${encodeURIComponent(newcomer)}`);
  await expect(page.locator(".account-button")).toHaveText(newcomer);
  const register = panel(page, "Register your site");
  await expect(register).toContainText("grid operator must approve your connection point first");
  const owner = (await register.locator("p.mono").textContent()) ?? "";
  await register.getByLabel("Connection point").fill(point);
  await register.getByRole("button", { name: "Review site" }).click();
  await sign(page, "Register this site");
  const link = panel(page, "Link a gateway");
  await expect(link).toContainText(/site \d+/);
  const site = /site (\d+)/.exec((await link.textContent()) ?? "")?.[1] ?? "";
  return { site, owner };
}

async function enter(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Set up this gateway" })).toBeVisible();
  await page.getByRole("textbox", { name: /^PIN/ }).fill("99999999");
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not the gateway's PIN" })).toBeVisible();
  await look(page, "gateway-pin");
  await page.getByRole("textbox", { name: /^PIN/ }).fill(plugIn().pin);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(panel(page, "Find your devices")).toBeVisible();
}

/** Looks for devices at the one place where there are some, and picks both. */
async function pickDevices(page: Page): Promise<void> {
  const find = panel(page, "Find your devices");
  await expect(find.getByRole("list", { name: "Places to look at" })).toContainText("MQTT brokers");
  await look(page, "gateway-places");
  await find.getByText("Look at one address only").click();
  await find.getByLabel("Address or network").fill(plugIn().place);
  await find.getByRole("button", { name: "Look there" }).click();
  const found = panel(page, "Pick your devices").locator("li.found");
  await expect(found).toHaveCount(2);
  await expect(find).toContainText("2 devices found.");
  await expect(find.getByRole("list", { name: "Places to look at" })).toContainText(`Device at ${plugIn().place}looked at`);
  await look(page, "gateway-found");
  for (const [what, kilowatts, direction] of [["Solar inverter", "6.4", "produced"], ["Electricity meter", "17", "the grid"]] as const) {
    const device = found.filter({ hasText: what });
    await expect(device.locator(".power")).toHaveText(/^[\d.,]+ k?W$/);
    await expect(device).toContainText(direction);
    await device.getByRole("checkbox").check();
    await device.getByLabel("Most power, kW").fill(kilowatts);
  }
  await page.getByLabel("Name of your home").fill(plugIn().home);
  await page.getByRole("button", { name: "Use these devices" }).click();
  await expect(page.getByText("Taken over.")).toBeVisible();
  await look(page, "gateway-picked");
}

/** Gets the code for who is asked for in the address; gives the link that its QR code shows. */
async function getCode(page: Page): Promise<string> {
  const join = panel(page, "Join the neighbourhood");
  await expect(async () => {
    // A device that has not answered yet cannot be registered: the page says so.
    await join.getByRole("button", { name: "Get the code" }).click();
    await expect(join.getByRole("img", { name: "QR code" })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await look(page, "gateway-code");
  return (await join.getByRole("link", { name: "Open the dashboard" }).getAttribute("href")) ?? "";
}

/** What the gateway's own page shows of one that reports, in a person's units. */
async function checkOverview(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: plugIn().home, exact: true })).toBeVisible();
  await expect(page.locator("#lead")).toHaveText("All is well: readings are final on the chain.");
  for (const [name, power, today] of [
    ["inverter", /[\d.,]+ k?W produced/, /Produced today[\d.,]+ kWh/],
    ["grid-meter", /[\d.,]+ k?W (from|to) the grid/, /Fed into the grid today[\d.,]+ kWh/],
  ] as const) {
    const device = panel(page, name);
    await expect(device).toContainText(power);
    await expect(device).toContainText(today);
    await expect(device).toContainText("On the chainRegistered");
  }
  await expect(panel(page, "Chain")).toContainText(/Connected.*This gatewaylinked.*Final block[\d,]+/);
  await expect(panel(page, "Readings waiting")).toContainText(/Final since start[1-9].*Refused since start0/);
}

test("from a gateway's first start to final readings in the dashboard", async ({ page }) => {
  const { gateway, home } = plugIn();
  const { site, owner } = await registerSite(page);
  await page.goto(`${gateway}/?owner=${owner}&site=${site}`);
  await enter(page);
  await pickDevices(page);
  const link = await getCode(page);
  expect(link.startsWith(`${origin()}/link#code=`)).toBe(true);

  await page.goto(link);
  await expect(panel(page, "What your gateway says")).toContainText(home);
  await expect(panel(page, "What your gateway says")).toContainText("at most 6.4 kW");
  const review = page.getByRole("button", { name: "Review registration" });
  await expect(review).toBeVisible();
  await look(page, "link");
  await review.click();
  const dialog = page.getByRole("dialog", { name: "Register this gateway" });
  await expect(dialog).toContainText("Solar production, at most 6.4 kW");
  await look(page, "link-to-sign");
  await sign(page, "Register this gateway");
  await expect(panel(page, "Registered")).toBeVisible();
  await look(page, "link-registered");

  await page.goto(`${gateway}/#setup`);
  const steps = page.getByRole("list", { name: "Registration" });
  await expect(steps.locator('[data-state="done"]').first()).toBeVisible(REPORTED);
  await look(page, "gateway-waits");
  await expect(steps.locator('[data-state="done"]')).toHaveCount(3, REPORTED);
  await expect(page.getByText("All is well: readings are final on the chain. You can close this page.")).toBeVisible();
  await look(page, "gateway-registered");
  await page.getByRole("link", { name: "Overview" }).click();
  await checkOverview(page);
  await look(page, "gateway-overview");

  await page.goto(`${origin()}/`);
  await expect(page.getByRole("heading", { level: 1, name: home, exact: true })).toBeVisible();
  await expect(panel(page, "Devices and gateways").getByText("Reading", { exact: true })).toHaveCount(3, REPORTED);
  await expect(page.locator("main b")).toHaveCount(0);
});

test("a code that is none, or another's, registers nothing", async ({ page }) => {
  const { newcomer } = plugIn();
  await page.goto(`${origin()}/link#as=${encodeURIComponent(newcomer)}`);
  await expect(page.locator(".account-button")).toHaveText(newcomer);
  await page.getByLabel("Code from the gateway's page").fill("{\"gateway\":1}");
  await expect(page.getByText("The code names no gateway")).toBeVisible();
  await page.getByLabel("Code from the gateway's page").fill("no code at all");
  await expect(page.getByText("This is not a link code")).toBeVisible();
  await page.getByLabel("Code from the gateway's page").fill("AQEBAQ");
  await expect(page.getByText("This is not the whole code")).toBeVisible();
  await look(page, "link-empty");
});
