/** What was checked since the page was opened: in memory only, to be saved as a table if the person asks. */

import { nameOn } from "../trust/entries.ts";
import type { TrustList } from "../trust/lists.ts";
import { headline, plain, sentence, type Words } from "../words.ts";
import { isoDay } from "../wire.ts";
import { button, element, foreign, replace } from "./dom.ts";
import { smallIcon, toneOf } from "./icons.ts";
import type { Answer } from "./verdict.ts";

interface Entry {
  readonly at: Date;
  readonly source: string;
  readonly answer: Answer;
}

/** The checks of one sitting. */
export class History {
  readonly #entries: Entry[] = [];

  /** Adds a check. */
  add(source: string, answer: Answer): void {
    this.#entries.push({ at: new Date(), source, answer });
  }

  /** Whether nothing was checked yet. */
  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /** Forgets all checks. */
  forget(): void {
    this.#entries.length = 0;
  }

  /** Draws the list, the newest first. */
  draw(parent: Element, words: Words, lists: readonly TrustList[], redraw: () => void): void {
    const { ui } = words;
    const rows = [...this.#entries].reverse().map((entry) => row(entry, words));
    const save = button("plain", ui.history_save, () => saveFile("qrcert.csv", this.csv(words, lists)));
    const forget = button("plain", ui.history_forget, () => {
      this.forget();
      redraw();
    });
    replace(
      parent,
      element("ol", { class: "checks" }, rows),
      element("p", { class: "quiet" }, ui.history_note),
      element("div", { class: "actions" }, save, forget),
    );
  }

  /** Returns all checks as a table that spreadsheets open; no cell is a formula. */
  csv(words: Words, lists: readonly TrustList[]): string {
    const head =
      "time,source,verdict,reason,test,number,issued,school,title,holder,list,list_issued,sentence".split(",");
    const rows = this.#entries.map((entry) => cells(entry, words, lists));
    const lines = [head, ...rows].map((row) => row.map(cell).join(","));
    return `\ufeff${lines.join("\r\n")}\r\n`;
  }
}

function row({ at, answer }: Entry, words: Words): HTMLElement {
  const { verdict } = answer;
  const time = at.toLocaleTimeString(words.language, { hour: "2-digit", minute: "2-digit", hour12: false });
  return element(
    "li",
    { class: toneOf(verdict) },
    element("time", { datetime: at.toISOString() }, time),
    smallIcon(verdict),
    element("span", { class: "what" }, headline(verdict, words)),
    element("span", { class: "number" }, verdict.number === null ? "" : foreign(verdict.number)),
  );
}

function cells({ at, source, answer }: Entry, words: Words, lists: readonly TrustList[]): readonly string[] {
  const { verdict, how } = answer;
  const contents = verdict.contents(words.language);
  const { school, issued, trust } = verdict;
  return [
    at.toISOString(),
    source,
    verdict.code,
    verdict.reason ?? "",
    verdict.test ? "1" : "0",
    verdict.number ?? "",
    issued === null ? "" : isoDay(issued),
    school === null ? "" : nameOn(school, issued ?? verdict.today),
    contents?.title ?? "",
    contents?.fields
      .filter((field) => field.holder)
      .map((field) => field.text)
      .join(" ") ?? "",
    trust?.authority ?? "",
    trust === null ? "" : isoDay(trust.issued),
    plain(sentence(verdict, words, lists, how)),
  ];
}

/** Returns a cell in quotation marks; what a spreadsheet would take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Offers a text as a file. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
