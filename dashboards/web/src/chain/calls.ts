/** The calls that these pages sign, as data, and what each says in words before it is signed. */
import type { EdgeTerms, OrderStep, Side } from "../api/types";
import type { LinkedDevice } from "../link/code";
import { ct, eur, kwh, ratedKw, short } from "../units/format";
import { HOLD_SLOTS, holdUeur } from "./funds";
import { orderWords } from "./order-words";

export type Call =
  | { kind: "place_order"; site: number; side: Side; steps: OrderStep[] }
  | { kind: "cancel_order"; site: number; side: Side }
  | { kind: "resume_order"; site: number; side: Side }
  | { kind: "register_site"; commitment: string }
  | { kind: "offer_site"; site: number; to: string }
  | { kind: "accept_site"; site: number }
  | LinkGateway
  | { kind: "register_gateway"; link: LinkGateway | null; site: number; gateway: string; devices: LinkedDevice[] }
  | {
      kind: "set_edge";
      zone: number;
      fee_ueur_per_kwh: number;
      capacity_up_wh: number | null;
      capacity_down_wh: number | null;
    }
  | { kind: "draw"; amount_ueur: number }
  | { kind: "issue"; to: string; amount_ueur: number }
  | ApprovePoint;

/** Approves a connection point; `salted` and `nullifier` are hashes of its official id. */
export type ApprovePoint = {
  kind: "approve_point";
  zone: number;
  salted: string;
  nullifier: string;
  owner: string;
  max_power_w: number;
  hasSun: boolean;
};

/** Links a gateway to a site; `code` is the gateway's signature. */
export type LinkGateway = { kind: "link_gateway"; site: number; gateway: string; expires_unix_s: number; code: string };

/** What the words need to know of the chain and of names. */
export type Context = {
  energySeconds: number;
  siteName: string;
  zoneName: string;
  /** The line as it is before the change. */
  before?: EdgeTerms;
  /** What the visitor may not have meant. */
  warnings?: string[];
};

/** A call in words: what will be done, and what follows from it. */
export type Words = { title: string; lines: string[] };

const DEVICES: Record<LinkedDevice["role"], string> = { grid: "Grid meter", production: "Solar production", storage: "Battery" };

const capacityWords = (wh: number | null) => (wh === null ? "without a limit" : `at most ${kwh(wh, 0)} a slot`);

/** A term before and after, or that it stays. */
function changed(before: EdgeTerms | undefined, after: EdgeTerms, words: (terms: EdgeTerms) => string): string {
  if (!before) return words(after);
  return words(before) === words(after) ? `${words(after)} (as before)` : `${words(before)} → ${words(after)}`;
}

type Describe = { [K in Call["kind"]]: (call: Extract<Call, { kind: K }>, context: Context) => Words };

const DESCRIBE: Describe = {
  place_order: (call, context) => ({
    title: call.side === "buy" ? "Place this buy order" : "Place this sell order",
    lines: [
      `${orderWords(call.side, call.steps, context.energySeconds)}, for ${context.siteName}.`,
      call.side === "buy"
        ? `At most ${eur(holdUeur(call.steps), 2, 6)} is held, for ${HOLD_SLOTS} slots. You never pay more than your limit, all fees included.`
        : "Only surplus that your meter measured is sold. You never receive less than your limit.",
      "It stands from the next slot on, until you change or cancel it.",
    ],
  }),
  cancel_order: (call, context) => ({
    title: call.side === "buy" ? "Cancel the buy order" : "Cancel the sell order",
    lines: [
      `From the next slot on ${context.siteName} ${call.side === "buy" ? "buys" : "sells"} nothing more from its neighbours.`,
      "What began before is still settled; what is held comes back after that.",
    ],
  }),
  resume_order: (call) => ({
    title: `Resume the ${call.side} order`,
    lines: [`It stands again from the next slot on, with the same steps, if enough EUR is free.`],
  }),
  link_gateway: (call, context) => ({
    title: "Link this gateway",
    lines: [
      `Gateway ${short(call.gateway)} may send readings for ${context.siteName}.`,
      "The gateway agreed by its code; with your signature you agree too.",
    ],
  }),
  register_site: () => ({
    title: "Register this site",
    lines: [
      "The connection point that your grid operator approved for this account becomes your site.",
      "Everyone can see the site under its number; only you and your operator can see that it is yours.",
    ],
  }),
  offer_site: (call) => ({
    title: "Offer this site",
    lines: [`${short(call.to)} may take over site ${call.site}, with its gateways and devices.`],
  }),
  accept_site: (call) => ({
    title: "Take this site over",
    lines: [`Site ${call.site} trades for you from the next slot on, with its gateways and devices.`],
  }),
  register_gateway: (call, context) => ({
    title: "Register this gateway",
    lines: [
      call.link === null
        ? `Gateway ${short(call.gateway)} is linked to ${context.siteName} already.`
        : `Gateway ${short(call.gateway)} may send readings for ${context.siteName}. It agreed by its code; with your signature you agree too.`,
      ...call.devices.map((device) => `${DEVICES[device.role]}, at most ${ratedKw(device.rated_power_w)}: ${short(device.device)}.`),
      "It all happens together, or not at all. What is measured can be traded from the next slot on.",
    ],
  }),
  set_edge: (call, context) => ({
    title: `Change the line to ${context.zoneName}`,
    lines: [
      `Network fee: ${changed(context.before, call, (terms) => ct(terms.fee_ueur_per_kwh ?? 0))} for each kWh that crosses it.`,
      `Up, out of the zone: ${changed(context.before, call, (terms) => capacityWords(terms.capacity_up_wh))}.`,
      `Down, into the zone: ${changed(context.before, call, (terms) => capacityWords(terms.capacity_down_wh))}.`,
      "The limits hold from the next slot on. A new fee holds after a day's notice; until then the present one does.",
    ],
  }),
  draw: (call) => ({
    title: "Draw from your purse",
    lines: [
      `${eur(call.amount_ueur, 2, 6)} leaves your purse and is EUR outside it, which you can send or have paid out.`,
      "Orders still use it: what they lack in the purse comes out of these EUR again.",
    ],
  }),
  issue: (call) => ({
    title: "Issue play money",
    lines: [`${short(call.to)} gets ${eur(call.amount_ueur)}.`],
  }),
  approve_point: (call, context) => ({
    title: "Approve this connection point",
    lines: [
      `${short(call.owner)} may register a site in ${context.zoneName}, with devices of at most ${ratedKw(call.max_power_w)}.`,
      call.hasSun ? "The sun may produce there." : "Nothing may produce there: it only uses energy.",
      "The official id stays with you: the chain gets a salted hash of it.",
    ],
  }),
};

/** What a call does, for a person who is about to sign it. */
export function describe(call: Call, context: Context): Words {
  const words = DESCRIBE[call.kind] as (call: Call, context: Context) => Words;
  return words(call, context);
}
