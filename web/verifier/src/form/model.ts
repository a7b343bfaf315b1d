/** A form as it is used: checking what is on the wire, showing it. */

import { type Value } from "../cbor.ts";
import { FormError } from "../errors.ts";
import { DateKind } from "./dates.ts";
import type { Filled, Kind, Word } from "./kinds.ts";
import { type Entry, Table } from "./tables.ts";
import type { Text } from "./wording.ts";

/** Code points of a certificate's number where the form does not make it an integer. */
export const MAX_NUMBER_LENGTH = 32;

/** A field's place in a title, with the blank that vanishes together with an absent field. */
export const HOLE = /( ?)\{([a-z0-9_]+)\}/g;

/** A field of a form; `part` is null where every part has it. */
export interface Field {
  readonly name: string;
  readonly label: Text;
  readonly kind: Kind | Table;
  readonly holder: boolean;
  readonly required: boolean;
  readonly part: number | null;
}

/** A filled field: `value` is the same in every language, `text` is for a person. */
export interface ShownField {
  readonly name: string;
  readonly label: string;
  readonly value: Word;
  readonly text: string;
  readonly holder: boolean;
}

/** A row of a table: `cells` are the same in every language, `texts` each of them for a person. */
export interface Mark {
  readonly table: string;
  readonly label: string;
  readonly subject: string;
  readonly cells: readonly (Word | null)[];
  readonly texts: readonly string[];
  readonly headings: readonly string[];
}

/** What a certificate says: fields in the form's order but tables, then the tables' rows. Texts are as signed. */
export interface Contents {
  readonly title: string;
  readonly part: string | null;
  readonly language: string;
  readonly fields: readonly ShownField[];
  readonly marks: readonly Mark[];
}

/** A form as its bytes say. `languages` has the document's language first, then those of translations. */
export interface FormParts {
  readonly id: string;
  readonly languages: readonly string[];
  readonly title: Text;
  readonly fields: readonly Field[];
  readonly parts: readonly Text[];
  /** Digits of the number; null where numbers are texts. */
  readonly digits: number | null;
}

/** One kind of certificate. Made by `readForm`. */
export class Form {
  readonly id: string;
  readonly languages: readonly string[];
  readonly title: Text;
  readonly fields: readonly Field[];
  readonly parts: readonly Text[];
  readonly #digits: number | null;

  constructor(said: FormParts) {
    this.id = said.id;
    this.languages = said.languages;
    this.title = said.title;
    this.fields = said.fields;
    this.parts = said.parts;
    this.#digits = said.digits;
  }

  /** The document's language. */
  get language(): string {
    return this.languages[0] ?? "";
  }

  /** Returns the number as printed, with its zeros; throws `FormError` unless it is of the form's kind. */
  number(wire: number | string): string {
    if (this.#digits === null) {
      const fits = typeof wire === "string" && wire.length > 0 && [...wire].length <= MAX_NUMBER_LENGTH;
      if (!fits) throw new FormError(`the number is not a text of 1..${MAX_NUMBER_LENGTH}`);
      return wire;
    }
    if (typeof wire !== "number" || wire < 0 || wire >= 10 ** this.#digits) {
      throw new FormError(`the number is not an integer of ${this.#digits} digits`);
    }
    return String(wire).padStart(this.#digits, "0");
  }

  /**
   * Returns what the fields of a certificate say, by label 1..23; throws `FormError` unless they obey the form.
   *
   * `part` is the part that the certificate names, null if it names none.
   */
  read(wire: ReadonlyMap<number, Value>, part: number | null): Filling {
    if (part !== null && part > this.parts.length) throw new FormError(`part ${part} is not one of the form's`);
    const here = this.fields.map((field) => part === null || field.part === null || field.part === part);
    const filled = new Map<string, Filled | readonly Entry[]>();
    let until: number | null = null;
    for (const [label, value] of wire) {
      const field = this.fields[label - 1];
      if (field === undefined || here[label - 1] !== true) {
        throw new FormError(`label ${label} is no field of the form, or of another part`);
      }
      filled.set(field.name, field.kind.read(value));
      if (field.kind instanceof DateKind && field.kind.until && typeof value === "number") {
        until = Math.min(until ?? value, value);
      }
    }
    const due = this.fields.filter((_, place) => here[place]);
    if (due.some((field) => field.required && !filled.has(field.name))) throw new FormError("a field is missing");
    if (!due.some((field) => field.holder && filled.has(field.name)))
      throw new FormError("no field names the holder");
    return new Filling(this, part, filled, until);
  }
}

/** The fields of one certificate, known to obey its form. */
export class Filling {
  readonly form: Form;
  /** The certificate's own last day (days since 1970-01-01), or null if it has none. */
  readonly until: number | null;
  readonly #part: number | null;
  readonly #filled: ReadonlyMap<string, Filled | readonly Entry[]>;

  constructor(
    form: Form,
    part: number | null,
    filled: ReadonlyMap<string, Filled | readonly Entry[]>,
    until: number | null,
  ) {
    this.form = form;
    this.until = until;
    this.#part = part;
    this.#filled = filled;
  }

  /** Returns the contents in `language`, or in the document's own where the form does not have it. */
  show(language: string): Contents {
    const form = this.form;
    const chosen = form.languages.includes(language) ? language : form.language;
    const fields: ShownField[] = [];
    const marks: Mark[] = [];
    for (const { name, label, holder } of form.fields) {
      const filled = this.#filled.get(name);
      if (filled === undefined) continue;
      if (isRows(filled)) marks.push(...filled.map((entry) => markOf(name, label.in(chosen), entry, chosen)));
      else fields.push({ name, label: label.in(chosen), value: filled.value, text: filled.long(chosen), holder });
    }
    const part = this.#part === null ? null : (form.parts[this.#part - 1]?.in(chosen) ?? null);
    return { title: this.#title(chosen), part, language: chosen, fields, marks };
  }

  /** Returns the title with its fields filled in; one that is absent vanishes with the blank before it. */
  #title(language: string): string {
    return this.form.title.in(language).replace(HOLE, (_, blank: string, name: string) => {
      const filled = this.#filled.get(name);
      if (filled === undefined) return "";
      return (
        blank + (isRows(filled) ? filled.map((row) => row.subject(language)).join(", ") : filled.brief(language))
      );
    });
  }
}

function isRows(filled: Filled | readonly Entry[]): filled is readonly Entry[] {
  return Array.isArray(filled);
}

function markOf(table: string, label: string, entry: Entry, language: string): Mark {
  return {
    table,
    label,
    subject: entry.subject(language),
    cells: entry.cells.map((cell) => cell.value),
    texts: entry.cells.map((cell) => cell.long(language)),
    headings: entry.cells.map((cell) => cell.label.in(language)),
  };
}
