/** The visitor's own account, and when what belongs to it may have changed. */
import type { Accessor } from "solid-js";
import { api } from "../api/client";
import { signed } from "../chain/signing";
import { address } from "../session/session";
import { type Query, createQuery } from "./query";
import { live } from "./stream";
import type { Account, Site } from "../api/types";

/** Moves when a slot of a market got another state, or a call of the visitor came into a block. */
export function slotsMoved(market: Accessor<number | undefined>): Accessor<string> {
  return () => {
    const id = market();
    return `${live().all}/${id === undefined ? 0 : (live().slots[id] ?? 0)}/${signed()}`;
  };
}

/** Moves also when readings of the market came. */
export function readingsMoved(market: Accessor<number | undefined>): Accessor<string> {
  const slots = slotsMoved(market);
  return () => {
    const id = market();
    return `${slots()}/${id === undefined ? 0 : (live().readings[id] ?? 0)}`;
  };
}

/** Moves also when an order of the site changed. */
export function siteMoved(site: Accessor<number>, market: Accessor<number>): Accessor<string> {
  const readings = readingsMoved(market);
  return () => `${readings()}/${live().orders[site()] ?? 0}`;
}

/** The account that is logged in, with its sites and balances. */
export function createAccount(): Query<Account> {
  const moved = () => {
    const counters = [...Object.values(live().slots), ...Object.values(live().orders)];
    return `${live().all}/${counters.reduce((sum, count) => sum + count, 0)}/${signed()}`;
  };
  return createQuery(address, (of) => api.account(of), moved);
}

/** True if a device with this role serves the site now. */
export function hasDevice(site: Pick<Site, "devices">, role: string): boolean {
  return site.devices.some((device) => device.role === role && device.until_slot === null);
}
