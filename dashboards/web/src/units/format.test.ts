import { describe, expect, it } from "vitest";
import { basisPoints, cents, ct, eur, kw, kwh, percent, ren, short } from "./format";

/** Tests must not depend on the machine's language. */
const plain = (text: string) => text.replace(/[,.](?=\d{3}\b)/g, (sign) => sign).replaceAll(",", ".");

describe("amounts with units", () => {
  it("shows energy to the Wh", () => {
    expect(plain(kwh(1234))).toBe("1.234 kWh");
    expect(plain(kwh(2000, 1))).toBe("2.0 kWh");
  });

  it("shows money to the cent, and to the millionth when asked", () => {
    expect(plain(eur(360_000))).toBe("0.36 €");
    expect(plain(eur(-5_000))).toMatch(/^-0.0[01] €$/);
    expect(plain(eur(65_875, 6))).toBe("0.065875 €");
  });

  it("shows limits in cents without zeros that say nothing", () => {
    expect(plain(ct(180_000))).toBe("18 ct/kWh");
    expect(plain(ct(182_500))).toBe("18.25 ct/kWh");
    expect(plain(cents(17_082))).toBe("1.71 ct");
    expect(plain(ct(-10_000))).toBe("-1 ct/kWh");
  });

  it("turns a slot's energy into mean power", () => {
    expect(plain(kw(500, 900))).toBe("2.00 kW");
    expect(plain(kw(500, 0))).toBe("0.00 kW");
  });

  it("shows REN that no JavaScript number could hold", () => {
    expect(plain(ren("1250000000000"))).toBe("1.25 REN");
    expect(ren("1000000000000000000001")).toMatch(/^1\D?000\D?000\D?000 REN$/);
  });

  it("says 100% only of all of it", () => {
    expect(percent(999, 1000)).toBe("99 %");
    expect(percent(1000, 1000)).toBe("100 %");
    expect(percent(1, 0)).toBe("0 %");
    expect(percent(0, 1000)).toBe("0 %");
    expect(percent(9, 1000)).toBe("< 1 %");
    expect(percent(10, 1000)).toBe("1 %");
    expect(plain(basisPoints(150))).toBe("1.5 %");
  });

  it("shortens ids at both ends' cost", () => {
    expect(short("0x0123456789abcdef0123")).toBe("0x012345…0123");
    expect(short("short")).toBe("short");
  });
});
