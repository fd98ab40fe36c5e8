import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LONGEST, codeInHash, readCode } from "./code";

/** The code that the gateway's own tests write: `market/primitives/src/link_code.rs`. */
const GOLDEN = readFileSync(new URL("../../../../market/primitives/src/link_code_golden.txt", import.meta.url), "utf8").trim();
const errorOf = (text: string) => {
  const result = readCode(text);
  return result.ok ? "" : result.error;
};
const repeated = (byte: string) => `0x${byte.repeat(32)}`;

describe("a link code", () => {
  it("says what the gateway wrote", () => {
    const result = readCode(`  ${GOLDEN}\n`);
    expect(result).toMatchObject({
      ok: true,
      code: {
        genesis: repeated("01"),
        gateway: "0xfd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
        owner: repeated("02"),
        site: 7,
        expires_unix_s: 1_800_000_000,
        home: "Häuschen am Mühlweg",
        devices: [
          { device: repeated("03"), role: "grid", rated_power_w: 17_000, register_step_mwh: 1_000 },
          { device: repeated("04"), role: "production", rated_power_w: 6_400, register_step_mwh: 1_000 },
        ],
      },
    });
    expect(result.ok && result.code.signature).toMatch(/^0x[0-9a-f]{128}$/);
  });

  it("is found in the link in which it came", () => {
    expect(readCode(`https://dashboard.example.org/link#code=${GOLDEN}`).ok).toBe(true);
    expect(codeInHash(`#code=${GOLDEN}`)).toBe(GOLDEN);
    expect(codeInHash("#as=Adler")).toBeNull();
    expect(codeInHash("#code=<script>")).toBeNull();
  });

  it("is refused when half of it is missing, wherever it was cut", () => {
    for (let end = 1; end < GOLDEN.length; end += 1) expect(errorOf(GOLDEN.slice(0, end)), String(end)).not.toBe("");
    expect(errorOf(`${GOLDEN}AAAA`)).toContain("not the whole code");
    expect(errorOf("")).toContain("not the whole code");
  });

  it("is refused when it is something else", () => {
    expect(errorOf('{"gateway":"0x5a"}')).toContain("not a link code");
    expect(errorOf("A".repeat(LONGEST + 4))).toContain("not a link code");
    expect(errorOf("AgAA")).toContain("version 2");
  });

  it("is refused with more devices than a home has, or a role that is none", () => {
    const bytes = Buffer.from(GOLDEN, "base64url");
    const devicesAt = bytes.length - 1 - 2 * 41;
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = value;
      return copy.toString("base64url");
    };
    expect(bytes[devicesAt]).toBe(2 << 2);
    expect(errorOf(changed(devicesAt, 17 << 2))).toContain("not the whole code");
    expect(errorOf(changed(devicesAt, 0xff))).toContain("not the whole code");
    expect(errorOf(changed(devicesAt + 33, 3))).toContain("not the whole code");
  });
});
