import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LONGEST, codeInHash, hashOf, readCode } from "./code";

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
    expect(errorOf("hello there")).toContain("not a link code");
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

describe("the line that a gateway's command prints", () => {
  const OWNER = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
  const line = { gateway: "5A".repeat(32), owner: OWNER, site: 7, expires_unix_s: 2_000, code: `0x${"22".repeat(64)}` };
  const changed = (changes: object) => errorOf(JSON.stringify({ ...line, ...changes }));

  it("is read like a page's code, in the same field", () => {
    expect(readCode(` ${JSON.stringify(line)}\n`)).toEqual({
      ok: true,
      code: {
        genesis: null,
        gateway: repeated("5a"),
        owner: "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
        site: 7,
        expires_unix_s: 2_000,
        signature: line.code,
        home: null,
        devices: [],
      },
    });
  });

  it("goes into an address and comes out again, as a page's code does", () => {
    for (const code of [JSON.stringify(line), GOLDEN]) expect(codeInHash(hashOf(`  ${code}\n`))).toBe(code);
    expect(codeInHash(hashOf(`https://dashboard.example.org/link#code=${GOLDEN}`))).toBe(GOLDEN);
    expect(codeInHash("#code=%E0%A4%A")).toBeNull();
  });

  it("is refused where a part of it is wrong, by name", () => {
    expect(errorOf('{"gateway":"0x5')).toContain("not the whole line");
    expect(errorOf('{"gateway":"0x5a"}')).toContain("names no gateway");
    expect(changed({ owner: "nobody" })).toContain("names no owner");
    expect(changed({ site: -1 })).toContain("names no site");
    expect(changed({ expires_unix_s: "soon" })).toContain("does not say when");
    expect(changed({ code: "0x22" })).toContain("not whole");
  });
});
