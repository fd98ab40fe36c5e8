// How the pages are built: everything in files of its own, so that the strictest content security policy holds.
import { defaultExclude, defineConfig } from "vitest/config";
import solid from "vite-plugin-solid";

export default defineConfig({
  plugins: [solid()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8099" } },
  test: { environment: "node", include: ["src/**/*.test.ts"], exclude: defaultExclude },
});
