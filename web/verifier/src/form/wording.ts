/** The words of a form: a text in its languages, an item of a list. */

/** A TEXT of a form: the original in the document's language, the others by language, as far as they exist. */
export class Text {
  readonly original: string;
  readonly #others = new Map<string, string>();

  constructor(original: string) {
    this.original = original;
  }

  /** Adds a translation. */
  translate(language: string, text: string): void {
    this.#others.set(language, text);
  }

  /** Returns the text in `language`, or in the document's language where there is no translation. */
  in(language: string): string {
    return this.#others.get(language) ?? this.original;
  }
}

/** An item of a list: its text, the code that is shown in its place if it has one, the list it adds (`with`). */
export class Item {
  readonly text: Text;
  readonly code: string | null;
  readonly adds: string | null;

  constructor(text: Text, code: string | null = null, adds: string | null = null) {
    this.text = text;
    this.code = code;
    this.adds = adds;
  }

  /** The item's value: its code if it has one, else its text in the document's language. */
  get word(): string {
    return this.code ?? this.text.original;
  }

  /** Returns what is printed for the item: its code if it has one, else its text. */
  brief(language: string): string {
    return this.code ?? this.text.in(language);
  }

  /** Returns code and text for a person: `5 (excellent)`. */
  long(language: string): string {
    const text = this.text.in(language);
    return this.code === null || this.code === text ? text : `${this.code} (${text})`;
  }
}

/** Returns a row's text with the item that `with` adds: in place of `{}`, else in brackets after it. */
export function combined(main: string, added: string): string {
  return main.includes("{}") ? main.replaceAll("{}", () => added) : `${main} (${added})`;
}
