/** Whether figures still come: one sentence for the whole page, not one a panel. */
import { createRoot, createSignal } from "solid-js";
import { awayWords } from "./live";
import { live, nowUnixS } from "./stream";

const [isOnline, setOnline] = createRoot(() => createSignal(navigator.onLine));
addEventListener("online", () => setOnline(true));
addEventListener("offline", () => setOnline(false));

/** What stops figures from coming, in words; null if nothing does. */
export const away = (): string | null => awayWords(isOnline(), live().connection, live().blockAtMs);

/** Until when something can have been heard, in unix seconds: while nothing comes, nobody else grows silent. */
export function heardUnixS(): number {
  const at = live().blockAtMs;
  return away() !== null && at !== null ? Math.floor(at / 1000) : nowUnixS();
}
