import { defineConfig } from "vitest/config";

/**
 * `npm test` is quick and needs no browser; BROWSER=1 runs what needs Chromium; TOUR=FOLDER takes pictures and
 * BENCH=FOLDER measures (bench/web.py), AGREEMENT=FILE compares with the library (bench/agreement.py).
 */
const SPECIAL = ["test/tour.browser.ts", "test/bench.browser.ts"];

function chosen(): string[] {
  if (process.env["AGREEMENT"] !== undefined) return ["test/agreement.cases.ts"];
  if (process.env["BENCH"] !== undefined) return ["test/bench.browser.ts"];
  if (process.env["BROWSER"] !== undefined) return ["test/*.browser.ts"];
  return process.env["TOUR"] !== undefined ? ["test/tour.browser.ts"] : ["test/*.test.ts"];
}

const include = chosen();

export default defineConfig({
  define: { __VERSION__: JSON.stringify("test") },
  test: {
    include,
    exclude: SPECIAL.filter((name) => !include.includes(name)),
    testTimeout: 60_000,
    fileParallelism: process.env["BROWSER"] === undefined,
  },
});
