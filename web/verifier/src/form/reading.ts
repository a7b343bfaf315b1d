/** From the bytes of a form, as a trust list carries them, to a `Form`: nothing that breaks the language gets by. */

import type { Bytes } from "../bytes.ts";
import { decode, isArray, isMap, type Value, type ValueMap } from "../cbor.ts";
import { FormError, QrcertError } from "../errors.ts";
import { Alphabet, TextKind } from "./alphabet.ts";
import { DateKind } from "./dates.ts";
import { ChoiceKind, type Kind, NumberKind } from "./kinds.ts";
import { type Field, Form, HOLE } from "./model.ts";
import { MAX_DIGITS, readScale } from "./scale.ts";
import { Column, type Row, Table } from "./tables.ts";
import { Item, Text } from "./wording.ts";

/** Bytes of a form: the longest tried has 5 kB. */
const MAX_BYTES = 65_536;
/** Items of all lists of a form together. */
const MAX_ITEMS = 1_000;
/** Arrays and maps inside one another in a form's bytes. */
const MAX_DEPTH = 7;
/** The labels 1..23, which CBOR writes in one byte. */
const MAX_FIELDS = 23;
/** Code points of a text field. */
const MAX_TEXT = 300;
const DEFAULT_TEXT = 100;
const FEWEST_PARTS = 2;
const MOST_PARTS = 4;

const NAME = /^[a-z0-9_]+$/;
const LANGUAGE = /^[a-z]{2,3}$/;

const FIELD_KEYS = "name label type holder required part";
const KEYS_OF_TYPE: ReadonlyMap<string, string> = new Map([
  ["text", "max"],
  ["number", "range unit digits"],
  ["date", "unit partial until"],
  ["choice", "list"],
  ["table", "rows free max columns"],
]);

/**
 * Returns the form that `data` spells, or null for one that breaks the language: it counts as unknown.
 *
 * `translations` holds by language one text for each TEXT and ITEM, empty where there is none; a language with
 * another number of texts is left out.
 */
export function readForm(data: Bytes, translations: ReadonlyMap<string, readonly string[]>): Form | null {
  try {
    if (data.length > MAX_BYTES) throw new FormError("a form of too many bytes");
    const tree = decode(data, { depth: MAX_DEPTH, booleans: true });
    return new Reader(asMap(tree)).form(translations);
  } catch (error) {
    if (error instanceof QrcertError) return null; // the reason helps nobody who verifies
    throw error;
  }
}

class Reader {
  readonly #tree: ValueMap;
  readonly #language: string;
  /** Every TEXT and ITEM in the order of the form's bytes. */
  readonly #texts: Text[] = [];
  #items = 0;
  readonly #lists = new Map<string, readonly Item[]>();
  /** Names of lists that are rows of a table. */
  readonly #asRows = new Set<string>();
  #words = new Alphabet("");

