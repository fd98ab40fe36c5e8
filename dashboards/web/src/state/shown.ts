/** Whether anybody looks at this tab. What nobody looks at asks for nothing, and takes no other tab's session. */
import { createRoot, createSignal } from "solid-js";

/** Absent where tests run without a browser. */
const page = (globalThis as { document?: Document }).document;

const [isShown, setShown] = createRoot(() => createSignal(page?.visibilityState !== "hidden"));
page?.addEventListener("visibilitychange", () => setShown(page.visibilityState !== "hidden"));

export { isShown };
