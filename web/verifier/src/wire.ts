/** How a code is spelled: a prefix and base45 (RFC 9285); and how days are, counted from 1970-01-01. */

import type { Bytes } from "./bytes.ts";
import { TooBig, Unreadable } from "./errors.ts";

/** A certificate of this version of the format. */
export const PREFIX = "QC1:";

/** A proof that a certificate belongs to a closed season. */
export const PROOF_PREFIX = "QP1:";

/** The longest certificate or proof; QR version 40 at M holds 3 391 alphanumeric characters. */
export const MAX_BYTES = 2048;

/** 2020-01-01..2199-12-31: the days on which a certificate or a list can be signed. */
export const FIRST_DAY = 18262;
export const LAST_DAY = 84005;

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, value) => [character, value]));
const BLANKS = "\t\n\r ";
const DAY = 86_400_000; // milliseconds

/** Returns the calendar day of `when` in its own zone, as days since 1970-01-01. */
export function toDay(when: Date): number {
  return Date.UTC(when.getFullYear(), when.getMonth(), when.getDate()) / DAY;
}

/** Returns year, month (1..12) and day of the month of a day. */
export function dateOf(day: number): readonly [year: number, month: number, day: number] {
  const date = new Date(day * DAY);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}

/** Returns a day as ISO 8601 writes it: 2026-06-25. */
export function isoDay(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** Returns the day of a date as ISO 8601 writes it; NaN for anything else. */
export function fromIso(text: string): number {
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? Date.parse(text) / DAY : NaN;
}

/** Returns the text without the blanks at its ends: U+0009, 000A, 000D, 0020 and no others. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANKS.includes(text.charAt(start))) start++;
  while (end > start && BLANKS.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Returns the digits of a leading `QC` digits `:`, or null where the text is not ours at all. */
export function schemeOf(text: string): string | null {
  return /^QC([0-9]{1,9}):/.exec(trimmed(text))?.[1] ?? null;
}

/**
 * Returns the bytes that `prefix` and base45 spell; blanks at the ends do not count.
 *
 * Throws `TooBig` past `MAX_BYTES`, and `Unreadable` for another prefix, a character outside the alphabet, a
 * length of 1 modulo 3, or a group beyond its bytes (RFC 9285 section 4).
 */
export function toBytes(text: string, prefix: string = PREFIX): Bytes {
  const whole = trimmed(text);
  if (!whole.startsWith(prefix)) throw new Unreadable(`the text does not begin with ${prefix}`);
  const size = whole.length - prefix.length;
  if (size > (MAX_BYTES * 3) / 2) throw new TooBig(`the text has ${size} characters, more than any certificate`);
  if (size % 3 === 1) throw new Unreadable(`${size} base45 characters: one is missing or too many`);
  const data = new Uint8Array(Math.floor((size * 2) / 3));
  let to = 0;
  for (let at = prefix.length; at < whole.length; at += 3) {
    const left = whole.length - at;
    const group = valueAt(whole, at) + 45 * valueAt(whole, at + 1) + (left > 2 ? 2025 * valueAt(whole, at + 2) : 0);
    if (group > (left > 2 ? 0xffff : 0xff)) throw new Unreadable("a base45 group beyond its bytes");
    if (left > 2) data[to++] = group >> 8;
    data[to++] = group & 0xff;
  }
  return data;
}

function valueAt(text: string, at: number): number {
  const value = VALUES.get(text.charAt(at));
  if (value === undefined) throw new Unreadable("a character outside the base45 alphabet");
  return value;
}

/** Returns `prefix` and the base45 of `data` (RFC 9285 section 4). */
export function toText(data: Uint8Array, prefix: string = PREFIX): string {
  let text = prefix;
  for (let at = 0; at < data.length; at += 2) {
    const pair = at + 1 < data.length;
    let group = pair ? (data[at] ?? 0) * 256 + (data[at + 1] ?? 0) : (data[at] ?? 0);
    for (let digit = 0; digit < (pair ? 3 : 2); digit++) {
      text += ALPHABET.charAt(group % 45);
      group = Math.floor(group / 45);
    }
  }
  return text;
}
