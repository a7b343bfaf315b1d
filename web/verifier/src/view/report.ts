/** A report for support: what the page and the browser are, and what came of the checks, without any contents. */

import type { TrustList } from "../trust/lists.ts";
import { isoDay } from "../wire.ts";
import type { Answer } from "./verdict.ts";

/** What the report tells besides the browser's own facts. */
export interface Circumstances {
  readonly version: string;
  readonly today: number;
  readonly lists: readonly TrustList[];
  readonly answers: readonly Answer[];
  readonly trouble: string;
  readonly reader: string;
  readonly camera: string;
}

/** Returns the report: no names, numbers, schools or contents. */
export function report(told: Circumstances): string {
  const lists = told.lists.map(
    (list) =>
      `list ${list.identity.slice(0, 16)} root ${list.roots.length} version ${list.contents.version} ` +
      `issued ${isoDay(list.issued)} keys ${list.contents.keys.size}`,
  );
  const answers = told.answers.map(({ verdict, how, attached }) => {
    const parts = [verdict.code, verdict.reason, how, attached && "attached", verdict.test && "test"];
    return `answer ${parts.filter(Boolean).join(" ")}`;
  });
  return [
    `qrcert page ${told.version}`,
    `browser ${navigator.userAgent}`,
    `opened from ${location.protocol} secure ${String(isSecureContext)} webcrypto ${String("subtle" in crypto)}`,
    `screen ${innerWidth}x${innerHeight} at ${devicePixelRatio}`,
    `date ${isoDay(told.today)}`,
    `reader ${told.reader}`,
    `camera ${told.camera}`,
    ...(lists.length > 0 ? lists : ["no list"]),
    ...(answers.length > 0 ? answers : ["no answer"]),
    ...(told.trouble === "" ? [] : [`trouble ${told.trouble}`]),
  ].join("\n");
}
