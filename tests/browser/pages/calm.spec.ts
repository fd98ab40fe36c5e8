// Nothing jumps while a page is loaded, and a page that is only looked at leaves the machine alone.
import type { Page } from "@playwright/test";
import { NARROW, WIDE, loaded } from "../support/browser.ts";
import { expect, openAs, test } from "../support/made-up.ts";

const PAGES = [
  ["/", "Adler"],
  ["/buy", "Visitor 1"],
  ["/grid", "Grid operator"],
] as const;
/** What Google calls good. */
const MOST_SHIFT = 0.1;

/** Adds up how far things moved that nobody asked to move. */
async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { sum: 0, moved: [] as string[] };
    Object.assign(window, { shifts: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] }[]) {
        if (entry.hadRecentInput) continue;
        seen.sum += entry.value;
        const names = entry.sources.map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.nodeName)));
        seen.moved.push(`${entry.value.toFixed(3)} ${names.join(", ")}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Two frames: what a change moved is drawn and told by then. */
const drawn = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Of the lines on Grid one is full in every third slot. */
const NEXT_SLOTS = 3;

test.use({ options: { behind: NEXT_SLOTS } });

for (const size of [NARROW, WIDE]) {
  for (const [path, who] of PAGES) {
    test(`nothing jumps on ${path} at ${size.width} pixels`, async ({ page, origin, fixture }) => {
      await page.setViewportSize(size);
      await openAs(page, origin, path, who);
      await watchShifts(page);
      await page.goto("about:blank");
      await page.goto(`${origin}${path}`);
      await loaded(page);
      // The drawing of the charts comes last; a change of a slot moves nothing either.
      if (path !== "/grid") await expect(page.locator(".chart canvas").first()).toBeVisible();
      const before = await page.getByTestId("pulse").textContent();
      expect(before).not.toBe("");
      for (let count = 0; count < (path === "/grid" ? NEXT_SLOTS : 1); count += 1) {
        const next = page.waitForResponse((answer) => answer.url().includes("/slots") && answer.ok());
        fixture.nextSlot();
        await next;
        await drawn(page);
      }
      const shifts = await page.evaluate(() => (window as unknown as { shifts: { sum: number; moved: string[] } }).shifts);
      console.log(`layout shift of ${path} at ${size.width}: ${shifts.sum.toFixed(3)}`, ...shifts.moved);
      expect(shifts.sum, shifts.moved.join("\n")).toBeLessThan(MOST_SHIFT);
    });
  }
}

/** How long is looked at what the page costs, in seconds. */
const LOOKED_AT_S = 3;

/** What share of a core the page's main thread needs while nothing but the flow moves. */
async function busyShare(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { taskS: of("TaskDuration"), atS: of("Timestamp") };
  };
  const first = await read();
  await expect.poll(async () => (await read()).atS - first.atS, { timeout: 20_000 }).toBeGreaterThan(LOOKED_AT_S);
  const last = await read();
  return (last.taskS - first.taskS) / (last.atS - first.atS);
}

test.describe("while no news come", () => {
  test.use({ options: { silent: true } });

  test("the moving flow costs less than two hundredths of a core", async ({ page, origin }) => {
    await openAs(page, origin, "/", "Adler");
    const sparks = () => page.evaluate(() => document.getAnimations().filter((each) => each.playState === "running").length);
    await expect.poll(sparks).toBeGreaterThan(0);
    const moving = await busyShare(page);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await sparks()).toBe(0);
    const still = await busyShare(page);
    console.log(`main thread: ${(100 * moving).toFixed(2)} % of a core while it moves, ${(100 * still).toFixed(2)} % still`);
    expect(moving - still).toBeLessThan(0.02);
  });

  test("the flow stands still where nobody sees it", async ({ page, origin }) => {
    await page.setViewportSize(NARROW);
    await openAs(page, origin, "/", "Adler");
    const running = () => page.evaluate(() => document.getAnimations().filter((each) => each.playState === "running").length);
    await expect.poll(running).toBeGreaterThan(0);
    await page.getByRole("region", { name: "Devices and gateways" }).scrollIntoViewIfNeeded();
    await expect.poll(running).toBe(0);
  });
});
