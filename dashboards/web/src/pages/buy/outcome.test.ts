import { describe, expect, it } from "vitest";
import type { Order } from "../../api/types";
import { type Known, outcome } from "./outcome";

const known = (changes: Partial<Known> = {}): Known => ({ slot: 9, isSettled: true, neededWh: 500, boughtWh: 0, zonePriceUeurPerKwh: 197_100, ...changes });
const order = (changes: Partial<Order> = {}): Order => ({
  side: "buy",
  steps: [{ limit_ueur_per_kwh: 150_000, cap_wh: 300 }],
  state: "active",
  from_slot: 5,
  held_ueur: 0,
  missing_ueur: null,
  finalized: true,
  ...changes,
});
const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, " ") ?? null;

describe("why a slot brought nothing, or less than was needed", () => {
  it("is the price, the want of sellers, or the order itself", () => {
    expect(plain(outcome(known(), order()))).toBe("Price 19.71 ct/kWh, your limit 15 ct/kWh");
    expect(outcome(known({ zonePriceUeurPerKwh: null }), order())).toBe("Nobody sold");
    expect(outcome(known({ zonePriceUeurPerKwh: 100_000 }), order())).toBe("Nothing was left at your limit");
    expect(outcome(known(), order({ state: "paused" }))).toBe("Your order was paused");
    expect(outcome(known(), undefined)).toBe("You had no order");
  });

  it("tells a full order from an empty market", () => {
    expect(outcome(known({ boughtWh: 300, zonePriceUeurPerKwh: 100_000 }), order())).toBe("As much as your order asks for");
    expect(outcome(known({ boughtWh: 30, zonePriceUeurPerKwh: 100_000 }), order())).toBe("More was not to be had at your limit");
  });

  it("is not guessed", () => {
    expect(outcome(known({ boughtWh: 500 }), order())).toBeNull();
    expect(outcome(known({ isSettled: false }), order())).toBeNull();
    expect(outcome(known({ slot: 4 }), order())).toBeNull();
    expect(outcome(known({ neededWh: null }), order())).toBe("No reading came");
    expect(outcome(known({ neededWh: 0 }), order())).toBe("Nothing was needed");
  });
});
