// The pages by themselves, with the made-up API of dashboards/web/tests/fixture: what needs no neighbourhood. The pages
// must be built.
import { defineConfig } from "@playwright/test";
import { BROWSER } from "./support/browser.ts";
import { results } from "./support/neighbourhood.ts";

export default defineConfig({
  testDir: "pages",
  testMatch: "*.spec.ts",
  outputDir: results(),
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  reporter: [["list"]],
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: BROWSER,
});
