import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "./client";

describe("a request", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** What is sent while something is asked for; everything is answered with an empty object. */
  async function sent(asking: () => Promise<unknown>): Promise<{ url: string; method: string; body: unknown }> {
    const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() => Promise.resolve(new Response("{}")));
    vi.stubGlobal("fetch", fetched);
    await asking();
    const [url, { method = "", body }] = fetched.mock.calls[0] ?? ["", {}];
    return { url, method, body };
  }

  it("has its values in the path, and its query after it", async () => {
    const asked = await sent(() => api.summary("a/b", { from: 1, to: 2 }));
    expect(asked).toEqual({ url: "/api/v1/accounts/a%2Fb/summary?from=1&to=2", method: "GET", body: undefined });
  });

  it("has its body as JSON", async () => {
    const asked = await sent(() => api.nameSite(7, "Sunny side"));
    expect(asked).toEqual({ url: "/api/v1/sites/7/name", method: "PUT", body: '{"name":"Sunny side"}' });
  });
});
