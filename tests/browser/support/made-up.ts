/** A made-up API with the built pages for each test, and a browser that looks at them. */
import { type Page } from "@playwright/test";
import { type Fixture, type World, startFixture } from "../../../dashboards/web/tests/fixture/server.ts";
import { expect, loaded, test as base } from "./browser.ts";

type MadeUp = {
  /** What the world is to be like; a test says `test.use({ options: {…} })`. */
  options: Partial<World>;
  fixture: Fixture;
  /** Where the pages are. Passkeys need a name. */
  origin: string;
};

export const test = base.extend<MadeUp>({
  options: [{}, { option: true }],
  fixture: async ({ options }, use) => {
    const fixture = await startFixture(options);
    await use(fixture);
    await fixture.stop();
  },
  origin: async ({ fixture }, use) => use(`http://localhost:${fixture.port}`),
});

/** Opens a page as somebody by name, and waits until it shows figures. */
export async function openAs(page: Page, origin: string, path: string, who: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${origin}${path}#as=${encodeURIComponent(who)}`);
  await expect(page.locator(".account-button")).toHaveText(who);
  await loaded(page);
}

export { expect };
