/** The figures of the page; run by bench/web.py, which draws the frames: BENCH names the folder with them. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "vite";
import { test } from "vitest";

import { fromIso } from "../src/wire.ts";
import { Browser } from "./browser.ts";
import { HERE, jsonOf } from "./files.ts";
import type { Frame, InBench, Score } from "./in-bench.ts";
import { chance } from "./mutations.ts";
import { bitmap, modules, photographed } from "./video.ts";
import { filledPage, list, text, TODAY } from "./world/world.ts";

const FOLDER = process.env["BENCH"] ?? "";
const PAGE = readFileSync(join(HERE, "dist", "verify.html"), "utf8");
const ROUNDS = 5;

interface Drawn {
  readonly file: string;
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly text: string;
}

interface Inside {
  readonly verdict: readonly number[];
  readonly frames: number;
  readonly readers: Readonly<Record<string, Score>>;
  readonly kinds: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface Global {
  readonly inBench: InBench;
}

test("bench", async () => {
  const browser = await Browser.open(undefined, { locale: "en-GB" });
  const whole = filledPage(PAGE, [list("now")]);
  const said = {
    bytes: {
      empty: Buffer.byteLength(PAGE),
      gzip: gzipSync(PAGE, { level: 9 }).length,
      with_list: Buffer.byteLength(whole),
      with_list_gzip: gzipSync(whole, { level: 9 }).length,
    },
    start: await starts(browser, whole),
    ...(await inside(browser)),
  };
  writeFileSync(join(FOLDER, "said.json"), JSON.stringify(said));
  await browser.close();
}, 3_600_000);

/** Returns the milliseconds from going to the page to the answer for a photograph. */
async function starts(browser: Browser, whole: string): Promise<readonly number[]> {
  const pose = { scale: 5, turn: 0.1, x: 10, y: -6, tilt: 0.1 };
  const photo = Buffer.from(bitmap(photographed(await modules(text("genuine")), pose, 900, 700, chance(7))));
  const path = browser.write("verify.html", whole);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await browser.context.newPage();
    const start = performance.now();
    await page.goto(`file://${path}`, { waitUntil: "commit" });
    await page.waitForSelector("html.ready");
    await page.setInputFiles("input[type=file]", { name: "paper.bmp", mimeType: "image/bmp", buffer: photo });
    await page.waitForSelector(".verdict");
    times.push(performance.now() - start);
    await page.close();
  }
  return times;
}

async function inside(browser: Browser): Promise<Inside> {
  const page = await browser.context.newPage();
  await page.goto(`file://${browser.write("bench.html", "<!doctype html><body>")}`);
  await page.addScriptTag({ content: await script() });
  const wasm = readFileSync(join(HERE, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm")).toString("base64");
  await page.evaluate((code) => (globalThis as unknown as Global).inBench.prepare(code), wasm);
  const texts = Array.from({ length: 200 }, () => text("genuine"));
  const given = [Buffer.from(list("now")).toString("base64"), texts, fromIso(TODAY)] as const;
  const verdict = await page.evaluate((all) => (globalThis as unknown as Global).inBench.verdicts(...all), given);
  const readers: Record<string, Score> = {};
  const kinds: Record<string, Record<string, number>> = {};
  const frames = jsonOf<readonly Drawn[]>(FOLDER, "frames.json");
  for (const { file, kind, ...drawn } of frames) {
    const frame: Frame = { ...drawn, grey: readFileSync(join(FOLDER, file)).toString("base64") };
    const scores = await page.evaluate((one) => (globalThis as unknown as Global).inBench.read(one), frame);
    for (const [name, score] of Object.entries(scores)) {
      const sum = readers[name] ?? { read: 0, false: 0, ms: 0 };
      readers[name] = { read: sum.read + score.read, false: sum.false + score.false, ms: sum.ms + score.ms };
      const counts = (kinds[kind] ??= {});
      counts[name] = (counts[name] ?? 0) + score.read;
    }
  }
  return { verdict, frames: frames.length, readers, kinds };
}

async function script(): Promise<string> {
  const result = await build({
    configFile: false,
    root: HERE,
    logLevel: "error",
    build: { write: false, rolldownOptions: { input: `${HERE}/test/in-bench.ts`, output: { format: "iife" } } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  return output !== undefined && "output" in output ? output.output[0].code : "";
}
