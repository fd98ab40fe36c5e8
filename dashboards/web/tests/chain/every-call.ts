/**
 * One call of each kind that the pages can sign, each such that it succeeds after those before it. The type has every
 * kind that `Call` has: a new one does not compile until it is here.
 */
import type { Call } from "../../src/chain/calls";
import { pointOf } from "../../src/pages/grid/points";
import { linkCode } from "./gateway";
import { type PageKey, keyOf } from "./people";

/** Who signs: one at home, who operates the market, and who issues euros. */
export type Signer = "home" | "operator" | "on-ramp";

type Kind = Call["kind"];
type Sample = { by: Signer; call: Call; refused?: string };
type Every = { [Name in Kind]: Sample & { call: Extract<Call, { kind: Name }> } };

/** Who is at home, and the number of their site: on a fresh chain the first one is 0. */
export type Home = Pick<PageKey, "address" | "publicKey"> & { site: number };

export function everyCall(genesis: Uint8Array, home: Home): [Kind, Sample][] {
  const { site } = home;
  const point = pointOf(0, `DE000000000000000000000000000007${site}`, null);
  const buy = { site, side: "buy" } as const;
  const { gateway, expires_unix_s, code } = linkCode(genesis, home.publicKey, site, 7 + 2 * site);
  const second = linkCode(genesis, home.publicKey, site, 8 + 2 * site);
  const device = { device: `0x${`0${site}`.repeat(32)}`, role: "grid", rated_power_w: 8_000, register_step_mwh: 1_000 } as const;
  const every: Every = {
    issue: { by: "on-ramp", call: { kind: "issue", to: home.address, amount_ueur: 20_000_000 } },
    approve_point: {
      by: "operator",
      call: { kind: "approve_point", zone: 1, salted: point.salted, nullifier: point.nullifier, owner: home.address, max_power_w: 11_000, hasSun: true },
    },
    register_site: { by: "home", call: { kind: "register_site", commitment: point.commitment } },
    link_gateway: { by: "home", call: { kind: "link_gateway", site, gateway: second.gateway, expires_unix_s: second.expires_unix_s, code: second.code } },
    register_gateway: {
      by: "home",
      call: { kind: "register_gateway", site, gateway, link: { kind: "link_gateway", site, gateway, expires_unix_s, code }, devices: [device] },
    },
    place_order: { by: "home", call: { kind: "place_order", ...buy, steps: [{ limit_ueur_per_kwh: 200_000, cap_wh: 1_000 }, { limit_ueur_per_kwh: 150_000, cap_wh: 500 }] } },
    // Nothing lacks, so nothing waits: the chain takes these two and then says so.
    resume_order: { by: "home", call: { kind: "resume_order", ...buy }, refused: "not paused" },
    // All of the purse is on hold or deposited.
    draw: { by: "home", call: { kind: "draw", amount_ueur: 20_000_000 }, refused: "not as much free" },
    cancel_order: { by: "home", call: { kind: "cancel_order", ...buy } },
    set_edge: { by: "operator", call: { kind: "set_edge", zone: 1, fee_ueur_per_kwh: 15_000, capacity_up_wh: 900_000, capacity_down_wh: null } },
    offer_site: { by: "home", call: { kind: "offer_site", site, to: keyOf("//Ferdie").address } },
    accept_site: { by: "home", call: { kind: "accept_site", site }, refused: "not offered" },
  };
  return Object.entries(every) as [Kind, Sample][];
}
