import { describe, expect, it } from "vitest";
import type { Account, Site } from "../api/types";
import { codeProblem, deviceProblem, missing, ownerProblem } from "./checks";
import type { LinkCode, LinkedDevice } from "./code";

const ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const GENESIS = `0x${"ab".repeat(32)}`;
const id = (byte: string) => `0x${byte.repeat(32)}`;
const meter: LinkedDevice = { device: id("03"), role: "grid", rated_power_w: 17_000, register_step_mwh: 1_000 };
const inverter: LinkedDevice = { device: id("04"), role: "production", rated_power_w: 6_400, register_step_mwh: 1_000 };
const code: LinkCode = {
  genesis: GENESIS,
  gateway: id("5a"),
  owner: "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
  site: 7,
  expires_unix_s: 2_000,
  signature: `0x${"22".repeat(64)}`,
  home: null,
  devices: [meter, inverter],
};
const account = (address: string, sites: number[]) => ({ address, sites: sites.map((site) => ({ id: site })) }) as Account;
const site = (changes: object) => ({ id: 7, max_power_w: 11_000, devices: [], gateways: [], ...changes }) as unknown as Site;

describe("a code that was read", () => {
  it("must be for this chain and not expired", () => {
    expect(codeProblem(code, GENESIS.toUpperCase().replace("0X", "0x"), 1_999)).toBeNull();
    expect(codeProblem(code, id("cd"), 1)).toContain("another chain");
    expect(codeProblem(code, GENESIS, 2_000)).toContain("has expired");
  });

  it("must be for the account that is logged in", () => {
    expect(ownerProblem(code, account(ALICE, [7]))).toBeNull();
    expect(ownerProblem(code, account("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", [7]))).toContain("for another account");
  });

  it("must be for one of its sites, and says who must approve one", () => {
    expect(ownerProblem(code, account(ALICE, [8, 9]))).toContain("Get one for site 8 or site 9");
    expect(ownerProblem(code, account(ALICE, []))).toContain("Your grid operator must approve your connection point first");
  });

  it("leaves to be signed what the chain does not have", () => {
    expect(missing(code, site({}))).toEqual({ isLinked: false, devices: code.devices });
    const linked = site({ gateways: [{ gateway: id("5A") }], devices: [{ device: id("03"), until_slot: null }, { device: id("04"), until_slot: 9 }] });
    expect(missing(code, linked)).toEqual({ isLinked: true, devices: [inverter] });
  });

  it("names a device that the connection point cannot take", () => {
    expect(deviceProblem(meter, site({}))).toContain("Grid meter is set to at most 17 kW");
    expect(deviceProblem(inverter, site({}))).toBeNull();
  });
});
