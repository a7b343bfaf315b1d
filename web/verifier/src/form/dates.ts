/** Days, months and years: on the wire, as values (ISO 8601), and written out for people. */

import { isArray, type Value } from "../cbor.ts";
import { FormError } from "../errors.ts";
import { dateOf } from "../wire.ts";
import type { Filled, Kind } from "./kinds.ts";

/** Nobody named on a certificate was born before, and the days of QC1 end in 2199. */
const FIRST_YEAR = 1800;
const LAST_YEAR = 2199;
const FIRST_DAY = -62091;
const LAST_DAY = 84005;
const FIRST_MONTH = (FIRST_YEAR - 1970) * 12;
const LAST_MONTH = (LAST_YEAR - 1970) * 12 + 11;

/** A date as far as it is known. */
export interface Parts {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
}

/** How a language writes dates: months after a day and alone, patterns for a day, a month, a year, a day in figures. */
interface Calendar {
  readonly months: readonly string[];
  readonly alone: readonly string[];
  readonly patterns: readonly [day: string, month: string, year: string, figures: string];
}

function calendar(months: string, alone: string, ...patterns: Calendar["patterns"]): Calendar {
  return { months: months.split(" "), alone: (alone || months).split(" "), patterns };
}

const CALENDARS: ReadonlyMap<string, Calendar> = new Map([
  [
    "ru",
    calendar(
      "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
      "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
      "D M Y г.",
      "M Y г.",
      "Y г.",
      "dd.mm.Y",
    ),
  ],
  [
    "en",
    calendar(
      "January February March April May June July August September October November December",
      "",
      "D M Y",
      "M Y",
      "Y",
      "Y-mm-dd",
    ),
  ],
  [
    "de",
    calendar(
      "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
      "",
      "D. M Y",
      "M Y",
      "Y",
      "dd.mm.Y",
    ),
  ],
  [
    "fr",
    calendar(
      "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
      "",
      "D M Y",
      "M Y",
      "Y",
      "dd/mm/Y",
    ),
  ],
  [
    "es",
    calendar(
      "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
      "",
      "D de M de Y",
      "M de Y",
      "Y",
      "dd/mm/Y",
    ),
  ],
]);

/** Returns `2008-05-17`, `2008-05` or `2008`. */
export function isoDate({ year, month, day }: Parts): string {
  return [String(year), ...[month, day].filter((part) => part !== undefined).map(two)].join("-");
}

/** Returns `17 May 2008` in the language's own way; a language without a calendar here gets ISO 8601. */
export function longDate(parts: Parts, language: string): string {
  const found = CALENDARS.get(language);
  if (found === undefined) return isoDate(parts);
  const { year, month, day } = parts;
  const [ofDay, ofMonth, ofYear] = found.patterns;
  if (month === undefined) return filled(ofYear, parts, "");
  if (day === undefined) return filled(ofMonth, parts, found.alone[month - 1] ?? "");
  const written = filled(ofDay, { year, month, day }, found.months[month - 1] ?? "");
  return language === "fr" && day === 1 ? written.replace(/^1 /, "1er ") : written;
}

/** Returns a day in figures as `language` writes them; what is not a whole day stays as its ISO value. */
export function briefDate(parts: Parts, language: string): string {
  const figures = CALENDARS.get(language)?.patterns[3];
  return figures === undefined || parts.day === undefined ? isoDate(parts) : filled(figures, parts, "");
}

function filled(pattern: string, { year, month, day }: Parts, name: string): string {
  return pattern.replace(/dd|mm|D|M|Y/g, (hole) => {
    if (hole === "Y") return String(year);
    if (hole === "M") return name;
    if (hole === "D") return String(day);
    return two(hole === "dd" ? (day ?? 0) : (month ?? 0));
  });
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Returns year, month and day of days since 1970-01-01. */
export function partsOfDay(wire: number): Parts {
  const [year, month, day] = dateOf(wire);
  return { year, month, day };
}

/** A day, or a month; partial ones may lack what is not known, down to the year. */
export class DateKind implements Kind {
  readonly #month: boolean;
  readonly #partial: boolean;
  /** Whether it is the certificate's own last day. */
  readonly until: boolean;

  constructor(month: boolean, partial: boolean, until: boolean) {
    this.#month = month;
    this.#partial = partial;
    this.until = until;
  }

  read(wire: Value): Filled {
    const parts = typeof wire === "number" ? this.#whole(wire) : this.#some(wire);
    return {
      value: isoDate(parts),
      brief: (language) => briefDate(parts, language),
      long: (language) => longDate(parts, language),
    };
  }

  #whole(wire: number): Parts {
    const [first, last] = this.#month ? [FIRST_MONTH, LAST_MONTH] : [FIRST_DAY, LAST_DAY];
    if (wire < first || wire > last) throw new FormError(`not within the years ${FIRST_YEAR}..${LAST_YEAR}`);
    if (!this.#month) return partsOfDay(wire);
    const year = Math.floor(wire / 12);
    return { year: 1970 + year, month: wire - year * 12 + 1 };
  }

  /** Returns what [year], or in a field of days [year, month], says. */
  #some(wire: Value): Parts {
    const parts = this.#partial && isArray(wire) ? wire : [];
    const [year, month] = parts;
    if (typeof year !== "number" || year < FIRST_YEAR || year > LAST_YEAR || parts.length > (this.#month ? 1 : 2)) {
      throw new FormError("not a date of this field's kind");
    }
    if (parts.length === 1) return { year };
    if (typeof month !== "number" || month < 1 || month > 12) throw new FormError("not a month");
    return { year, month };
  }
}