  constructor(tree: ValueMap) {
    this.#tree = tree;
    this.#language = text(tree, "language");
    if (!LANGUAGE.test(this.#language)) throw new FormError("language is not 2 or 3 small letters");
  }

  form(translations: ReadonlyMap<string, readonly string[]>): Form {
    const tree = this.#tree;
    only(tree, "id edition language letters title number parts field list");
    this.#words = new Alphabet(textOr(tree, "letters", ""));
    const walked = this.#walk();
    if (!/^[a-z0-9]+(?:\.[a-z0-9]+)*$/.test(text(tree, "id"))) throw new FormError("id is not a-z 0-9 and dots");
    if (integerOr(tree, "edition", 1) < 1) throw new FormError("editions count from 1");
    const fields = walked.fields.map((one) => this.#field(one, walked.parts.length));
    checkTogether(fields, walked.parts.length);
    this.#checkAdding();
    checkTitle(walked.title.original, fields);
    return new Form({
      id: text(tree, "id"),
      languages: this.#translate(translations),
      title: walked.title,
      fields,
      parts: walked.parts,
      digits: numberDigits(tree),
    });
  }

  /** Takes all words in the order of the bytes: list, field, parts, title (keys by length, then alphabet). */
  #walk(): { fields: readonly Words[]; parts: readonly Text[]; title: Text } {
    const tree = this.#tree;
    for (const list of arrayOr(tree, "list")) this.#list(asMap(list));
    const fields = array(tree, "field").map((field) => this.#fieldWords(asMap(field)));
    const parts = arrayOr(tree, "parts").map((part) => this.#text(part));
    const title = this.#text(tree.get("title"));
    if (tree.has("parts") && (parts.length < FEWEST_PARTS || parts.length > MOST_PARTS)) {
      throw new FormError(`${parts.length} parts, ${FEWEST_PARTS}..${MOST_PARTS} are possible`);
    }
    if (fields.length < 1 || fields.length > MAX_FIELDS) throw new FormError(`not 1..${MAX_FIELDS} fields`);
    return { fields, parts, title };
  }

  #list(list: ValueMap): void {
    only(list, "name items");
    const name = text(list, "name");
    if (this.#lists.has(name)) throw new FormError("two lists of one name");
    this.#lists.set(
      name,
      array(list, "items").map((item) => this.#item(item)),
    );
  }

  /** Takes the words of a field in the order of its keys, so that translations find them. */
  #fieldWords(field: ValueMap): Words {
    const keys = KEYS_OF_TYPE.get(textOr(field, "type", "text"));
    if (keys === undefined) throw new FormError("a field of no known type");
    only(field, `${FIELD_KEYS} ${keys}`);
    return this.#ownWords(field);
  }

  #columnWords(column: ValueMap): Words {
    only(column, "name label list range digits unit optional");
    return this.#ownWords(column);
  }

  #ownWords(map: ValueMap): Words {
    const words: Words = { map, label: null, unit: null, list: null, rows: null, columns: [] };
    const isDate = map.get("type") === "date";
    for (const [key, value] of map) {
      if (key === "label") words.label = this.#text(value);
      else if (key === "unit" && !isDate) words.unit = this.#text(value);
      else if (key === "list" || key === "rows") words[key] = this.#choices(value);
      else if (key === "columns") words.columns = asArray(value).map((column) => this.#columnWords(asMap(column)));
    }
    return words;
  }

  #choices(value: Value): string | readonly Item[] {
    return typeof value === "string" ? value : asArray(value).map((item) => this.#item(item));
  }

  #text(value: Value | undefined): Text {
    if (typeof value !== "string") throw new FormError("a text is due");
    const made = new Text(value);
    this.#texts.push(made);
    return made;
  }

  /** Takes an ITEM: a bare text, or a map with a code or a `with` and its one text. */
  #item(value: Value): Item {
    this.#items += 1;
    if (this.#items > MAX_ITEMS) throw new FormError(`more than ${MAX_ITEMS} items in the lists of a form`);
    if (!isMap(value)) {
      if (value === "") throw new FormError("an empty item");
      return new Item(this.#text(value));
    }
    only(value, `code with ${this.#language}`);
    if (value.size < 2) throw new FormError("a bare text would do");
    if ([...value.values()].some((part) => typeof part !== "string" || part === "")) {
      throw new FormError("an item holds what is no text, or an empty one");
    }
    const made = this.#text(value.get(this.#language));
    return new Item(made, textOrNull(value, "code"), textOrNull(value, "with"));
  }

  /** Gives every text its translations; returns the languages, the document's first. */
  #translate(translations: ReadonlyMap<string, readonly string[]>): readonly string[] {
    const languages = [this.#language];
    for (const [language, texts] of translations) {
      if (language === this.#language || texts.length !== this.#texts.length) continue;
      languages.push(language);
      texts.forEach((translated, place) => {
        if (translated !== "") this.#texts[place]?.translate(language, translated);
      });
    }
    return languages;
  }

  #field(words: Words, parts: number): Field {
    const { map } = words;
    const part = map.has("part") ? integerOr(map, "part", 0) : null;
    if (part !== null && (part < 1 || part > parts)) throw new FormError("a field of a part that is not there");
    return {
      name: nameOf(map),
      label: labelOf(words),
      kind: this.#kind(words),
      holder: flag(map, "holder"),
      required: flag(map, "required"),
      part,
    };
  }

  #kind(words: Words): Kind | Table {
    const { map } = words;
    switch (textOr(map, "type", "text")) {
      case "number":
        return numberKind(words);
      case "date":
        return dateKind(map);
      case "choice":
        return new ChoiceKind(this.#plain(words.list));
      case "table":
        return this.#table(words);
      default:
        return this.#textKind(map);
    }
  }

  #textKind(map: ValueMap): TextKind {
    const longest = integerOr(map, "max", DEFAULT_TEXT);
    if (longest < 1 || longest > MAX_TEXT) throw new FormError(`max is not 1..${MAX_TEXT}`);
    return new TextKind(this.#words, longest);
  }

  #table(words: Words): Table {
    const { map } = words;
    const rows = words.rows === null ? [] : this.#rows(words.rows);
    const free = integerOr(map, "free", 0);
    if (free < 0 || rows.length + free === 0) throw new FormError("a table needs rows, or free rows");
    const columns = words.columns.map((column) => this.#column(column));
    if (new Set(columns.map((column) => column.name)).size < columns.length) {
      throw new FormError("two columns of one name");
    }
    return new Table(rows, columns, free, this.#textKind(map));
  }

  #column(words: Words): Column {
    const { map } = words;
    if (map.has("list") === map.has("range")) throw new FormError("exactly one of list and range is due");
    if (map.has("list") && (map.has("digits") || map.has("unit"))) {
      throw new FormError("digits and unit go with a range");
    }
    const content = map.has("list") ? new ChoiceKind(this.#plain(words.list)) : numberKind(words);
    return new Column(nameOf(map), labelOf(words), content, flag(map, "optional"));
  }

  #rows(given: string | readonly Item[]): readonly Row[] {
    if (typeof given === "string") this.#asRows.add(given);
    return this.#named(given).map((item) => ({ item, adds: item.adds === null ? [] : this.#plain(item.adds) }));
  }

  /** Returns the items of a LIST, a list's name or items in place. */
  #named(given: string | readonly Item[] | null): readonly Item[] {
    const items = typeof given === "string" ? this.#lists.get(given) : given;
    if (items === undefined || items === null || items.length === 0) throw new FormError("no such list, or empty");
    return items;
  }

  /** Returns the items of a LIST that is no table's rows. */
  #plain(given: string | readonly Item[] | null): readonly Item[] {
    const items = this.#named(given);
    if (items.some((item) => item.adds !== null)) throw new FormError("with stands only in items of rows");
    return items;
  }

