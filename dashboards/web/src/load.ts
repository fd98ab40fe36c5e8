/**
 * Parts of the pages that are loaded when they are needed. One that does not come is asked for again; after that the
 * visitor is told, and nothing else of the page breaks.
 */

/** How long to wait before the second attempt, in ms: a connection that broke may be back. */
const AGAIN_AFTER_MS = 700;
/** A page that a reload did not heal is not loaded again by itself before that, in ms. */
const RELOADED_FOR_MS = 60_000;
const RELOADED = "deren.reloaded";

/** A part of the pages that did not come. */
export class PartMissing extends Error {
  constructor() {
    super("A part of this page could not be loaded. Check your connection, then try again.");
    this.name = "PartMissing";
  }
}

/** Loads a part, with one attempt more. */
export async function part<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
  return load().catch(() => {
    throw new PartMissing();
  });
}

/**
 * Loads the document anew, because an update of the server may have given its parts other names. False if that was
 * tried lately, or if this machine has no network: then it would leave nothing at all.
 */
export function reloadOnce(nowMs = Date.now()): boolean {
  if (!navigator.onLine) return false;
  if (nowMs - Number(sessionStorage.getItem(RELOADED) ?? 0) < RELOADED_FOR_MS) return false;
  sessionStorage.setItem(RELOADED, String(nowMs));
  location.reload();
  return true;
}
