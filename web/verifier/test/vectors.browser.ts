/** Every vector of spec/vectors, and every Ed25519 vector of others, in a real Chromium. */

import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

import { Browser } from "./browser.ts";
import { bytesOf, FOREIGN, HERE, jsonOf, scenarios, VECTORS } from "./files.ts";
import { readdirSync } from "node:fs";
import type { InBrowser } from "./in-browser.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await Browser.open();
}, 60_000);

afterAll(() => browser.close());

test("the page's code gives the expected answers in Chromium", async () => {
  const page = await browser.context.newPage();
  await page.goto(`file://${browser.write("empty.html", "<!doctype html><title>vectors</title>")}`);
  await page.addScriptTag({ content: await script() });
  const given: Parameters<InBrowser["play"]>[0] = {
    scenarios: [...scenarios()],
    files: readdirSync(`${VECTORS}/lists`).map((name) => [
      `lists/${name}`,
      Buffer.from(bytesOf(VECTORS, "lists", name)).toString("base64"),
    ]),
    cctv: jsonOf(FOREIGN, "cctv", "ed25519vectors.json"),
    wycheproof: jsonOf(FOREIGN, "wycheproof", "ed25519_test.json"),
  };
  const told = await page.evaluate(
    (all) => (globalThis as unknown as { inBrowser: InBrowser }).inBrowser.play(all),
    given,
  );
  expect(told.differences).toEqual([]);
  expect(told.played).toBeGreaterThan(900);
  expect(told.signatures).toBeGreaterThan(1000);
  expect(told.native, "Chromium's own Ed25519 answers the probes").toBe(true);
}, 120_000);

async function script(): Promise<string> {
  const result = await build({
    configFile: false,
    root: HERE,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: `${HERE}/test/in-browser.ts`, output: { format: "iife" } },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const code = output !== undefined && "output" in output ? output.output[0].code : "";
  expect(code).not.toBe("");
  return code;
}
