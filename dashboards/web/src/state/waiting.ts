/** How a page knows when all that it asked for has come: each query under it says so. */
import { createContext } from "solid-js";

/** Called with 1 when a query asks for the first time, and with -1 when it has an answer or an error. */
export const Waiting = createContext<(change: 1 | -1) => void>(() => undefined);
