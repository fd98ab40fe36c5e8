import { describe, expect, it } from "vitest";
import { askWallet } from "./ask-wallet";

describe("asking a wallet", () => {
  const refuse = (said: string) => () => Promise.reject(new Error(said));

  it("gives what the wallet gives", async () => {
    expect(await askWallet("You did not sign.", () => Promise.resolve(7))).toBe(7);
  });

  it("says what a no means, whatever words the wallet has for it", async () => {
    await expect(askWallet("You did not sign.", refuse("Cancelled"))).rejects.toThrow(/^You did not sign\.$/);
    for (const said of ["Rejected by user", "Nein", ""]) {
      await expect(askWallet("You did not sign.", refuse(said))).rejects.toThrow(`You did not sign. The wallet says: ${said}`);
    }
  });
});
