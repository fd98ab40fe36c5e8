// Tests that sign against a real node: `DEREN_NODE=/path/to/deren-node npm run chain-test`.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/chain/*.test.ts"],
    // Node 20 has the browser's WebSocket behind this flag.
    execArgv: ["--experimental-websocket"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
