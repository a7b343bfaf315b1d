/**
 * Tables: which rows are present and what stands in their columns, packed bit by bit.
 *
 * `bits` holds one bit a listed row, then for each present row in order, then for each free row: the index into
 * its `with` list (listed rows only) and its columns. An index among n states has bit_length(n-1) bits, high bit
 * first; fewer than 8 zero bits fill the last byte. Without free rows the wire value is `bits`, else
 * `[bits, + text8]`.
 */

import { isArray, isBytes, type Value } from "../cbor.ts";
import { FormError } from "../errors.ts";
import type { TextKind } from "./alphabet.ts";
import type { Counted, Filled, Word } from "./kinds.ts";
import { combined, type Item, type Text } from "./wording.ts";

/** A listed row: its item, and the items one of which it always adds (`with`), if any. */
export interface Row {
  readonly item: Item;
  readonly adds: readonly Item[];
}

/** A cell: what it means, the same in every language (null: empty), and how it is written out. */
export interface Cell {
  readonly label: Text;
  readonly value: Word | null;
  long(language: string): string;
}

/** A row that is present. */
export interface Entry {
  /** Returns the row as printed in `language`. */
  subject(language: string): string;
  readonly cells: readonly Cell[];
  /** Whether the issuer wrote the row. */
  readonly free: boolean;
}

/** A column: an item of a list or a number, as a state counted from 0; an optional one has state 0 for empty. */
export class Column {
  readonly name: string;
  readonly label: Text;
  readonly #content: Counted;
  readonly #optional: boolean;
  readonly states: bigint;

  constructor(name: string, label: Text, content: Counted, optional: boolean) {
    this.name = name;
    this.label = label;
    this.#content = content;
    this.#optional = optional;
    this.states = BigInt(content.high) - BigInt(content.low) + (optional ? 2n : 1n);
  }

  /** Returns the cell of a state that the column has. */
  cell(state: bigint): Cell {
    if (this.#optional && state === 0n) return { label: this.label, value: null, long: () => "" };
    const shift = BigInt(this.#content.low) - (this.#optional ? 1n : 0n);
    const filled: Filled = this.#content.read(Number(state + shift));
    return { label: this.label, value: filled.value, long: (language) => filled.long(language) };
  }
}

/** Rows of a list, each at most once and in the list's order, then up to `free` rows of the issuer's own. */
export class Table {
  readonly #rows: readonly Row[];
  readonly #columns: readonly Column[];
  readonly #free: number;
  readonly #words: TextKind;

  constructor(rows: readonly Row[], columns: readonly Column[], free: number, words: TextKind) {
    this.#rows = rows;
    this.#columns = columns;
    this.#free = free;
    this.#words = words;
  }

  /** Returns the rows; throws `FormError` unless the wire holds their one spelling. */
  read(wire: Value): readonly Entry[] {
    const texts = this.#texts(wire);
    const bits = new Bits(isArray(wire) ? wire[0] : wire);
    const listed = this.#rows.filter(() => bits.take(2n) === 1n);
    if (listed.length + texts.length === 0) throw new FormError("a table without a row");
    const entries = [
      ...listed.map((row) => this.#listed(row, bits)),
      ...texts.map((text) => ({ subject: () => text, cells: this.#cells(bits), free: true })),
    ];
    bits.end();
    return entries;
  }

  #texts(wire: Value): readonly string[] {
    if (!isArray(wire)) return [];
    const texts = wire.slice(1);
    if (texts.length < 1 || texts.length > this.#free) throw new FormError("free rows beyond those of the form");
    return texts.map((text) => this.#words.read(text).value);
  }

  #listed(row: Row, bits: Bits): Entry {
    const added = row.adds.length > 0 ? row.adds[Number(bits.take(BigInt(row.adds.length)))] : undefined;
    const subject = (language: string): string => {
      const main = row.item.brief(language);
      return added === undefined ? main : combined(main, added.brief(language));
    };
    return { subject, cells: this.#cells(bits), free: false };
  }

  #cells(bits: Bits): readonly Cell[] {
    return this.#columns.map((column) => column.cell(bits.take(column.states)));
  }
}

/** A string of bits, read from the high bit of its first byte. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(wire: Value | undefined) {
    if (!isBytes(wire)) throw new FormError("not a table");
    this.#bytes = wire;
  }

  /** Returns the index among `states` that comes. */
  take(states: bigint): bigint {
    let index = 0n;
    for (let width = (states - 1n).toString(2).length; width > 0 && states > 1n; width--) {
      index = index * 2n + BigInt(this.#bit());
    }
    if (index >= states) throw new FormError("a state beyond those there are");
    return index;
  }

  /** Returns if only the bits are left that fill the last byte. */
  end(): void {
    if (this.#bytes.length !== Math.ceil(this.#at / 8)) throw new FormError("not as many bits as the rows need");
    while (this.#at < this.#bytes.length * 8) {
      if (this.#bit() === 1) throw new FormError("bits set after the last state");
    }
  }

  #bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new FormError("fewer bits than the rows need");
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }
}
