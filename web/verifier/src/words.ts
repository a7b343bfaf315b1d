/**
 * The words of a verdict: constants, filled with what the trust list says.
 *
 * No text from a certificate stands on these lines but the number and days of a document whose contents cannot
 * be shown. Every language is one JSON file in `words/`; a test compares the sentences with the library's.
 */

import type { Verdict } from "./decode.ts";
import { longDate, partsOfDay } from "./form/dates.ts";
import { nameOn } from "./trust/entries.ts";
import type { TrustList } from "./trust/lists.ts";
import english from "./words/en.json";

/** All words of one language. */
export type Words = typeof english;

/** A key of the words that stand on the page besides verdicts. */
export type UiWord = keyof Words["ui"];

const FILES = import.meta.glob<Words>("./words/*.json", { eager: true, import: "default" });

/** The languages of the page by their codes, English first. */
export const LANGUAGES: ReadonlyMap<string, Words> = new Map(
  [english, ...Object.values(FILES)].map((words) => [words.language, words]),
);

/** Returns the words of the first of `wishes` that there are, else English. */
export function wordsFor(wishes: readonly string[]): Words {
  for (const wish of wishes) {
    const words = LANGUAGES.get(wish.slice(0, 2).toLowerCase());
    if (words !== undefined) return words;
  }
  return english;
}

/** A line with holes: the constant pieces are texts, what fills the holes is marked as foreign. */
export type Line = readonly (string | { readonly foreign: string })[];

/** Returns a template with its holes filled; what is not known is `?`. */
export function filled(template: string, facts: Readonly<Record<string, string>> = {}): Line {
  return template
    .split(/(\{[a-z_]+\})/)
    .filter((piece) => piece !== "")
    .map((piece) => (/^\{.+\}$/.test(piece) ? { foreign: facts[piece.slice(1, -1)] ?? "?" } : piece));
}

/** Returns a line as a text, for a table or a report. */
export function plain(line: Line): string {
  return line.map((piece) => (typeof piece === "string" ? piece : piece.foreign)).join("");
}

/** How the text came: `typed` from a keyboard or a file. */
export type How = "scanned" | "typed";

/** Returns a day written out: `25 June 2026`, `25 июня 2026 года`. */
export function dayText(day: number, words: Words): string {
  return longDate(partsOfDay(day), words.language).replace(" г.", " года"); // it stands before full stops
}

/** Returns the one sentence of a verdict; `lists` are those that were asked. */
export function sentence(verdict: Verdict, words: Words, lists: readonly TrustList[], how: How): Line {
  const line = filled(words.sentences[keyOf(verdict, words, lists, how)], factsOf(verdict, words, lists));
  const own = verdict.trust !== null && verdict.trust.own && verdict.entry !== null;
  return own ? [...line, ` ${words.own}`] : line;
}

/** Returns a verdict in a word or two; under a test key genuine counts for nothing. */
export function headline(verdict: Verdict, words: Words): string {
  if (verdict.test && verdict.exitStatus === 0) return words.only_test;
  const headlines: Readonly<Record<string, string>> = words.headlines;
  return headlines[verdict.code] ?? words.cannot_tell;
}

/** What the reader should do or heed, each a key of `Words` or of its `ui`. */
export type Hint = "compare" | "zeros" | "load_newer" | "load_list" | "second_code";

/** Returns the hints of a verdict, in their order. */
export function hints(verdict: Verdict, lists: readonly TrustList[]): readonly Hint[] {
  const { code, reason, withdrawn, claims, filling } = verdict;
  const said: Hint[] = [];
  const isRight = code === "genuine" || code === "genuine_old_list" || code === "expired" || withdrawn?.kind === 1;
  if (isRight) said.push("compare");
  if (code === "unknown_school" && lists.length === 0) said.push("load_list");
  else if (code === "unknown_school" || code === "genuine_old_list" || code === "unknown_form")
    said.push("load_newer");
  if (reason === "unproven" || reason === "stolen") said.push("second_code");
  if (filling === null && verdict.number !== null && typeof claims?.number === "number") said.push("zeros");
  return said;
}

type SentenceKey = keyof Words["sentences"];

function keyOf(
  { code, reason, withdrawn, entry }: Verdict,
  words: Words,
  lists: readonly TrustList[],
  how: How,
): SentenceKey {
  if (code === "unknown_school" && lists.length === 0) return "unknown_school none";
  if (code === "unsupported" && entry !== null) return "unsupported signed";
  const details = [withdrawn === null ? null : String(withdrawn.kind), reason, how];
  const keys = [...details.map((detail) => `${code} ${detail}`), code];
  return keys.find((key): key is SentenceKey => key in words.sentences) ?? "unreadable";
}

/** Returns what the sentences may name; only what the list or a verified payload says. */
function factsOf(verdict: Verdict, words: Words, lists: readonly TrustList[]): Readonly<Record<string, string>> {
  const { claims, entry, trust, withdrawn, until } = verdict;
  const asked = trust === null ? lists : [trust];
  const facts: Record<string, string> = {
    where: [...new Set(asked.map((list) => list.where))].join("; "),
    lists: asked.map((list) => `${list.authority}, ${dayText(list.issued, words)}`).join("; "),
  };
  if (entry !== null) facts["school"] = nameOn(entry.school, claims?.issued ?? verdict.today);
  if (claims !== null) facts["issued"] = dayText(claims.issued, words);
  if (verdict.number !== null) facts["number"] = verdict.number;
  if (until !== null) facts["until"] = dayText(until, words);
  if (withdrawn !== null) facts["day"] = dayText(withdrawn.day, words);
  if (trust !== null) {
    facts["authority"] = trust.authority;
    facts["list_day"] = dayText(trust.issued, words);
    facts["age"] = String(verdict.today - trust.issued);
  }
  return facts;
}
