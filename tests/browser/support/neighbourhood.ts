/** The running neighbourhood, as whoever started it says in the environment. */
import { tmpdir } from "node:os";
import { join } from "node:path";

function said(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set: these stories are started by a neighbourhood, with \`make test\``);
  }
  return value;
}

/** Where the pages are. */
export const origin = () => said("DEREN_PAGES");
/** The node, as the pages talk to it. */
export const node = () => said("DEREN_NODE");
/** Somebody with panels. */
export const owner = () => said("DEREN_OWNER");
/** Somebody who has ordered nothing yet. */
export const neighbour = () => said("DEREN_NEIGHBOUR");
/** Who runs the grid. */
export const operator = () => said("DEREN_OPERATOR");
/** Somebody whose home has a name that is HTML. */
export const joker = () => said("DEREN_JOKER");
/** That name. */
export const jokersName = () => said("DEREN_JOKERS_NAME");
/** What the story of a new gateway is told besides. */
export const plugIn = () => ({
  /** Who has no home on the chain yet. */
  newcomer: said("DEREN_NEWCOMER"),
  /** The gateway's page. */
  gateway: said("DEREN_GATEWAY"),
  pin: said("DEREN_PIN"),
  /** Where its devices are, and nothing else. */
  place: said("DEREN_PLACE"),
  /** What the home is to be called. */
  home: said("DEREN_HOME"),
  /** The connection point that the operator approved. */
  point: said("DEREN_POINT"),
});
/** Where pictures go. */
export const pictures = () => said("DEREN_PICTURES");
/** Where traces of what failed go. */
export const results = () => process.env["DEREN_RESULTS"] ?? join(tmpdir(), "deren-browser-results");

/** Their pages: what each is called, where it is, and who looks at it. */
export const pages = () =>
  [
    { name: "home", path: "/", who: owner() },
    { name: "buy", path: "/buy", who: neighbour() },
    { name: "grid", path: "/grid", who: operator() },
  ] as const;
