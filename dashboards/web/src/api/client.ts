/** The API's requests, one function each. It knows paths and shapes, and holds no state. */
import { Problem, isDenied, problemOf } from "./problem";
import type { Account, Gap, Market, MarketPoint, Readings, Site, Slot, Slots, Status, Summary, Trade, Zone } from "./types";

const BASE = "/api/v1/";
/** An answer that takes longer never comes. */
const TIME_OUT_MS = 20_000;

type Range = { from: number; to: number };
/** What one point of a site's readings stands for. */
export type Resolution = "slot" | "hour" | "day" | "month";
type SlotsQuery = { from?: number; to?: number; limit?: number };
type Query = Record<string, string | number | undefined>;

/** Tries a request once more in the name of this tab's account; throws `denied` if it was that account that was refused. */
type InMyName = <T>(attempt: () => Promise<T>, denied: unknown) => Promise<T>;
let inMyName: InMyName = (_, denied) => Promise.reject(denied instanceof Error ? denied : new Error(String(denied)));

/** Says who brings this tab's account back when another tab of the browser, or time, took its session. */
export function onDenied(handler: InMyName): void {
  inMyName = handler;
}

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const attempt = async () => parsed<T>(await answer(method, path, body));
  try {
    return await attempt();
  } catch (error) {
    // What is about logging in is never asked again by itself.
    if (path.startsWith("login") || !isDenied(error)) throw error;
    return inMyName(attempt, error);
  }
}

async function parsed<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function answer(method: string, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", signal: AbortSignal.timeout(TIME_OUT_MS) };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch {
    throw new Problem(0, "No answer", "The server does not answer. Check your connection; it is tried again by itself.");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** A path with its query; what is undefined is left out. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

const get = <T>(path: string, query: Query = {}) => send<T>("GET", withQuery(path, query));
const of = (address: string) => `accounts/${encodeURIComponent(address)}`;

/** The visitor's time zone: in it the API cuts hours and days. */
const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const api = {
  status: () => get<Status>("status"),
  markets: async () => (await get<{ markets: Market[] }>("markets")).markets,
  zones: async (market: number) => (await get<{ zones: Zone[] }>(`markets/${market}/zones`)).zones,
  slots: async (market: number, query: SlotsQuery): Promise<Slot[]> => (await api.slotsPage(market, query)).slots,
  /** The newest slots of a range with their terms, and where the next request ends if there are older ones. */
  slotsPage: (market: number, query: SlotsQuery) => get<Slots>(`markets/${market}/slots`, query),
  /** What a market settled in each piece of a range. */
  marketSums: async (market: number, range: Range, resolution: Exclude<Resolution, "slot">) =>
    (await get<{ points: MarketPoint[] }>(`markets/${market}/sums`, { ...range, resolution, tz: timeZone() })).points,
  gaps: async (market: number, range: Range) => (await get<{ gaps: Gap[] }>(`markets/${market}/gaps`, range)).gaps,
  account: (address: string) => get<Account>(of(address)),
  summary: (address: string, range: Range) => get<Summary>(`${of(address)}/summary`, range),
  trades: async (address: string, query: Range & { limit: number }) =>
    (await get<{ trades: Trade[] }>(`${of(address)}/trades`, query)).trades,
  site: (id: number) => get<Site>(`sites/${id}`),
  readings: (id: number, range: Range, resolution: Resolution) =>
    get<Readings>(`sites/${id}/readings`, { ...range, resolution, tz: timeZone() }),
  nameSite: (id: number, name: string) => send<undefined>("PUT", `sites/${id}/name`, { name }),
  nameZone: (id: number, name: string) => send<undefined>("PUT", `zones/${id}/name`, { name }),
  setRetailTariff: (address: string, retail_ueur_per_kwh: number) =>
    send<undefined>("PUT", `${of(address)}/retail-tariff`, { retail_ueur_per_kwh }),
  /** Settlement data of whoever is logged in, whom the caller makes sure of; an operator gets the whole market's. */
  settlement: async (market: number, range: Range) =>
    (await answer("GET", withQuery("settlement/export", { market, ...range, format: "csv" }))).blob(),
  challenge: (address: string) => send<{ challenge: string }>("POST", "login/challenge", { address }),
  login: (address: string, challenge: string, signature: string) =>
    send<{ address: string; expires_unix_s: number }>("POST", "login", { address, challenge, signature }),
  whoIsLoggedIn: () => get<{ address: string }>("login"),
  logout: () => send<undefined>("DELETE", "login"),
};

/** Where a slot's exact input and result are to be had, to clear it again on any machine. */
export function slotFile(market: number, slot: number, file: "market-file" | "result"): string {
  return `${BASE}markets/${market}/slots/${slot}/${file}`;
}

/** Where the settlement's CSV is to be had; the browser downloads it with the session's cookie. */
export function settlementCsv(market: number, range: Range): string {
  return BASE + withQuery("settlement/export", { market, ...range, format: "csv" });
}
