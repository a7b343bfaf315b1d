/** Whether a list may follow the one that is here: the import rules, without a store, a clock or a question. */

import { hex } from "../bytes.ts";
import { TrustListError } from "../errors.ts";
import { type KeyEntry, STATUSES } from "./entries.ts";
import type { TrustList } from "./lists.ts";

/** What taking a list would be, as far as the rules allow it. */
export type Succession =
  /** An authority not seen before: a person confirms the fingerprint. */
  | { readonly kind: "first" }
  /** The list that is here: nothing to do. */
  | { readonly kind: "same" }
  /** The next one: nothing to ask. */
  | { readonly kind: "newer" }
  /** A theft is mended: a person confirms `lost`, one line for each entry that went back. */
  | { readonly kind: "repair"; readonly lost: readonly string[] };

/**
 * Returns what taking `new` in the place of `stored` would be; null: no list of this identity is here.
 *
 * Throws `TrustListError` with `unknown_authority` (`stored` is another authority's), `older`, `fork`,
 * `other_contents`, `not_next` or `went_back`.
 */
export function compare(stored: TrustList | null, next: TrustList): Succession {
  if (stored === null) return { kind: "first" };
  if (stored.identity !== next.identity) {
    throw new TrustListError("unknown_authority", "the list is another authority's than the stored one");
  }
  if (next.roots.length < stored.roots.length) {
    throw new TrustListError(
      "older",
      `the list is of root ${next.roots.length}, root ${stored.roots.length} is known`,
    );
  }
  if (stored.roots.some((root, place) => next.roots[place]?.hash !== root.hash)) {
    throw new TrustListError("fork", "the list has another chain of roots than the stored one");
  }
  if (next.roots.length === stored.roots.length) {
    const step = compareVersions(stored, next);
    if (step === "same") return { kind: "same" };
  }
  const lost = [...went(stored, next)];
  if (lost.length === 0) return { kind: "newer" };
  if (next.roots.slice(stored.roots.length).some((root) => root.repair)) return { kind: "repair", lost };
  throw new TrustListError("went_back", lost.join("; "));
}

/** Tells whether two lists of one root are the same or in order; throws where they are neither. */
function compareVersions(stored: TrustList, next: TrustList): "same" | "after" {
  const [before, after] = [stored.contents.version, next.contents.version];
  if (after < before)
    throw new TrustListError("older", `the list is version ${after}, version ${before} is stored`);
  if (after === before) {
    if (next.listHash === stored.listHash) return "same";
    throw new TrustListError("other_contents", `version ${after} is stored with other contents`);
  }
  if (after === before + 1 && next.contents.previous !== stored.listHash) {
    throw new TrustListError("not_next", `version ${after} does not name the stored version ${before}`);
  }
  return "after";
}

/** Yields one line for each entry of `stored` that is gone from `next` or went back. */
function* went(stored: TrustList, next: TrustList): Generator<string> {
  for (const [kid, entry] of stored.contents.keys) {
    const change = keyChange(entry, next.entry(kid));
    if (change !== null) yield `key ${kid} of school ${entry.school.id} ${change}`;
  }
  const forms = new Set(next.contents.forms.map((form) => form.hash));
  for (const { hash } of stored.contents.forms) if (!forms.has(hash)) yield `form ${hash} is gone`;
  const seasons = new Set(next.contents.seasons.map((season) => JSON.stringify(season)));
  for (const season of stored.contents.seasons) {
    if (!seasons.has(JSON.stringify(season)))
      yield `season ${season.root} closed on day ${season.day} is gone or changed`;
  }
  if (stored.contents.cutover !== null && next.contents.cutover === null) yield "the cutover is taken back";
}

/** Says what of a key may never change and did, or returns null. */
function keyChange(before: KeyEntry, after: KeyEntry | null): string | null {
  if (after === null || after.key.alg !== before.key.alg || hex(after.key.bytes) !== hex(before.key.bytes)) {
    return "is gone";
  }
  if (after.school.id !== before.school.id) return `moved to school ${after.school.id}`;
  if (after.start !== before.start) return `has another first day: ${after.start}, was ${before.start}`;
  if (after.test !== before.test) return before.test ? "is a test key no more" : "became a test key";
  if (severity(after) < severity(before)) return `is ${after.status?.is ?? "active"} again`;
  return null;
}

function severity(entry: KeyEntry): number {
  return entry.status === null ? 0 : STATUSES.indexOf(entry.status.is) + 1;
}

/** Returns the digits of a fingerprint that a person typed or pasted: blanks, colons and dashes do not count. */
export function plainFingerprint(given: string): string {
  return given.replace(/[\s:-]/g, "").toLowerCase();
}

/**
 * Returns what comes of a list: `imported` or `same`; throws `TrustListError`.
 *
 * `fingerprint` is what a person confirmed: for a first list and for a repair that of the newest root, else that
 * of any root of the chain. Without one, what would ask a person is refused.
 */
export function permitted(
  stored: TrustList | null,
  next: TrustList,
  fingerprint: string | null,
): "imported" | "same" {
  const succession = compare(stored, next);
  const asks = succession.kind === "first" || succession.kind === "repair";
  if (fingerprint !== null) {
    const allowed = asks ? [next.fingerprint] : next.roots.map((root) => root.hash);
    if (!allowed.includes(plainFingerprint(fingerprint))) {
      throw new TrustListError("wrong_fingerprint", `the list's fingerprint is ${next.fingerprint}`);
    }
  } else if (succession.kind === "first") {
    throw new TrustListError("unknown_authority", "the list is from an authority that nobody has confirmed yet");
  } else if (succession.kind === "repair") {
    throw new TrustListError("went_back", succession.lost.join("; "));
  }
  return succession.kind === "same" ? "same" : "imported";
}
