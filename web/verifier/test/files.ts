/** Where the vectors of the repository are. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

import type { Bytes } from "../src/bytes.ts";
import type { Load, Scenario } from "./playing.ts";

export const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
export const REPOSITORY = dirname(dirname(HERE));
export const VECTORS = join(REPOSITORY, "spec", "vectors");
export const FOREIGN = join(REPOSITORY, "tests", "vectors");

/** Returns the bytes of a file. */
export function bytesOf(...path: readonly string[]): Bytes {
  return new Uint8Array(readFileSync(join(...path)));
}

/** Returns what a JSON file says. */
export function jsonOf<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(...path), "utf8")) as T;
}

/** Returns a file of spec/vectors. */
export const load: Load = (path) => bytesOf(VECTORS, path);

/** Returns all scenarios by name: `key/void`, `trust/fork`. */
export function scenarios(): ReadonlyMap<string, Scenario> {
  const files = readdirSync(VECTORS, { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll(sep, "/"),
  );
  const paths = files.filter((path) => /^[^/]+\/[^/]+\.json$/.test(path)).sort();
  return new Map(paths.map((path) => [path.replace(/\.json$/, ""), jsonOf<Scenario>(VECTORS, path)]));
}
