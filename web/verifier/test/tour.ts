/** Screenshots of every state, to be looked at by people: `npm run tour -- FOLDER`. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { Browser } from "./browser.ts";
import { HERE } from "./files.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;

/** Shows a text to the page as if it were pasted. */
export async function show(page: Page, code: string): Promise<void> {
  await page.evaluate((given) => {
    const data = new DataTransfer();
    data.setData("text/plain", given);
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
  }, code);
  await page.waitForSelector(".verdict");
}

const PAPERS =
  "genuine genuine_en genuine_ib renamed closed part replaced_right replaced_wrong withdrawn expired window stolen " +
  "void rights altered unknown_school unknown_form clock test hostile";

/** The states of the page: what is done to a fresh one. */
const STATES: ReadonlyMap<string, (page: Page) => Promise<void>> = new Map([
  ["idle", async () => undefined],
  ...PAPERS.split(" ").map((paper) => [paper, (page: Page) => show(page, text(paper))] as const),
  ["lists", async (page) => page.locator(".chip").click()],
  ["typing", async (page) => page.locator(".stage .actions button").nth(2).click()],
  ["confirm", async (page) => choose(page, "another.qct", list("another"))],
  ["trouble", async (page) => choose(page, "music.mp3", Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 0))],
  ["refused", async (page) => choose(page, "older.qct", list("older"))],
  ["nolist", async (page) => show(page, text("genuine"))],
  ["old", async (page) => show(page, text("genuine"))],
  ["own", async (page) => show(page, text("genuine_en"))],
  [
    "many",
    async (page) => {
      for (const paper of ["genuine", "withdrawn", "unknown_school", "renamed"]) await show(page, text(paper));
    },
  ],
]);

const LISTS: Readonly<Record<string, readonly string[]>> = { nolist: [], old: ["old"], own: ["own"] };

async function choose(page: Page, name: string, data: Uint8Array): Promise<void> {
  await page.setInputFiles("input[type=file]", {
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.from(data),
  });
  await page.waitForTimeout(600);
}

/** Takes the pictures whose names hold one of `only`: STATE-phone-dark-ru and the like. */
export async function tour(folder: string, only: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const html = readFileSync(join(HERE, "dist", "verify.html"), "utf8");
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const locale of ["en-GB", "ru-RU"]) {
        const place = `${size}-${colorScheme}-${locale.slice(0, 2)}`;
        const wanted = [...STATES].filter(([state]) => only.some((part) => `${state}-${place}`.includes(part)));
        if (wanted.length === 0) continue;
        const browser = await Browser.open(undefined, { viewport, colorScheme, locale, reducedMotion: "reduce" });
        await browser.context.clock.setFixedTime(`${TODAY}T12:00:00`);
        for (const [state, act] of wanted) {
          const page = await browser.page(filledPage(html, (LISTS[state] ?? ["now"]).map(list)));
          await act(page);
          await page.screenshot({ path: join(folder, `${state}-${place}.png`), fullPage: true });
          await page.close();
        }
        await browser.close();
      }
    }
  }
}
