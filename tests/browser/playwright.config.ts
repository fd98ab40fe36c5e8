// One story after the other, in one browser at a time: they share a neighbourhood, and the machine has other work.
import { defineConfig } from "@playwright/test";
import { BROWSER } from "./support/browser.ts";
import { results } from "./support/neighbourhood.ts";

export default defineConfig({
  testDir: ".",
  testMatch: ["stories/*.spec.ts", "bench/*.bench.ts"],
  outputDir: results(),
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  reporter: [["list"]],
  // More than a neighbour waits for the first slot in which something can be bought, clouds included.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: BROWSER,
});
