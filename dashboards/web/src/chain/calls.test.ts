import { describe, expect, it } from "vitest";
import type { LinkedDevice } from "../link/code";
import { type Context, type LinkGateway, describe as inWords } from "./calls";
import { holdUeur } from "./funds";
import { orderWords } from "./order-words";
import { transactionOf } from "./transaction";

const context: Context = { energySeconds: 900, siteName: "Sunny side", zoneName: "Mill Lane" };
const step = (limit_ueur_per_kwh: number, cap_wh: number) => ({ limit_ueur_per_kwh, cap_wh });
const plain = (text: string) => text.replace(/(\d),(\d)/g, "$1.$2");

describe("what an order holds", () => {
  it("is its limit times its cap", () => {
    expect(holdUeur([step(180_000, 2_000)])).toBe(4n * 360_000n);
  });

  it("rounds each step up by itself, as the chain does", () => {
    expect(holdUeur([step(1, 1), step(1, 1)])).toBe(8n);
    expect(holdUeur([])).toBe(0n);
  });

  it("stays exact at the largest order that can be", () => {
    const most = 4_294_967_295;
    expect(holdUeur(Array.from({ length: 8 }, () => step(most, most)))).toBe(
      4n * 8n * ((BigInt(most) * BigInt(most) + 999n) / 1000n),
    );
  });
});

describe("calls in words", () => {
  it("says a buy order as a person would", () => {
    expect(plain(orderWords("buy", [step(180_000, 2_000)], 900))).toBe("Buy up to 2.0 kWh a quarter-hour at ≤ 18 ct/kWh");
  });

  it("says what more each further step brings", () => {
    expect(plain(orderWords("sell", [step(80_000, 1_000), step(110_000, 4_000)], 900))).toBe(
      "Sell up to 1.0 kWh a quarter-hour at ≥ 8 ct/kWh, then up to 4.0 kWh more at ≥ 11 ct/kWh",
    );
  });

  it("says what is held before a buyer signs", () => {
    const words = inWords({ kind: "place_order", site: 7, side: "buy", steps: [step(180_000, 2_000)] }, context);
    expect(plain(words.lines.join(" "))).toContain("At most 1.44 € is held");
    expect(words.lines[0]).toContain("for Sunny side");
  });

  it("does not speak of a hold to a seller", () => {
    const words = inWords({ kind: "place_order", site: 7, side: "sell", steps: [step(80_000, 1)] }, context);
    expect(words.lines.join(" ")).not.toContain("held");
  });

  it("names a missing limit of a line", () => {
    const words = inWords(
      { kind: "set_edge", zone: 1, fee_ueur_per_kwh: 12_000, capacity_up_wh: null, capacity_down_wh: 900 },
      context,
    );
    expect(words.lines[1]).toBe("Up, out of the zone: without a limit.");
    expect(plain(words.lines[2] ?? "")).toBe("Down, into the zone: at most 0.9 kWh a slot.");
  });

  it("says what a line's terms were before", () => {
    const before = { fee_ueur_per_kwh: 12_000, capacity_up_wh: 900, capacity_down_wh: null };
    const call = { kind: "set_edge", zone: 1, fee_ueur_per_kwh: 11_000, capacity_up_wh: 600, capacity_down_wh: null } as const;
    const lines = inWords(call, { ...context, before }).lines.map(plain);
    expect(lines[0]).toBe("Network fee: 1.2 ct/kWh → 1.1 ct/kWh for each kWh that crosses it.");
    expect(lines[1]).toBe("Up, out of the zone: at most 0.9 kWh a slot → at most 0.6 kWh a slot.");
    expect(lines[2]).toBe("Down, into the zone: without a limit (as before).");
  });

  it("says whom a connection point is for", () => {
    const call = { kind: "approve_point", zone: 1, salted: "0x1", nullifier: "0x2", owner: "5F", max_power_w: 11_000, hasSun: true } as const;
    expect(plain(inWords(call, { ...context, zoneName: "Mill Lane" }).lines.join(" "))).toContain("5F may register a site in Mill Lane, with devices of at most 11 kW");
    expect(transactionOf(call)).toEqual({
      pallet: "Registry",
      call: "approve_point",
      args: { zone: 1, salted: "0x1", nullifier: "0x2", owner: "5F", terms: { max_power_w: 11_000, max_register_step_mwh: 10_000, sources: 1 } },
    });
  });

  it("has words for every call", () => {
    const cancel = inWords({ kind: "cancel_order", site: 7, side: "sell" }, context);
    const link = inWords({ kind: "link_gateway", site: 7, gateway: `0x${"5a".repeat(32)}`, expires_unix_s: 1, code: "0x" }, context);
    expect(cancel.lines[0]).toContain("sells nothing more");
    expect(link.lines[0]).toContain("0x5a5a5a…5a5a");
    expect(inWords({ kind: "resume_order", site: 7, side: "buy" }, context).title).toBe("Resume the buy order");
    expect(plain(inWords({ kind: "draw", amount_ueur: 1_500_000 }, context).lines[0] ?? "")).toContain("1.50 € leaves your purse");
  });
});

