/** The API's requests, one function each. Paths and shapes are the API's own (`types.ts`); no state is held. */
import type { Answer, Asked, Name } from "./operations";
import { Problem, isDenied, problemOf } from "./problem";
import type { Resolution, Slot } from "./types";

const BASE = "/api/v1/";
/** An answer that takes longer never comes. */
const TIME_OUT_MS = 20_000;

type Range = { from: number; to: number };
export type { Resolution };
type SlotsQuery = { from?: number; to?: number; limit?: number };
type Query = Record<string, string | number | undefined>;

/** Tries a request once more in the name of this tab's account; throws `denied` if that account was refused. */
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

/** What any operation may be asked with. */
type Anything = { path?: Record<string, string | number>; query?: Query; body?: unknown };

/** An operation's address, with its values and its query. */
function addressOf(template: string, { path = {}, query = {} }: Anything): string {
  return withQuery(template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? "")), query);
}

/** Asks for an operation by its name, as "GET markets/{id}/slots"; the compiler knows what it takes and answers. */
function ask<N extends Name>(name: N, asked: Asked<N>): Promise<Answer<N>> {
  const [method = "", template = ""] = name.split(" ");
  const { path, query, body } = asked as Anything;
  return send(method, addressOf(template, { ...(path && { path }), ...(query && { query }) }), body);
}

/** The visitor's time zone: in it the API cuts hours and days. */
const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const api = {
  status: () => ask("GET status", {}),
  markets: async () => (await ask("GET markets", {})).markets,
  zones: async (market: number) => (await ask("GET markets/{id}/zones", { path: { id: market } })).zones,
  slots: async (market: number, query: SlotsQuery): Promise<Slot[]> => (await api.slotsPage(market, query)).slots,
  /** The newest slots of a range with their terms, and where the next request ends if there are older ones. */
  slotsPage: (market: number, query: SlotsQuery) => ask("GET markets/{id}/slots", { path: { id: market }, query }),
  /** What a market settled in each piece of a range. */
  marketSums: async (market: number, range: Range, resolution: Exclude<Resolution, "slot">) =>
    (await ask("GET markets/{id}/sums", { path: { id: market }, query: { ...range, resolution, tz: timeZone() } })).points,
  gaps: async (market: number, range: Range) =>
    (await ask("GET markets/{id}/gaps", { path: { id: market }, query: range })).gaps,
  account: (address: string) => ask("GET accounts/{address}", { path: { address } }),
  summary: (address: string, range: Range) => ask("GET accounts/{address}/summary", { path: { address }, query: range }),
  trades: async (address: string, query: Range & { limit: number }) =>
    (await ask("GET accounts/{address}/trades", { path: { address }, query })).trades,
  site: (id: number) => ask("GET sites/{id}", { path: { id } }),
  readings: (id: number, range: Range, resolution: Resolution) =>
    ask("GET sites/{id}/readings", { path: { id }, query: { ...range, resolution, tz: timeZone() } }),
  nameSite: (id: number, name: string) => ask("PUT sites/{id}/name", { path: { id }, body: { name } }),
  nameZone: (id: number, name: string) => ask("PUT zones/{id}/name", { path: { id }, body: { name } }),
  setRetailTariff: (address: string, retail_ueur_per_kwh: number) =>
    ask("PUT accounts/{address}/retail-tariff", { path: { address }, body: { retail_ueur_per_kwh } }),
  /** Settlement data of whoever is logged in, whom the caller makes sure of; an operator gets the whole market's. */
  settlement: async (market: number, range: Range) => (await answer("GET", csvOf(market, range))).blob(),
  challenge: (address: string) => ask("POST login/challenge", { body: { address } }),
  login: (address: string, challenge: string, signature: string) =>
    ask("POST login", { body: { address, challenge, signature } }),
  whoIsLoggedIn: () => ask("GET login", {}),
  logout: () => ask("DELETE login", {}),
};

const csvOf = (market: number, range: Range) => withQuery("settlement/export", { market, ...range, format: "csv" });

/** Where a slot's exact input and result are to be had, to clear it again on any machine. */
export function slotFile(market: number, slot: number, file: "market-file" | "result"): string {
  return `${BASE}markets/${market}/slots/${slot}/${file}`;
}

/** Where the settlement's CSV is to be had; the browser downloads it with the session's cookie. */
export function settlementCsv(market: number, range: Range): string {
  return BASE + csvOf(market, range);
}
