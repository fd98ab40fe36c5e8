/** The page's one connection to the stream, and what everyone reads of it. It comes back by itself. */
import { createRoot, createSignal } from "solid-js";
import { type Happening, type Live, after, silent } from "./live";
import { EVENT_NAMES, parseEvent } from "./parse-event";

/** How long to wait after a break before trying again, in ms; a browser's own retry gives up on some answers. */
const RETRY_MS = 3_000;

const [live, setLive] = createRoot(() => createSignal<Live>(silent));
const [nowMs, setNowMs] = createRoot(() => createSignal(Date.now()));

export { live, nowMs };

/** This machine's time in unix seconds; it moves once a second. */
export const nowUnixS = () => Math.floor(nowMs() / 1000);

const happen = (happening: Happening) => setLive((before) => after(before, happening, Date.now()));

function connect(): void {
  const source = new EventSource("/api/v1/stream");
  source.onopen = () => happen({ type: "open" });
  for (const name of EVENT_NAMES) {
    source.addEventListener(name, (message: MessageEvent<string>) => {
      const event = parseEvent(name, message.data);
      if (event) happen(event);
    });
  }
  source.onerror = () => {
    source.close();
    happen({ type: "broken" });
    setTimeout(connect, RETRY_MS);
  };
}

/** Begins to follow; once a page. */
export function follow(): void {
  setInterval(() => setNowMs(Date.now()), 1_000);
  connect();
}