describe("a gateway's registration", () => {
  const devices: LinkedDevice[] = [{ device: `0x${"03".repeat(32)}`, role: "production", rated_power_w: 6_400, register_step_mwh: 1_000 }];
  const gateway = `0x${"5a".repeat(32)}`;
  const link: LinkGateway = { kind: "link_gateway", site: 7, gateway, expires_unix_s: 9, code: "0x22" };

  it("says what is linked and registered, before it is signed", () => {
    const said = inWords({ kind: "register_gateway", link, site: 7, gateway, devices }, context).lines.join(" ");
    expect(plain(said)).toContain("Solar production, at most 6.4 kW: 0x030303…0303.");
    expect(said).toContain("may send readings for Sunny side");
    expect(inWords({ kind: "register_gateway", link: null, site: 7, gateway, devices }, context).lines[0]).toContain("linked to Sunny side already");
  });

  it("is one transaction, all of it or nothing", () => {
    const { pallet, call, args } = transactionOf({ kind: "register_gateway", link, site: 7, gateway, devices });
    expect([pallet, call]).toEqual(["Utility", "batch_all"]);
    expect(args["calls"]).toEqual([
      { type: "Registry", value: { type: "link_gateway", value: { site: 7, gateway, expires_unix_s: 9n, code: "0x22" } } },
      {
        type: "Registry",
        value: {
          type: "register_device",
          value: { site: 7, device: devices[0]?.device, role: { type: "Production", value: undefined }, source: { type: "Solar", value: undefined }, rated_power_w: 6_400, register_step_mwh: 1_000, gateway },
        },
      },
    ]);
    expect((transactionOf({ kind: "register_gateway", link: null, site: 7, gateway, devices }).args["calls"] as unknown[]).length).toBe(1);
  });

  it("is not needed for a home that changes hands with its meters", () => {
    expect(transactionOf({ kind: "offer_site", site: 7, to: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY" })).toMatchObject({ call: "offer_site", args: { site: 7 } });
    expect(transactionOf({ kind: "accept_site", site: 7 })).toEqual({ pallet: "Registry", call: "accept_site", args: { site: 7 } });
    expect(inWords({ kind: "accept_site", site: 7 }, context).lines[0]).toContain("with its gateways and devices");
  });

  it("begins with a site that an operator approved", () => {
    expect(transactionOf({ kind: "register_site", commitment: "0x77" })).toEqual({ pallet: "Registry", call: "register_site", args: { commitment: "0x77" } });
    expect(inWords({ kind: "register_site", commitment: "0x77" }, context).lines[0]).toContain("grid operator approved");
  });
});

describe("calls as transactions", () => {
  it("names pallet, call and arguments as the metadata does", () => {
    expect(transactionOf({ kind: "place_order", site: 7, side: "buy", steps: [step(1, 2)] })).toEqual({
      pallet: "Matching",
      call: "place_order",
      args: { site: 7, side: { type: "Buy", value: undefined }, steps: [step(1, 2)] },
    });
  });

  it("draws the amount that was shown", () => {
    expect(transactionOf({ kind: "draw", amount_ueur: 1_500_000 })).toEqual({ pallet: "Purse", call: "draw", args: { amount_ueur: 1_500_000n } });
  });

  it("widens what is 64 bits on the chain, and leaves no limit out", () => {
    const { args } = transactionOf({ kind: "set_edge", zone: 1, fee_ueur_per_kwh: 5, capacity_up_wh: 10, capacity_down_wh: null });
    expect(args).toEqual({ zone: 1, fee_ueur_per_kwh: 5, capacity_up_wh: 10n, capacity_down_wh: undefined });
  });
});
