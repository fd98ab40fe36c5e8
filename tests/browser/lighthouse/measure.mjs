// Measures home, buy and grid of a running neighbourhood as Lighthouse's phone sees them. Somebody opens each who was
// here before: logged in, and nothing kept of the pages. The machine should do nothing else meanwhile.
//
//     node measure.mjs http://127.0.0.1:8080 [folder for reports]
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const PAGES = [
  { name: "home", path: "/", role: "owner" },
  { name: "buy", path: "/buy", role: "neighbour" },
  { name: "grid", path: "/grid", role: "operator" },
];
/** Of so many runs the one in the middle counts. */
const RUNS = 3;
const LEAST_PERFORMANCE = 90;
const MOST_SHIFT = 0.1;
/** As in support/browser.ts. */
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

const [origin, folder] = process.argv.slice(2);
if (!origin?.startsWith("http")) {
  console.error("say where the pages are: npm run lighthouse -- http://127.0.0.1:8080");
  process.exit(2);
}

/** Who looks at a page: the first development account of that kind. */
async function whoIs(role) {
  const { development_accounts: accounts } = await (await fetch(new URL("/api/v1/status", origin))).json();
  const found = accounts.find((account) => account.role === role);
  if (!found) throw new Error(`the pages at ${origin} offer nobody who is ${role}: is it a development chain?`);
  return found.name;
}

/** Logs in as a person would, and leaves the login behind, but nothing of the pages. */
async function logIn(port, path, who) {
  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}` });
  const page = await browser.newPage();
  await page.goto(`${origin}${path}#as=${encodeURIComponent(who)}`);
  const isIn = (name) => document.querySelector(".account-button")?.textContent === name && !document.querySelector("main .skeleton");
  await page.waitForFunction(isIn, { timeout: 60_000 }, who);
  const session = await page.createCDPSession();
  await session.send("Network.clearBrowserCache");
  await page.close();
  await browser.disconnect();
}

async function run({ path, role }) {
  const profile = await mkdtemp(join(tmpdir(), "deren-lighthouse-"));
  const chrome = await launch({ chromePath: process.env.DEREN_CHROMIUM || "/usr/bin/chromium", chromeFlags: FLAGS, ignoreDefaultFlags: true, userDataDir: profile });
  try {
    await logIn(chrome.port, path, await whoIs(role));
    const flags = { port: chrome.port, output: ["html", "json"], onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: "error" };
    const { lhr, report } = await lighthouse(`${origin}${path}`, flags);
    if (lhr.runtimeError) throw new Error(`${path}: ${lhr.runtimeError.message}`);
    return { lhr, report };
  } finally {
    chrome.kill();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const score = ({ lhr }, category) => Math.round(100 * lhr.categories[category].score);
const figure = ({ lhr }, audit) => lhr.audits[audit].numericValue;
const kilobytes = ({ lhr }, isCounted) =>
  lhr.audits["network-requests"].details.items.filter(isCounted).reduce((sum, item) => sum + item.transferSize, 0) / 1000;

let missed = 0;
for (const page of PAGES) {
  const results = [];
  for (let count = 0; count < RUNS; count += 1) results.push(await run(page));
  results.sort((a, b) => score(a, "performance") - score(b, "performance"));
  const middle = results[Math.floor(RUNS / 2)];
  const shift = figure(middle, "cumulative-layout-shift");
  const isGood = score(middle, "performance") >= LEAST_PERFORMANCE && shift < MOST_SHIFT;
  missed += isGood ? 0 : 1;
  console.log(
    [
      `${page.name.padEnd(5)} ${isGood ? "good" : "NOT "}`,
      `performance ${score(middle, "performance")} (${results.map((each) => score(each, "performance")).join(", ")})`,
      ...CATEGORIES.slice(1).map((category) => `${category} ${score(middle, category)}`),
      `layout shift ${shift.toFixed(3)}`,
      `blocked ${Math.round(figure(middle, "total-blocking-time"))} ms`,
      `first paint ${(figure(middle, "first-contentful-paint") / 1000).toFixed(1)} s`,
      `largest ${(figure(middle, "largest-contentful-paint") / 1000).toFixed(1)} s`,
      `scripts ${kilobytes(middle, (item) => item.resourceType === "Script").toFixed(1)} kB of ${kilobytes(middle, () => true).toFixed(1)} kB`,
    ].join(" · "),
  );
  if (folder) {
    await mkdir(folder, { recursive: true });
    const [html, json] = middle.report;
    await writeFile(join(folder, `${page.name}.html`), html);
    await writeFile(join(folder, `${page.name}.json`), json);
  }
}
console.log(missed === 0 ? `each page has ${LEAST_PERFORMANCE} or more, and a shift below ${MOST_SHIFT}` : `${missed} of ${PAGES.length} pages miss what is wanted`);
process.exit(missed === 0 ? 0 : 1);
