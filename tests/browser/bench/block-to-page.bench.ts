// How long it takes from a block's arrival at the node until the open page shows its number. Both are seen by the same
// browser and its one clock: a connection of its own to the node, and the page's text.
import { expect, open, test } from "../support/browser.ts";
import { node, operator } from "../support/neighbourhood.ts";

/** How many blocks are timed. */
const BLOCKS = Number(process.env["DEREN_BENCH_BLOCKS"] ?? 20);

test("from a block to the open page", async ({ page }) => {
  await open(page, "/grid", operator());
  await expect(page.locator("footer")).toContainText(/Block [\d\s,.]+/);
  const delays = await page.evaluate(
    ([url, blocks]) =>
      new Promise<number[]>((resolve, reject) => {
        const arrived = new Map<number, number>();
        const delays: number[] = [];
        const footer = document.querySelector("footer");
        if (!footer) return reject(new Error("the page has no footer"));
        const shown = () => {
          const number = Number((footer.textContent ?? "").match(/Block ([\d\s,.]+), /)?.[1]?.replace(/\D/g, ""));
          const at = arrived.get(number);
          if (at === undefined) return;
          arrived.delete(number);
          delays.push(performance.now() - at);
          if (delays.length === blocks) {
            socket.close();
            resolve(delays);
          }
        };
        new MutationObserver(shown).observe(footer, { subtree: true, childList: true, characterData: true });
        const socket = new WebSocket(url);
        socket.onerror = () => reject(new Error(`no connection to ${url}`));
        socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "chain_subscribeNewHeads", params: [] }));
        socket.onmessage = (event) => {
          const number = Number(JSON.parse(event.data).params?.result?.number);
          if (!Number.isInteger(number)) return;
          arrived.set(number, performance.now());
          // The page may have been faster than this connection.
          shown();
        };
      }),
    [node(), BLOCKS] as const,
  );
  delays.sort((a, b) => a - b);
  const at = (share: number) => Math.round(delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? NaN);
  console.log(JSON.stringify({ blocks: delays.length, min_ms: at(0), median_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) }));
});
