/** What stands between a code that was read and its registration, in plain words and with what to do. Pure. */
import type { Account, Site } from "../api/types";
import { ratedKw } from "../units/format";
import { accountHex } from "../units/ss58";
import type { LinkCode, LinkedDevice } from "./code";

/** What a device measures, as its owner calls it. */
export const ROLES: Record<LinkedDevice["role"], string> = { grid: "Grid meter", production: "Solar production", storage: "Battery" };

/** What does not depend on who looks: another chain's code, or an old one. */
export function codeProblem(code: LinkCode, genesis: string, nowUnixS: number): string | null {
  if (code.genesis !== null && code.genesis !== genesis.toLowerCase()) return "The code was made for another chain. Check which node the gateway talks to.";
  if (code.expires_unix_s <= nowUnixS) return "The code has expired. Get a new one on the gateway's page.";
  return null;
}

/** Why this account cannot use the code; null if it can. */
export function ownerProblem(code: LinkCode, account: Account): string | null {
  if (accountHex(account.address) !== code.owner) {
    return "The code was made for another account. Choose the account that was typed on the gateway's page, or get a code for yours there.";
  }
  if (account.sites.some((site) => site.id === code.site)) return null;
  return account.sites.length === 0
    ? "No site is registered for your account yet. Your grid operator must approve your connection point first; then you register it here."
    : `The code is for site ${code.site}, which is not yours. Get one for ${account.sites.map((site) => `site ${site.id}`).join(" or ")}.`;
}

/** What is still to be signed: the link, and the devices that the site does not have yet. */
export type Missing = { isLinked: boolean; devices: LinkedDevice[] };

/** Compares a code with what the chain has of its site. */
export function missing(code: LinkCode, site: Site): Missing {
  const has = (device: LinkedDevice) =>
    site.devices.some((known) => known.device.toLowerCase() === device.device && known.until_slot === null);
  return {
    isLinked: site.gateways.some((gateway) => gateway.gateway.toLowerCase() === code.gateway),
    devices: code.devices.filter((device) => !has(device)),
  };
}

/** A device that the chain would refuse, in words. */
export function deviceProblem(device: LinkedDevice, site: Site): string | null {
  if (device.rated_power_w > site.max_power_w) {
    return `${ROLES[device.role]} is set to at most ${ratedKw(device.rated_power_w)}, and your connection point may take ${ratedKw(site.max_power_w)}. Correct it on the gateway's page, and get a new code.`;
  }
  return null;
}
