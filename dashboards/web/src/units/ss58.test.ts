import { describe, expect, it } from "vitest";
import { accountHex } from "./ss58";

const ALICE = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

describe("accountHex", () => {
  it("finds the key in an address", () => {
    expect(accountHex("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")).toBe(ALICE);
  });

  it("takes hexadecimal as it is, in lower case", () => {
    expect(accountHex(ALICE.toUpperCase().replace("0X", "0x"))).toBe(ALICE);
  });

  it("refuses what is neither", () => {
    for (const text of ["", "5Grwva", "0x12", "0OIl", `${ALICE}00`, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQYQQ"]) {
      expect(accountHex(text), text).toBeNull();
    }
  });
});
