import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { invalidWords, refusalWords } from "./errors";

const refused = (pallet: string, error: string) =>
  refusalWords({ type: "Module", value: { type: pallet, value: { type: error, value: undefined } } });

describe("errors of the chain in plain words", () => {
  it("says what to do about missing money", () => {
    expect(refused("Matching", "InsufficientFunds")).toContain("not enough free EUR");
  });

  it("tells errors of the same name apart by pallet", () => {
    expect(refused("Matching", "UnknownSite")).not.toBe(refused("Registry", "UnknownSite"));
  });

  it("has words for every error of purses, in which all money is", () => {
    const source = readFileSync(new URL("../../../../runtime/pallets/purse/src/lib.rs", import.meta.url), "utf8");
    const codes = /pub enum Error<T> \{([^}]*)\}/.exec(source)?.[1]?.match(/^ *[A-Z]\w+(?=,$)/gm)?.map((code) => code.trim()) ?? [];
    expect(codes).toContain("NotFree");
    expect(codes.filter((code) => refused("Purse", code).startsWith("The chain refused"))).toEqual([]);
  });

  it("names what it does not know", () => {
    expect(refused("Assets", "Frozen")).toBe("The chain refused: Assets.Frozen.");
    expect(refusalWords(undefined)).toContain("does not say why");
    expect(refusalWords({ type: "BadOrigin", value: undefined })).toContain("may not");
    expect(refusalWords({ type: "Token", value: { type: "FundsUnavailable" } })).toContain("not enough money");
  });

  it("explains why a transaction never came into a block", () => {
    expect(invalidWords({ type: "Invalid", value: { type: "Payment", value: undefined } })).toContain("not enough free EUR");
    expect(invalidWords({ type: "Invalid", value: { type: "Custom", value: 7 } })).toContain("Invalid, Custom");
  });
});
