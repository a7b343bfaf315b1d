/** A scale of whole or decimal numbers: the integers on the wire and how they are written out. */

import { FormError } from "../errors.ts";
import type { Text } from "./wording.ts";

/** The decimal digits that every integer within ±(2^53-1) has room for. */
export const MAX_DIGITS = 15;

/** Languages whose decimals stand after a comma; all others take the point. */
const COMMA = new Set(
  (
    "be bg bs ca cs da de el es et eu fi fr gl hr hu hy id is it ka kk ky lt lv mk nb nl nn no pl pt ro ru sk sl sq " +
    "sr sv tg tr tt uk uz vi"
  ).split(" "),
);

const RANGE = /^(-?[0-9]{1,16}(?:\.[0-9]{1,15})?)\.\.(-?[0-9]{1,16}(?:\.[0-9]{1,15})?)$/;
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** Numbers from `low` to `high`, both as integers: the number times 10^`decimals`. */
export class Scale {
  readonly low: number;
  readonly high: number;
  readonly #decimals: number;
  readonly #digits: number;
  readonly #unit: Text | null;

  constructor(low: number, high: number, decimals: number, digits: number, unit: Text | null) {
    this.low = low;
    this.high = high;
    this.#decimals = decimals;
    this.#digits = digits;
    this.#unit = unit;
  }

  /** Returns the integer itself, or text with a point where there are decimals. */
  value(wire: number): number | string {
    return this.#decimals > 0 ? this.#plain(wire) : wire;
  }

  /** Returns the number as people of `language` write it, with its unit. */
  text(wire: number, language: string): string {
    const plain = this.#plain(wire);
    const written = COMMA.has(language) ? plain.replace(".", ",") : plain;
    return this.#unit === null ? written : `${written} ${this.#unit.in(language)}`;
  }

  #plain(wire: number): string {
    const sign = wire < 0 ? "-" : "";
    const size = Math.abs(wire).toString();
    if (this.#decimals === 0) return sign + size.padStart(this.#digits, "0");
    const written = size.padStart(this.#decimals + 1, "0");
    return `${sign}${written.slice(0, -this.#decimals)}.${written.slice(-this.#decimals)}`;
  }
}

/** Returns the scale of a form's `range`, `digits` and `unit`; throws `FormError` for what cannot be. */
export function readScale(range: string | null, digits: number | null, unit: Text | null): Scale {
  if (digits !== null && (digits < 1 || digits > MAX_DIGITS)) throw new FormError(`digits is not 1..${MAX_DIGITS}`);
  if (range === null) {
    const most = Number.MAX_SAFE_INTEGER;
    return digits === null ? new Scale(-most, most, 0, 0, unit) : new Scale(0, 10 ** digits - 1, 0, digits, unit);
  }
  const ends = RANGE.exec(range);
  if (ends === null) throw new FormError("range is not LOWEST..HIGHEST");
  const [low, high] = [ends[1] ?? "", ends[2] ?? ""];
  const decimals = decimalsOf(low);
  if (decimals !== decimalsOf(high)) throw new FormError("the two ends of a range have not equally many decimals");
  if (digits !== null && decimals > 0) throw new FormError("digits goes with whole numbers only");
  const scale = new Scale(scaled(low), scaled(high), decimals, digits ?? 0, unit);
  if (scale.low > scale.high) throw new FormError("a range that holds nothing");
  return scale;
}

function decimalsOf(written: string): number {
  const point = written.indexOf(".");
  return point < 0 ? 0 : written.length - point - 1;
}

function scaled(written: string): number {
  const number = BigInt(written.replace(".", ""));
  if (number > LARGEST || number < -LARGEST) throw new FormError("a range beyond ±(2^53-1) on the wire");
  return Number(number);
}
