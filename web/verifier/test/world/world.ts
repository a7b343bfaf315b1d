/** The lists and papers of world.json. */

import { gzipSync } from "node:zlib";

import { type Bytes, fromBase64 } from "../../src/bytes.ts";
import { HERE, jsonOf } from "../files.ts";

interface World {
  readonly today: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, string>>;
}

const WORLD = jsonOf<World>(HERE, "test", "world", "world.json");

/** The day on which the world's lists are current. */
export const TODAY = WORLD.today;

/** Returns the code of a paper. */
export function text(name: string): string {
  const found = WORLD.texts[name];
  if (found === undefined) throw new Error(`no paper is called ${name}`);
  return found;
}

/** Returns the file of a list. */
export function list(name: string): Bytes {
  const found = WORLD.lists[name];
  if (found === undefined) throw new Error(`no list is called ${name}`);
  return fromBase64(found);
}

/** Returns the page with lists and settings in it, as `qrcert webpage` makes it. */
export function filledPage(
  page: string,
  lists: readonly Bytes[],
  settings: Readonly<Record<string, unknown>> = {},
): string {
  const packed = lists.map((data) => gzipSync(data).toString("base64")).join("\n");
  const said = JSON.stringify(settings).replaceAll("<", "\\u003c");
  return page
    .replace(
      '<script type="application/json" id="settings">{}</script>',
      () => `<script type="application/json" id="settings">${said}</script>`,
    )
    .replace(
      '<script type="text/plain" id="lists"></script>',
      () => `<script type="text/plain" id="lists">${packed}</script>`,
    );
}
