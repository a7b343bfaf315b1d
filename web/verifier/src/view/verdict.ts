/** One answer on the screen: shape, words, what to heed, then the contents in the order of the paper. */

import { Verdict } from "../decode.ts";
import type { Contents, Mark } from "../form/model.ts";
import { nameNow, nameOn } from "../trust/entries.ts";
import type { TrustList } from "../trust/lists.ts";
import {
  dayText,
  filled,
  headline,
  hints,
  type Hint,
  type How,
  sentence,
  type UiWord,
  type Words,
} from "../words.ts";
import { type Child, element, foreign, line } from "./dom.ts";
import { icon, toneOf } from "./icons.ts";

/** An answer, and where its text came from. */
export interface Answer {
  readonly verdict: Verdict;
  readonly how: How;
  /** Whether the text stood in a file that a PDF carries. */
  readonly attached: boolean;
  /** The code itself where it is not ours, shortened. */
  readonly foreign: string | null;
}

/** Returns the panel of an answer; its heading, `h2`, takes the focus. */
export function verdictPanel(answer: Answer, words: Words, lists: readonly TrustList[]): HTMLElement {
  const { verdict, how } = answer;
  const [heading, said] = headed(headline(verdict, words), line(sentence(verdict, words, lists, how)));
  const others = verdict.others.map((other) => otherPanel(other, words, lists, how));
  return element(
    "article",
    { class: `verdict ${toneOf(verdict)}`, "data-verdict": verdict.code, "data-reason": verdict.reason },
    verdict.test && element("p", { class: "test" }, words.test_banner),
    element("div", { class: "answer" }, icon(verdict), element("div", {}, heading, said)),
    notes(answer, words, lists),
    details(verdict, words),
    others,
  );
}

let panels = 0;

/** Returns a heading and its sentence, which is read out with it. */
function headed(title: string, sentence: Child): readonly [HTMLElement, HTMLElement] {
  const id = `said-${++panels}`;
  const heading = element("h2", { tabindex: -1, class: "headline", "aria-describedby": id }, title);
  return [heading, element("p", { class: "sentence", id }, sentence)];
}

/** Returns the panel for a file that gave nothing to judge. */
export function troublePanel(trouble: UiWord, words: Words): HTMLElement {
  const [heading, said] = headed(words.cannot_tell, words.ui[trouble]);
  const sign = icon(new Verdict("unreadable", 0));
  return element(
    "article",
    { class: "verdict asks trouble" },
    element("div", { class: "answer" }, sign, element("div", {}, heading, said)),
  );
}

function otherPanel(verdict: Verdict, words: Words, lists: readonly TrustList[], how: How): HTMLElement {
  const heading = element("h3", {}, words.ui.other_lists, ": ", headline(verdict, words));
  return element(
    "section",
    { class: `other ${toneOf(verdict)}` },
    element(
      "div",
      { class: "answer" },
      icon(verdict),
      element("div", {}, heading, line(sentence(verdict, words, lists, how))),
    ),
    details(verdict, words),
  );
}

const HINTS: Readonly<Record<Hint, (words: Words) => string>> = {
  compare: (words) => words.compare,
  zeros: (words) => words.zeros,
  load_newer: (words) => words.ui.load_newer,
  load_list: (words) => words.ui.load_list,
  second_code: (words) => words.ui.second_code,
};

function notes(answer: Answer, words: Words, lists: readonly TrustList[]): Child {
  const said: Child[] = hints(answer.verdict, lists).map((hint) => element("li", {}, HINTS[hint](words)));
  if (answer.attached) said.push(element("li", {}, words.ui.attached));
  if (answer.foreign !== null) said.push(element("li", {}, words.ui.foreign, " ", foreign(answer.foreign)));
  return said.length > 0 && element("ul", { class: "notes" }, said);
}

