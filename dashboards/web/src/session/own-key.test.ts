import { describe, expect, it } from "vitest";
import { entropyToMnemonic } from "@polkadot-labs/hdkd-helpers";
import { entropyOf } from "./own-key";
import { open, seal } from "./sealed";

describe("a key from a passkey", () => {
  it("is the same for the same passkey, and written as twelve words", async () => {
    const [one, again, other] = await Promise.all([7, 7, 8].map((byte) => entropyOf(new Uint8Array(32).fill(byte))));
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(entropyToMnemonic(one ?? new Uint8Array()).split(" ")).toHaveLength(12);
  });

  it("is HKDF of RFC 5869 with this use's name, so that it stays what it is", async () => {
    expect(Buffer.from(await entropyOf(new Uint8Array(32))).toString("hex")).toBe("57d627289391f7f7818044d744b2ff43");
  });
});

describe("a key under a passphrase", () => {
  const secret = Uint8Array.from({ length: 16 }, (_, index) => index);

  it("opens with the same passphrase for the same account only", { timeout: 60_000 }, async () => {
    const text = await seal(secret, "correct horse battery", "5G");
    expect(await open(text, "correct horse battery", "5G")).toEqual(secret);
    expect(await open(text, "correct horse batterz", "5G")).toBeNull();
    expect(await open(text, "correct horse battery", "5F")).toBeNull();
    expect(text).not.toContain("000102030405");
  });

  it("is null of anything else", { timeout: 60_000 }, async () => {
    for (const text of ["", "{}", "[]", JSON.stringify({ version: 1, iterations: 1e12, salt: "", iv: "", sealed: "" })]) {
      expect(await open(text, "x", "5G"), text).toBeNull();
    }
  });
});
