import { describe, expect, it } from "vitest";
import { parseLinkCode } from "./link-code";

const OWNER = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const expected = { owner: OWNER, sites: [7], nowUnixS: 1_000 };
const good = {
  gateway: "5A".repeat(32),
  owner: "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
  site: 7,
  expires_unix_s: 2_000,
  code: `0x${"22".repeat(64)}`,
};
const parse = (changes: object) => parseLinkCode(JSON.stringify({ ...good, ...changes }), expected);
const errorOf = (result: ReturnType<typeof parseLinkCode>) => (result.ok ? "" : result.error);

describe("parseLinkCode", () => {
  it("takes the line that the gateway prints", () => {
    expect(parse({})).toEqual({
      ok: true,
      link: { gateway: `0x${"5a".repeat(32)}`, site: 7, expires_unix_s: 2_000, code: good.code },
    });
  });

  it("refuses half a line", () => {
    expect(errorOf(parseLinkCode('{"gateway":"0x5', expected))).toContain("not the whole line");
    expect(errorOf(parseLinkCode("[]", expected))).toBe("This is not a link code.");
    expect(errorOf(parseLinkCode("  ", expected))).toContain("deren-gateway link");
  });

  it("refuses a code for another owner", () => {
    expect(errorOf(parse({ owner: `0x${"00".repeat(32)}` }))).toContain("another owner");
    expect(errorOf(parse({ owner: "nobody" }))).toContain("names no owner");
  });

  it("refuses a site that is not the visitor's", () => {
    expect(errorOf(parse({ site: 8 }))).toContain("site 8, which is not yours");
    expect(errorOf(parse({ site: -1 }))).toContain("names no site");
  });

  it("refuses an expired code", () => {
    expect(errorOf(parse({ expires_unix_s: 1_000 }))).toContain("has expired");
    expect(errorOf(parse({ expires_unix_s: "soon" }))).toContain("does not say when");
  });

  it("refuses a signature or a gateway that is not whole", () => {
    expect(errorOf(parse({ code: "0x22" }))).toContain("not whole");
    expect(errorOf(parse({ gateway: "zz".repeat(32) }))).toContain("names no gateway");
  });
});
