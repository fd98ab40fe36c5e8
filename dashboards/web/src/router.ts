/** Which page is shown. A path a page, no hash; the server answers each of them with the same document. */
import { createRoot, createSignal } from "solid-js";
import type { Role } from "./session/key";

export type Path = "/" | "/buy" | "/grid" | "/link";

export const PAGES: readonly { path: Path; name: string; role: Role }[] = [
  { path: "/", name: "My home", role: "owner" },
  { path: "/buy", name: "Buy", role: "neighbour" },
  { path: "/grid", name: "Grid", role: "operator" },
];

/** Pages that are in no menu, because people come to them from elsewhere. */
const OTHERS: readonly { path: Path; name: string }[] = [{ path: "/link", name: "Link a gateway" }];

/** What a page is called. */
export function nameOf(path: Path | null): string {
  return [...PAGES, ...OTHERS].find((page) => page.path === path)?.name ?? "Not found";
}

/** The page of a path; an unknown one is nobody's. */
export function pageAt(pathname: string): Path | null {
  const trimmed = pathname.replace(/(.)\/+$/, "$1");
  return [...PAGES, ...OTHERS].find(({ path }) => path === trimmed)?.path ?? null;
}

const [path, setPath] = createRoot(() => createSignal(pageAt(globalThis.location.pathname)));
export { path };

/** Goes to a page; the account in the hash is left behind, because it is remembered. */
export function navigate(to: Path, hash = ""): void {
  history.pushState(null, "", to + hash);
  setPath(to);
  scrollTo(0, 0);
}

/** Follows the browser's buttons, and ordinary clicks on links of this site; once a page. */
export function listen(): void {
  addEventListener("popstate", () => setPath(pageAt(location.pathname)));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
    const page = pageAt(link.pathname);
    if (page === null || link.hash !== "") return;
    event.preventDefault();
    navigate(page);
  });
}
