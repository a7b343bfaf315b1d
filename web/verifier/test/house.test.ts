/** The house: imports go downward, types are strict, texts are never markup, the shipped page is the built one. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { build } from "vite";
import { describe, expect, test } from "vitest";

import { HERE, REPOSITORY } from "./files.ts";

/** The floors, as in the library; what stands on one line does not import each other. */
const FLOORS = [
  ["main", "index"],
  ["view"],
  ["keeping", "words"],
  ["scan"],
  ["decode"],
  ["trust"],
  ["cose"],
  ["curves"],
  ["form"],
  ["cbor", "wire", "text"],
  ["bytes", "errors"],
];

const SOURCE = join(HERE, "src");
const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => name.replaceAll("\\", "/"));

function room(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? "";
}

function floor(path: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room(path)));
}

describe.each(FILES)("src/%s", (name) => {
  const code = readFileSync(join(SOURCE, name), "utf8");

  test("imports go downward only", () => {
    expect(floor(name)).toBeGreaterThanOrEqual(0);
    for (const [, imported] of code.matchAll(/from "(\.[^"]+\.ts)"/g)) {
      const other = relative(SOURCE, join(SOURCE, dirname(name), imported ?? "")).replaceAll("\\", "/");
      if (room(other) !== room(name)) expect(floor(other), `${name} imports ${other}`).toBeGreaterThan(floor(name));
    }
  });

  test("says what it is for, is short, and has neither any nor markup", () => {
    expect(code).toMatch(/^\/\*\*/);
    expect(code.split("\n").length).toBeLessThanOrEqual(400);
    expect(code).not.toMatch(/[:<|&(]\s*any\b|@ts-|\bas any\b/);
    expect(code).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
    expect(code).not.toMatch(/TODO|FIXME|debugger/);
  });
});

test("the page of the package is the one that this source gives", async () => {
  const result = await build({
    configFile: join(HERE, "vite.config.ts"),
    logLevel: "error",
    build: { write: false },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const made = output !== undefined && "output" in output ? output.output : [];
  expect(made.map((part) => part.fileName).sort()).toEqual(["icon.svg", "sw.js", "verify.html"]);
  for (const part of made) {
    const shipped = readFileSync(join(REPOSITORY, "qrcert", "pages", "verifier", part.fileName), "utf8");
    const built = part.type === "asset" ? String(part.source) : part.code;
    expect(built === shipped, `${part.fileName} is not the shipped one: npm run release`).toBe(true);
  }
}, 60_000);
