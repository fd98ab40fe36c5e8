// Fails if a page's first load is more than 60 kB of JavaScript gzipped, or if it would load what signs.
// Counted are the entry, the page's own chunk, all that both import, and the drawing of charts.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 60_000;
const PAGES = ["src/pages/home/page.tsx", "src/pages/buy/page.tsx", "src/pages/grid/page.tsx", "src/pages/link/page.tsx"];
const CHARTS = "src/components/chart-drawing.ts";
const LAZY = ["src/chain/submit.ts", "src/session/development-keys.ts", "src/session/wallets.ts"];

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** Adds a chunk and all that it imports at once. */
function collect(key, files) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the manifest: build first, and keep scripts/size.mjs in step`);
  if (files.has(key)) return;
  files.add(key);
  for (const imported of chunk.imports ?? []) collect(imported, files);
}

const gzipped = (key) => gzipSync(readFileSync(new URL(manifest[key].file, dist))).length;

let failed = false;
for (const page of PAGES) {
  const files = new Set();
  for (const key of ["index.html", page, CHARTS]) collect(key, files);
  const bytes = [...files].reduce((sum, key) => sum + gzipped(key), 0);
  const wrong = LAZY.filter((key) => files.has(key));
  const verdict = bytes > LIMIT_BYTES || wrong.length > 0 ? "TOO LARGE" : "ok";
  failed ||= verdict !== "ok";
  console.log(`${page}: ${(bytes / 1000).toFixed(1)} kB of ${LIMIT_BYTES / 1000} kB gzipped, ${verdict} ${wrong.join(" ")}`);
}
process.exit(failed ? 1 : 0);
