/** The walk over decoded CBOR: labels, types, ranges, order (rules L, O and C of the layout). */

import { compared, hex, utf8, type Bytes } from "../bytes.ts";
import { decode, isArray, isBytes, isMap, type Limits, type Value, type ValueMap } from "../cbor.ts";
import { TooBig, TrustListError, Unreadable } from "../errors.ts";
import { FIRST_DAY, LAST_DAY } from "../wire.ts";

/** Stands where there is nothing before: the previous of a first root or list. */
export const NO_HASH = "00".repeat(32);

const MAX_LINE = 1000; // bytes of UTF-8
const ANY_DAY = [-62091, LAST_DAY] as const; // 1800..2199
const LABELS = [-24, 23] as const; // one byte each: there the two canonical orders of map keys agree

/** Returns the value that `data` spells; what is wrong with the bytes refuses the list. */
export function decoded(data: Bytes, limits: Limits): Value {
  try {
    return decode(data, limits);
  } catch (error) {
    if (error instanceof TooBig) throw new TrustListError("too_big", error.message);
    if (error instanceof Unreadable) throw new TrustListError("unreadable", error.message);
    throw error;
  }
}

function malformed(what: string): TrustListError {
  return new TrustListError("malformed", what);
}

/**
 * A labelled map: known labels by its methods, unknown ones from 0 ignored, unknown negative ones refused.
 *
 * Every method throws `malformed` for a value of another type or range, and for a label that is missing.
 */
export class Labelled {
  readonly #what: string;
  readonly #map: ValueMap;

  constructor(what: string, value: Value | undefined, known: readonly number[]) {
    if (!isMap(value)) throw malformed(`${what}: a map is due`);
    for (const label of value.keys()) {
      if (typeof label !== "number" || label < LABELS[0] || label > LABELS[1]) {
        throw malformed(`${what}: a label that is no integer -24..23`);
      }
      if (label < 0 && !known.includes(label)) {
        throw new TrustListError("needs_newer", `${what}: label ${label} is not known here`);
      }
    }
    this.#what = what;
    this.#map = value;
  }

  has(label: number): boolean {
    return this.#map.has(label);
  }

  whole(label: number, low: number, high: number): number {
    return whole(this.#map.get(label), low, high, this.#named(label));
  }

  positive(label: number): number {
    return this.whole(label, 1, Number.MAX_SAFE_INTEGER);
  }

  count(label: number): number {
    return this.whole(label, 0, Number.MAX_SAFE_INTEGER);
  }

  day(label: number): number {
    return this.whole(label, FIRST_DAY, LAST_DAY);
  }

  anyDay(label: number): number {
    return this.whole(label, ...ANY_DAY);
  }

  /** Tells whether a label is there that can only be 1. */
  flag(label: number): boolean {
    return this.has(label) && this.whole(label, 1, 1) === 1;
  }

  bytes(label: number, low: number, high: number): Bytes {
    return bytes(this.#map.get(label), low, high, this.#named(label));
  }

  hash(label: number): string {
    return hex(this.bytes(label, 32, 32));
  }

  line(label: number): string {
    return line(this.#map.get(label), this.#named(label));
  }

  array(label: number, low = 0, high = Infinity): readonly Value[] {
    return array(this.#map.get(label), low, high, this.#named(label));
  }

  #named(label: number): string {
    return `${this.#what}, label ${label}`;
  }
}

export function whole(value: Value | undefined, low: number, high: number, what: string): number {
  if (typeof value !== "number" || value < low || value > high) throw malformed(`${what}: not ${low}..${high}`);
  return value;
}

export function dayOf(value: Value | undefined, what: string): number {
  return whole(value, FIRST_DAY, LAST_DAY, what);
}

export function anyDayOf(value: Value | undefined, what: string): number {
  return whole(value, ...ANY_DAY, what);
}

export function bytes(value: Value | undefined, low: number, high: number, what: string): Bytes {
  if (!isBytes(value) || value.length < low || value.length > high) throw malformed(`${what}: not the bytes due`);
  return value;
}

export function line(value: Value | undefined, what: string): string {
  const size = typeof value === "string" ? utf8(value).length : 0;
  if (typeof value !== "string" || size < 1 || size > MAX_LINE) throw malformed(`${what}: not a line of text`);
  return value;
}

export function array(value: Value | undefined, low: number, high: number, what: string): readonly Value[] {
  if (!isArray(value) || value.length < low || value.length > high) throw malformed(`${what}: not the array due`);
  return value;
}

/** Returns an array of exactly `size` places. */
export function row(value: Value | undefined, size: number, what: string): readonly Value[] {
  return array(value, size, size, what);
}

/** Returns if the first members of an array's entries strictly ascend (rule O); throws `order`. */
export function ascending(firsts: readonly (number | Bytes)[], what: string): void {
  for (let place = 1; place < firsts.length; place++) {
    const [one, two] = [firsts[place - 1], firsts[place]];
    const apart = isBytes(one) && isBytes(two) ? compared(one, two) : Number(one) - Number(two);
    if (apart >= 0) throw new TrustListError("order", `${what}: entry ${place} stands in a wrong place, or twice`);
  }
}
