/** The module that others build on: it is built, verifies a text, and reads a picture. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { build } from "vite";
import { afterAll, expect, test } from "vitest";

import type * as Qrcert from "../src/index.ts";
import { HERE } from "./files.ts";
import { chance } from "./mutations.ts";
import { modules, photographed } from "./video.ts";
import { list, text, TODAY } from "./world/world.ts";

const folder = mkdtempSync(join(tmpdir(), "qrcert-module-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a picture to a verdict in a few lines, as docs/integrate.md says", async () => {
  await build({
    configFile: join(HERE, "vite.config.ts"),
    mode: "module",
    logLevel: "error",
    build: { outDir: folder },
  });
  const qrcert = (await import(/* @vite-ignore */ pathToFileURL(join(folder, "qrcert.js")).href)) as typeof Qrcert;
  const wasm = readFileSync(join(folder, "zxing_reader.wasm"));
  const engine = await qrcert.Engine.of(
    wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) as ArrayBuffer,
  );
  const photo = photographed(
    await modules(text("genuine")),
    { scale: 4, turn: 0.1, x: 0, y: 0, tilt: 0 },
    600,
    500,
    chance(3),
  );
  const trust = await qrcert.TrustList.fromBytes(list("now"));
  const [code] = engine.read(photo, "picture").codes;
  const verdict = await qrcert.verify(code?.text ?? "", [trust], { now: qrcert.fromIso(TODAY) });
  expect(verdict.code).toBe("genuine");
  expect(verdict.contents("en")?.fields[0]?.text).toBe("Константинопольская");
  const words = qrcert.wordsFor(["en"]);
  expect(qrcert.plain(qrcert.sentence(verdict, words, [trust], "scanned"))).toBe(
    "Genuine. Signed by Гимназия № 17. Not withdrawn as of 1 November 2026.",
  );
}, 60_000);
