/** A camera that is none: Chromium plays a clip of a moving, slightly blurred paper, and the page answers. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { Browser, filmed } from "./browser.ts";
import { HERE } from "./files.ts";
import { clip, modules } from "./video.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const PAGE = readFileSync(join(HERE, "dist", "verify.html"), "utf8");
const SIZE = [640, 480] as const;
const FRAMES = 20;
const SOON = 3_000; // milliseconds from the first picture to the answer

const PAPERS: readonly (readonly [paper: string, listed: string, code: string])[] = [
  ["genuine", "now", "genuine"],
  ["withdrawn", "now", "withdrawn"],
  ["altered", "now", "altered"],
  ["unknown_school", "now", "unknown_school"],
  ["genuine", "old", "genuine_old_list"],
];

describe("the camera", () => {
  test.each(PAPERS)(
    "%s with the list %s",
    async (paper, listed, code) => {
      const film = clip(await modules(text(paper)), FRAMES, ...SIZE);
      const options = { viewport: { width: 1200, height: 900 }, locale: "en-GB" };
      const browser = await Browser.open((folder) => filmed(folder, film), options);
      try {
        await browser.context.clock.setSystemTime(`${TODAY}T12:00:00`);
        const page = await browser.page(filledPage(PAGE, [list(listed)]));
        await page.evaluate(() => {
          document.addEventListener(
            "playing",
            () => (document.documentElement.dataset["playing"] ??= String(performance.now())),
            true,
          );
        });
        await page.getByRole("button", { name: "Use the camera" }).click();
        await page.waitForSelector(`.verdict[data-verdict=${code}]`, { timeout: 20_000 });
        const took = await page.evaluate(
          () => performance.now() - Number(document.documentElement.dataset["playing"]),
        );
        expect(took).toBeLessThan(SOON);
        await page.getByRole("button", { name: "Check the next paper" }).waitFor();
        if (process.env["TOUR"])
          await page.screenshot({ path: `${process.env["TOUR"]}/camera-${paper}-${listed}.png` });
      } finally {
        await browser.close();
      }
    },
    120_000,
  );
});
