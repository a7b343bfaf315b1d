/**
 * What may be shown: one rule for text on a screen (section 12.3 of the specification).
 *
 * Unicode normal form C; no control, format, private, surrogate or unassigned characters; only U+0020 as a
 * blank; no combining mark without its letter and no stacks of them; nothing that cannot be seen; one script a
 * word; a length cap. Verifiers show what breaks it escaped. No verdict depends on it: the tables of Unicode
 * grow from year to year, and those of a browser are not those of the library; signatures do not change.
 */

/** Characters. A line of a trust list has at most 1 000 bytes, a text field of a form 300 characters. */
export const LONGEST = 1_000;

const JOINERS = /^[\u200c\u200d]$/;
const ZWNJ = "\u200c";
const FORBIDDEN = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\ufffd]$/u;
const OTHER_BLANK = /^(?! )\p{Zs}$/u;
const LETTER = /^\p{L}$/u;
const MARK = /^\p{M}$/u;
const ENCLOSING = /^\p{Me}$/u;

/** Letters, marks and symbols that look like nothing at all. */
const FILLER =
  /^[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{1d159}\u{e0100}-\u{e01ef}]$/u;

/** Letters in disguise, which no alphabet has: 𝐀, ℌ, Ａ, ⁿ. */
const STYLED =
  /^(?=\p{L})[\u2071\u207f\u2100-\u214f\u3031-\u3035\u303c\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\u{1d400}-\u{1d7ff}]$/u;

/** The signs that bind Indic letters (canonical combining class 9; RFC 5892 appendix A). */
const VIRAMA = new RegExp(
  "^[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84" +
    "\\u1039\\u103a\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4" +
    "\\ua953\\ua9c0\\uaaf6\\uabed]$",
);

const MOST_COMBINING = 2; // general marks on one letter: Vietnamese and Lithuanian need two at most after NFC
const MOST_MARKS = 5; // marks of any kind: Burmese, Tibetan and pointed Hebrew use up to four

const SCRIPT_NAMES =
  "Latin Cyrillic Greek Armenian Georgian Hebrew Arabic Syriac Thaana Nko Devanagari Bengali Gurmukhi Gujarati " +
  "Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Ethiopic Cherokee Canadian_Aboriginal " +
  "Khmer Mongolian Han Hiragana Katakana Bopomofo Hangul Yi Tifinagh Coptic Glagolitic Gothic Runic Ogham " +
  "Balinese Javanese Sundanese Batak Buginese Tagalog Hanunoo Limbu Tai_Le New_Tai_Lue Tai_Tham Tai_Viet " +
  "Ol_Chiki Meetei_Mayek Lepcha Lisu Vai Bamum Osage Adlam Samaritan Mandaic Deseret";

const SCRIPTS: readonly (readonly [string, RegExp])[] = SCRIPT_NAMES.split(" ").map((name) => [
  name,
  new RegExp(`^\\p{Script=${name}}$`, "u"),
]);

/** Modifier letters, and those that stand in any word: ª, º, µ, the long sign of kana. */
const ANY_SCRIPT = /^[\p{Script=Common}\p{Script=Inherited}\u00aa\u00ba\u02b0-\u02ff]$/u;

const TOGETHER = [
  ["Han", "Hiragana", "Katakana"],
  ["Han", "Hangul"],
  ["Han", "Bopomofo"],
] as const;

/**
 * Returns `text` in NFC with every character that may not be shown written as `⟨U+202E⟩`.
 *
 * What stands beyond the length cap is left out, and how much it was is told: `⟨+4000⟩`.
 */
