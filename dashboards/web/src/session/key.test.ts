import { describe, expect, it } from "vitest";
import { type Identity, isSame, nameInHash, parseIdentity } from "./key";

const adler: Identity = { kind: "development", name: "Adler", role: "owner", derivation: "//home-01" };
const own: Identity = { kind: "passkey", name: "My key", address: "5G" };
const wallet: Identity = { kind: "wallet", name: "W", extension: "talisman", address: "5G" };

describe("what is remembered", () => {
  it("comes back as it was", () => {
    for (const identity of [adler, own, wallet]) {
      expect(parseIdentity(JSON.stringify({ identity, address: "5G" }))).toEqual({ identity, address: "5G" });
    }
  });

  it("is dropped if anything is wrong with it", () => {
    const broken = [null, "", "{", "null", "{}", JSON.stringify({ identity: { kind: "passkey" }, address: "5G" }), JSON.stringify({ identity: { kind: "made", name: "My key" }, address: "5G" }), JSON.stringify({ identity: { ...adler, role: "king" }, address: "5G" })];
    for (const text of broken) expect(parseIdentity(text), String(text)).toBeNull();
  });

  it("is the same key by what derives it", () => {
    expect(isSame(adler, { ...adler, name: "Other" })).toBe(true);
    expect(isSame(adler, own)).toBe(false);
    expect(isSame(own, { ...own, kind: "passphrase" })).toBe(false);
    expect(isSame(wallet, { ...wallet, address: "5F" })).toBe(false);
  });
});

describe("#as=", () => {
  it("names an account", () => {
    expect(nameInHash("#as=Visitor%201")).toBe("Visitor 1");
    expect(nameInHash("#as=Visitor+1")).toBe("Visitor 1");
    expect(nameInHash("#main")).toBeNull();
    expect(nameInHash("#as=%E0%A4%A")).toBeNull();
  });
});
