/** A call as the chain's metadata names it. Pure, so that it can be tested without a node. */
import type { Side } from "../api/types";
import type { LinkedDevice } from "../link/code";
import type { Call } from "./calls";

/** Pallet, call and arguments by name; u64 are bigints. */
export type Transaction = { pallet: string; call: string; args: Record<string, unknown> };

const sideOf = (side: Side) => ({ type: side === "buy" ? "Buy" : "Sell", value: undefined });
const wide = (value: number | null) => (value === null ? undefined : BigInt(value));

/** A call as an argument of another. */
const inner = ({ pallet, call, args }: Transaction) => ({ type: pallet, value: { type: call, value: args } });
const ROLES: Record<LinkedDevice["role"], string> = { grid: "Grid", production: "Production", storage: "Storage" };

/** What registers usually step by: `USUAL_REGISTER_STEP_MWH` of the registry. */
const USUAL_REGISTER_STEP_MWH = 10_000;
/** The sun's bit in the set of sources. */
const SUN = 1;

/** The registration of one device. The sun is the only source behind these pages; others are registered elsewhere. */
function deviceOf(site: number, gateway: string, device: LinkedDevice): Transaction {
  const { device: id, role, rated_power_w, register_step_mwh } = device;
  const source = role === "production" ? { type: "Solar", value: undefined } : undefined;
  const args = { site, device: id, role: { type: ROLES[role], value: undefined }, source, rated_power_w, register_step_mwh, gateway };
  return { pallet: "Registry", call: "register_device", args };
}

/** The transaction that does what the call says. */
export function transactionOf(call: Call): Transaction {
  switch (call.kind) {
    case "place_order":
      return {
        pallet: "Matching",
        call: "place_order",
        args: { site: call.site, side: sideOf(call.side), steps: call.steps },
      };
    case "cancel_order":
    case "resume_order":
      return { pallet: "Matching", call: call.kind, args: { site: call.site, side: sideOf(call.side) } };
    case "draw":
      return { pallet: "Purse", call: "draw", args: { amount_ueur: BigInt(call.amount_ueur) } };
    case "issue":
      return { pallet: "OnRamp", call: "issue", args: { to: call.to, amount_ueur: BigInt(call.amount_ueur) } };
    case "approve_point":
      return {
        pallet: "Registry",
        call: "approve_point",
        args: {
          zone: call.zone,
          salted: call.salted,
          nullifier: call.nullifier,
          owner: call.owner,
          terms: {
            max_power_w: call.max_power_w,
            max_register_step_mwh: USUAL_REGISTER_STEP_MWH,
            sources: call.hasSun ? SUN : 0,
          },
        },
      };
    case "register_site":
      return { pallet: "Registry", call: "register_site", args: { commitment: call.commitment } };
    case "offer_site":
      return { pallet: "Registry", call: "offer_site", args: { site: call.site, to: call.to } };
    case "accept_site":
      return { pallet: "Registry", call: "accept_site", args: { site: call.site } };
    case "register_gateway": {
      const link = call.link === null ? [] : [transactionOf(call.link)];
      const devices = call.devices.map((device) => deviceOf(call.site, call.gateway, device));
      return { pallet: "Utility", call: "batch_all", args: { calls: [...link, ...devices].map(inner) } };
    }
    case "link_gateway":
      return {
        pallet: "Registry",
        call: "link_gateway",
        args: {
          site: call.site,
          gateway: call.gateway,
          expires_unix_s: BigInt(call.expires_unix_s),
          code: call.code,
        },
      };
    case "set_edge":
      return {
        pallet: "Registry",
        call: "set_edge",
        args: {
          zone: call.zone,
          fee_ueur_per_kwh: call.fee_ueur_per_kwh,
          capacity_up_wh: wide(call.capacity_up_wh),
          capacity_down_wh: wide(call.capacity_down_wh),
        },
      };
  }
}
