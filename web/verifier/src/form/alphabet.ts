/** Text on the wire: one byte a character where the form's letters allow it, else UTF-8 (`text8`). */

import { isBytes, type Value } from "../cbor.ts";
import { FormError } from "../errors.ts";
import type { Filled, Kind } from "./kinds.ts";

/** The bytes 128..255 and 0..31: what printable ASCII and 127 leave free. */
const MAX_LETTERS = 160;

const FIRST_LETTER = 128;

/** The characters that have a byte of their own: U+0020..7E, and letter i of a form as (128+i) mod 256. */
export class Alphabet {
  readonly #characters = new Map<number, string>();
  readonly #known: ReadonlySet<string>;

  /** Throws `FormError` for letters that are ASCII, double or more than 160. */
  constructor(letters: string) {
    const given = [...letters];
    if (given.length > MAX_LETTERS) throw new FormError(`letters has more than ${MAX_LETTERS} characters`);
    if (new Set(given).size < given.length) throw new FormError("letters holds a character twice");
    if (given.some((letter) => (letter.codePointAt(0) ?? 0) < 0x80)) throw new FormError("letters holds ASCII");
    for (let byte = 0x20; byte < 0x7f; byte++) this.#characters.set(byte, String.fromCharCode(byte));
    given.forEach((letter, i) => this.#characters.set((FIRST_LETTER + i) % 256, letter));
    this.#known = new Set(this.#characters.values());
  }

  /** Returns the text of a wire value; throws `FormError` unless it is the one spelling of 1..`longest` code points. */
  read(wire: Value, longest: number): string {
    const characters = isBytes(wire) ? this.#ofBytes(wire) : this.#ofText(wire);
    if (characters.length < 1 || characters.length > longest) {
      throw new FormError(`${characters.length} characters, 1..${longest} are allowed`);
    }
    return characters.join("");
  }

  #ofBytes(wire: Uint8Array): string[] {
    return Array.from(wire, (byte) => {
      const character = this.#characters.get(byte);
      if (character === undefined) throw new FormError("a byte without a character");
      return character;
    });
  }

  #ofText(wire: Value): string[] {
    if (typeof wire !== "string") throw new FormError("not a text");
    const characters = [...wire];
    if (characters.every((character) => this.#known.has(character))) {
      throw new FormError("a text string whose characters all have bytes");
    }
    return characters;
  }
}

/** A text of at most `longest` code points. */
export class TextKind implements Kind {
  readonly #alphabet: Alphabet;
  readonly #longest: number;

  constructor(alphabet: Alphabet, longest: number) {
    this.#alphabet = alphabet;
    this.#longest = longest;
  }

  read(wire: Value): Filled & { readonly value: string } {
    const text = this.#alphabet.read(wire, this.#longest);
    return { value: text, brief: () => text, long: () => text };
  }
}
