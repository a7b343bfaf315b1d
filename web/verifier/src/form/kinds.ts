/** What a field can be. Here: what all kinds have in common, number and choice; the others have modules of their own. */

import type { Value } from "../cbor.ts";
import { FormError } from "../errors.ts";
import type { Scale } from "./scale.ts";
import type { Item } from "./wording.ts";

/** A cell or field's value, the same in every language: a number, a text, an ISO date, an item's word. */
export type Word = number | string;

/** A value that obeys its field. */
export interface Filled {
  /** The meaning, the same in every language. */
  readonly value: Word;
  /** Returns it as titles hold it. */
  brief(language: string): string;
  /** Returns it written out for a person. */
  long(language: string): string;
}

/** What a field can do with the value on the wire. */
export interface Kind {
  /** Returns the value; throws `FormError` unless the wire holds the one spelling of one that is allowed. */
  read(wire: Value): Filled;
}

/** A kind whose values are a run of integers: a column can hold it. */
export interface Counted extends Kind {
  readonly low: number;
  readonly high: number;
}

/** A whole or decimal number on a scale. */
export class NumberKind implements Counted {
  readonly #scale: Scale;

  constructor(scale: Scale) {
    this.#scale = scale;
  }

  get low(): number {
    return this.#scale.low;
  }

  get high(): number {
    return this.#scale.high;
  }

  read(wire: Value): Filled {
    const scale = this.#scale;
    if (typeof wire !== "number" || wire < scale.low || wire > scale.high) {
      throw new FormError("not a number within the range");
    }
    const text = (language: string): string => scale.text(wire, language);
    return { value: scale.value(wire), brief: text, long: text };
  }
}

/** One item of a list; of a list with one item, a tick. */
export class ChoiceKind implements Counted {
  readonly low = 0;
  readonly #items: readonly Item[];

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  get high(): number {
    return this.#items.length - 1;
  }

  read(wire: Value): Filled {
    const item = typeof wire === "number" ? this.#items[wire] : undefined;
    if (item === undefined) throw new FormError("not an index into the list");
    return { value: item.word, brief: (language) => item.brief(language), long: (language) => item.long(language) };
  }
}