/** Returns what may be told of the certificate. */
function details(verdict: Verdict, words: Words): Child {
  const contents = verdict.contents(words.language);
  if (contents !== null) return paper(verdict, contents, words);
  if (verdict.number === null) return null;
  return element("section", { class: "claims" }, element("h3", {}, words.ui.claims), facts(origin(verdict, words)));
}

type Fact = readonly [label: Child, value: Child];

function facts(said: readonly Fact[]): HTMLElement {
  return element(
    "dl",
    { class: "facts" },
    said.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value))),
  );
}

/** Returns the contents in the order of the paper: title, who, the other fields, the marks, school and number. */
function paper(verdict: Verdict, contents: Contents, words: Words): HTMLElement {
  const holders = contents.fields.filter((field) => field.holder);
  const others = contents.fields.filter((field) => !field.holder);
  const tables = [...new Set(contents.marks.map((mark) => mark.table))];
  const own = contents.language === words.language ? null : contents.language;
  return element(
    "section",
    { class: "paper", lang: own, "aria-label": words.ui.says },
    element("h3", { class: "title" }, foreign(contents.title)),
    contents.part !== null && element("p", { class: "part" }, foreign(contents.part)),
    holders.length > 0 && element("p", { class: "holder" }, spaced(holders.map((field) => foreign(field.text)))),
    others.length > 0 && facts(others.map((field) => [foreign(field.label), foreign(field.text)])),
    tables.map((table) => marksTable(contents.marks.filter((mark) => mark.table === table))),
    element("div", { class: "origin", lang: words.language }, facts(origin(verdict, words))),
  );
}

function spaced(parts: readonly HTMLElement[]): Child[] {
  return parts.flatMap((part, place) => (place === 0 ? [part] : [" ", part]));
}

const SHORT = 16; // characters of a cell that stand on one line

/** Returns the rows of a table; a table without columns is a list. */
function marksTable(marks: readonly Mark[]): HTMLElement {
  const [first] = marks;
  const label = first?.label ?? "";
  if (first === undefined || first.headings.length === 0) {
    const rows = marks.map((mark) => element("li", {}, foreign(mark.subject)));
    return element("div", { class: "rows" }, element("h4", {}, foreign(label)), element("ul", {}, rows));
  }
  const head = first.headings.map((heading) => element("th", { scope: "col" }, foreign(heading)));
  const body = marks.map((mark) => {
    const cells = mark.texts.map((text) =>
      element("td", { class: text.length <= SHORT && "short" }, text === "" ? "–" : foreign(text)),
    );
    return element("tr", {}, element("th", { scope: "row" }, foreign(mark.subject)), cells);
  });
  const caption = element("caption", {}, foreign(label));
  const corner = element("td", {});
  return element(
    "table",
    { class: head.length > 1 ? "marks wide" : "marks" },
    caption,
    element("thead", { class: head.length > 1 ? null : "unseen" }, element("tr", {}, corner, head)),
    element("tbody", {}, body),
  );
}

/** Returns who signed, when, under what number, by which list. */
function origin(verdict: Verdict, words: Words): readonly Fact[] {
  const { school, issued, trust, number } = verdict;
  const said: Fact[] = [];
  const add = (label: UiWord, value: Child): void => void said.push([words.ui[label], value]);
  if (number !== null) add("number", foreign(number));
  if (issued !== null) add("issued", dayText(issued, words));
  if (school !== null) {
    const then = nameOn(school, issued ?? verdict.today);
    add("school", [foreign(then), ", ", foreign(school.place)]);
    if (nameNow(school) !== then) add("school_now", foreign(nameNow(school)));
    if (school.closed !== null) add("school_closed", dayText(school.closed, words));
    const successor = school.successor === null ? null : (trust?.school(school.successor) ?? null);
    if (successor !== null) add("successor", foreign(nameNow(successor)));
    if (school.archive !== null) add("archive", foreign(school.archive));
  }
  if (trust !== null) {
    add(
      "by_list",
      line(filled(words.ui.list_line, { authority: trust.authority, day: dayText(trust.issued, words) })),
    );
  }
  return said;
}