export function escaped(text: string): string {
  if (text.length <= LONGEST && /^[\x20-\x7e]*$/.test(text)) return text;
  const all = [...text.normalize("NFC")];
  const beyond = all.length - LONGEST;
  const characters = all.slice(0, LONGEST);
  const hidden = new Set([...faultyPlaces(characters), ...strangePlaces(characters)]);
  characters.forEach((character, at) => {
    // what clings to a hidden character goes with it
    if (hidden.has(at - 1) && (MARK.test(character) || JOINERS.test(character))) hidden.add(at);
  });
  const shown = characters.map((character, at) => (hidden.has(at) ? named(character) : character)).join("");
  return beyond > 0 ? `${shown}⟨+${beyond}⟩` : shown;
}

function named(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** Yields the place of every character that may not stand there, whatever its word. */
function* faultyPlaces(characters: readonly string[]): Generator<number> {
  let marks: string[] | null = null; // on the letter before; null where there is no letter
  for (const [at, character] of characters.entries()) {
    if (JOINERS.test(character)) {
      if (!joins(characters, at)) yield at;
      continue;
    }
    if (MARK.test(character) && !FILLER.test(character)) {
      if (marks === null || !stacks(marks, character)) yield at;
      else marks.push(character);
      continue;
    }
    marks = LETTER.test(character) ? [] : null;
    if (FORBIDDEN.test(character) || FILLER.test(character) || OTHER_BLANK.test(character)) yield at;
  }
}

/** Tells whether one more mark may stand on a letter; enclosing ones (U+20DD) never may. */
function stacks(marks: readonly string[], mark: string): boolean {
  if (ENCLOSING.test(mark) || marks.length >= MOST_MARKS) return false;
  return scriptOf(mark) !== null || marks.filter((one) => scriptOf(one) === null).length < MOST_COMBINING;
}

/** Tells whether a joiner changes what is seen: beside an Indic virama, or (ZWNJ) between Arabic letters. */
function joins(characters: readonly string[], at: number): boolean {
  const before = characters[at - 1];
  const after = characters[at + 1];
  if (before === undefined) return false;
  if (VIRAMA.test(before)) return true;
  if (after === undefined) return false;
  if (VIRAMA.test(after)) return LETTER.test(before);
  return characters[at] === ZWNJ && scriptOf(before) === "Arabic" && scriptOf(after) === "Arabic";
}

/** Returns the script of a letter or mark, `Styled` if no alphabet has it, null if it fits any script. */
function scriptOf(character: string): string | null {
  if (STYLED.test(character)) return "Styled";
  if (ANY_SCRIPT.test(character)) return null;
  return SCRIPTS.find(([, holds]) => holds.test(character))?.[0] ?? "Other";
}

/** Yields the places of the strange letters of every word in more than one script. */
function* strangePlaces(characters: readonly string[]): Generator<number> {
  for (const word of words(characters)) {
    const scripts = new Map<number, string>();
    for (const at of word) {
      const script = scriptOf(characters[at] ?? "");
      if (script !== null) scripts.set(at, script);
    }
    const used = new Set(scripts.values());
    if (!used.has("Styled") && (used.size < 2 || TOGETHER.some((family) => isWithin(used, family)))) continue;
    const chief = mostFrequent([...scripts.values()].filter((script) => script !== "Styled"));
    for (const [at, script] of scripts) if (script !== chief) yield at;
  }
}

function isWithin(used: ReadonlySet<string>, family: readonly string[]): boolean {
  return [...used].every((script) => family.includes(script));
}

function mostFrequent(scripts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const script of scripts) counts.set(script, (counts.get(script) ?? 0) + 1);
  let chief: string | null = null;
  for (const [script, count] of counts) if (chief === null || count > (counts.get(chief) ?? 0)) chief = script;
  return chief;
}

/** Yields the places of every run of letters with their marks and joiners. */
function* words(characters: readonly string[]): Generator<number[]> {
  let word: number[] = [];
  for (const [at, character] of characters.entries()) {
    const inside =
      !FILLER.test(character) && (LETTER.test(character) || MARK.test(character) || JOINERS.test(character));
    if (inside) {
      word.push(at);
    } else if (word.length > 0) {
      yield word;
      word = [];
    }
  }
  if (word.length > 0) yield word;
}