  #checkAdding(): void {
    for (const [name, items] of this.#lists) {
      if (!this.#asRows.has(name) && items.some((item) => item.adds !== null)) {
        throw new FormError("with stands in a list that is no table's rows");
      }
    }
  }
}

/** The words of a field or column, and the map they stand in. */
interface Words {
  readonly map: ValueMap;
  label: Text | null;
  unit: Text | null;
  list: string | readonly Item[] | null;
  rows: string | readonly Item[] | null;
  columns: readonly Words[];
}

function numberKind({ map, unit }: Words): NumberKind {
  const digits = map.has("digits") ? integerOr(map, "digits", 0) : null;
  return new NumberKind(readScale(textOrNull(map, "range"), digits, unit));
}

function dateKind(map: ValueMap): DateKind {
  const unit = textOr(map, "unit", "day");
  const [partial, until] = [flag(map, "partial"), flag(map, "until")];
  if (unit !== "day" && unit !== "month") throw new FormError("unit is neither day nor month");
  if (until && (partial || unit === "month")) throw new FormError("until is a whole day");
  return new DateKind(unit === "month", partial, until);
}

function numberDigits(tree: ValueMap): number | null {
  if (!tree.has("number")) return null;
  const number = asMap(tree.get("number"));
  only(number, "digits");
  const digits = integerOr(number, "digits", 0);
  if (digits < 1 || digits > MAX_DIGITS) throw new FormError(`the number has not 1..${MAX_DIGITS} digits`);
  return digits;
}

function checkTogether(fields: readonly Field[], parts: number): void {
  if (new Set(fields.map((field) => field.name)).size < fields.length)
    throw new FormError("two fields of one name");
  const codes = parts > 0 ? Array.from({ length: parts }, (_, place) => place + 1) : [null];
  for (const part of codes) {
    if (!fields.some((field) => field.holder && (part === null || field.part === null || field.part === part))) {
      throw new FormError("no field names the holder");
    }
  }
}

function checkTitle(title: string, fields: readonly Field[]): void {
  for (const hole of title.matchAll(HOLE)) {
    const field = fields.find((one) => one.name === hole[2]);
    if (field === undefined || field.kind instanceof Table) {
      throw new FormError("the title names what is no field on one line");
    }
  }
}

function nameOf(map: ValueMap): string {
  const name = text(map, "name");
  if (!NAME.test(name)) throw new FormError("a name is not a-z 0-9 _");
  return name;
}

function labelOf({ label }: Words): Text {
  if (label === null) throw new FormError("label is missing");
  return label;
}

function only(map: ValueMap, keys: string): void {
  const known = new Set<unknown>(keys.split(" "));
  for (const key of map.keys()) if (!known.has(key)) throw new FormError("an unknown key");
}

function asMap(value: Value | undefined): ValueMap {
  if (!isMap(value)) throw new FormError("a map is due");
  return value;
}

function asArray(value: Value | undefined): readonly Value[] {
  if (!isArray(value)) throw new FormError("an array is due");
  return value;
}

function array(map: ValueMap, key: string): readonly Value[] {
  return asArray(map.get(key));
}

function arrayOr(map: ValueMap, key: string): readonly Value[] {
  return map.has(key) ? array(map, key) : [];
}

function text(map: ValueMap, key: string): string {
  const value = map.get(key);
  if (typeof value !== "string") throw new FormError(`${key} is no text`);
  return value;
}

function textOr(map: ValueMap, key: string, absent: string): string {
  return map.has(key) ? text(map, key) : absent;
}

function textOrNull(map: ValueMap, key: string): string | null {
  return map.has(key) ? text(map, key) : null;
}

function integerOr(map: ValueMap, key: string, absent: number): number {
  const value = map.has(key) ? map.get(key) : absent;
  if (typeof value !== "number") throw new FormError(`${key} is no integer`);
  return value;
}

function flag(map: ValueMap, key: string): boolean {
  const value = map.has(key) ? map.get(key) : false;
  if (typeof value !== "boolean") throw new FormError(`${key} is neither true nor false`);
  return value;
}
