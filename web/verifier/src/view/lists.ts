/** The lists of schools: their age at the top, their facts in a dialog, taking newer ones. */

import type { Bytes } from "../bytes.ts";
import type { ListFault } from "../errors.ts";
import type { Keeping } from "../keeping.ts";
import { nameNow } from "../trust/entries.ts";
import type { TrustList } from "../trust/lists.ts";
import { dayText, filled, type Line, type UiWord, type Words } from "../words.ts";
import { button, type Child, element, foreign, line, replace } from "./dom.ts";

/** Faults that a person can do something about, and the words for them; all others mean a damaged list. */
const FAULTS: Readonly<Partial<Record<ListFault, UiWord>>> = {
  older: "refused_older",
  fork: "refused_fork",
  other_contents: "refused_other_contents",
  not_next: "refused_not_next",
  went_back: "refused_went_back",
  needs_newer: "refused_needs_newer",
  unknown_authority: "refused_unconfirmed",
  wrong_fingerprint: "refused_unconfirmed",
};

/** Draws the lists of a page and asks about new ones. */
export class ListsView {
  readonly #keeping: Keeping;
  readonly #chip: HTMLElement;
  readonly #dialog: HTMLDialogElement;
  readonly #today: () => number;
  readonly #changed: () => void;

  constructor(
    keeping: Keeping,
    chip: HTMLElement,
    dialog: HTMLDialogElement,
    today: () => number,
    changed: () => void,
  ) {
    this.#keeping = keeping;
    this.#chip = chip;
    this.#dialog = dialog;
    this.#today = today;
    this.#changed = changed;
  }

  /** Draws the age of the lists. */
  draw(words: Words, choose: () => void): void {
    const { lists } = this.#keeping;
    const oldest = lists.some((list) => this.#isOld(list));
    const said = lists.length === 0 ? [words.ui.list_none] : lists.map((list) => this.#named(list, words));
    const open = button(`chip ${lists.length === 0 || oldest ? "warn" : "fine"}`, said, () =>
      this.open(words, choose),
    );
    open.setAttribute("aria-haspopup", "dialog");
    replace(this.#chip, open);
  }

  #named(list: TrustList, words: Words): Child {
    return element(
      "span",
      { class: "one" },
      foreign(list.authority),
      element("span", { class: "age" }, line(this.age(list, words))),
    );
  }

  /** Returns how old a list is. */
  age(list: TrustList, words: Words): Line {
    const age = this.#today() - list.issued;
    const n = { n: String(age) };
    if (age < -1) return filled(words.ui.list_future);
    if (this.#isOld(list)) return filled(words.ui.list_old, n);
    return age <= 0 ? filled(words.ui.list_age_0) : filled(words.ui.list_age, n);
  }

  #isOld(list: TrustList): boolean {
    return this.#today() > list.effectiveEnd || this.#today() < list.issued - 1;
  }

  /** Opens the dialog with the facts of every list. */
  open(words: Words, choose: () => void): void {
    const { ui } = words;
    const close = button("plain", ui.close, () => this.#dialog.close());
    const load = button("primary", ui.list_load, () => {
      this.#dialog.close();
      choose();
    });
    this.#show(ui.lists, [
      element("p", { class: "quiet" }, ui.list_about, " ", ui.list_kept),
      this.#keeping.lists.map((list) => this.#facts(list, words)),
      element("div", { class: "actions" }, load, close),
    ]);
  }

  #facts(list: TrustList, words: Words): HTMLElement {
    const { ui } = words;
    const { contents } = list;
    const counts = {
      schools: String(contents.schools.length),
      keys: String(contents.keys.size),
      withdrawals: String(contents.withdrawals.size),
    };
    const said: readonly (readonly [string, Child])[] = [
      [ui.list_issued, [dayText(list.issued, words), ", ", line(this.age(list, words))]],
      [ui.list_next, dayText(contents.nextUpdate, words)],
      [ui.list_version, `${list.roots.length}.${contents.version}`],
      [ui.list_holds, line(filled(ui.list_counts, counts))],
      [ui.list_where, foreign(list.where)],
      [ui.list_fingerprint, fingerprint(list)],
    ];
    return element(
      "section",
      { class: "list" },
      element("h3", {}, foreign(list.authority)),
      list.own && element("p", { class: "quiet" }, ui.list_own),
      element(
        "dl",
        { class: "facts" },
        said.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value))),
      ),
    );
  }

  /** Takes a list from a file; returns what to tell. */
  async take(data: Bytes, words: Words): Promise<Line> {
    const outcome = await this.#keeping.take(data, (list, lost) => this.#confirm(list, lost, words));
    if (outcome.kind === "refused") {
      const fault = FAULTS[outcome.code];
      const why = fault === undefined ? words.ui.refused_damaged.replace("{code}", outcome.code) : words.ui[fault];
      return [words.ui.refused_list.replace("{why}", () => why)];
    }
    if (outcome.kind === "same") return [words.ui.list_same];
    this.#changed();
    const { list } = outcome;
    return filled(words.ui.list_imported, { authority: list.authority, day: dayText(list.issued, words) });
  }

  /** Asks a person to compare the fingerprint of a list. */
  async #confirm(list: TrustList, lost: readonly string[], words: Words): Promise<boolean> {
    const { ui } = words;
    const repair = lost.length > 0;
    let taken = false;
    const yes = button("primary", ui.confirm_yes, () => {
      taken = true;
      this.#dialog.close();
    });
    const no = button("plain", ui.confirm_no, () => this.#dialog.close());
    const schools = list.contents.schools
      .slice(0, 3)
      .map((school) => nameNow(school))
      .join("; ");
    this.#show(repair ? ui.confirm_repair : ui.confirm_first, [
      element("p", { class: "authority" }, foreign(list.authority)),
      element("p", { class: "quiet" }, foreign(schools), list.contents.schools.length > 3 && "; …"),
      element("p", {}, repair ? ui.confirm_repair_text : ui.confirm_first_text),
      repair &&
        element(
          "ul",
          { class: "lost" },
          lost.slice(0, 20).map((one) => element("li", {}, foreign(one))),
        ),
      fingerprint(list),
      element("div", { class: "actions" }, yes, no),
    ]);
    no.focus();
    return new Promise((resolve) => {
      this.#dialog.addEventListener("close", () => resolve(taken), { once: true });
    });
  }

  #show(title: string, children: readonly Child[]): void {
    const heading = element("h2", { id: "dialog-title" }, title);
    replace(this.#dialog, element("div", { class: "sheet" }, heading, children));
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

/** Returns a fingerprint in groups of four digits, as people compare them. */
function fingerprint(list: TrustList): HTMLElement {
  const groups = list.fingerprint.toUpperCase().match(/.{4}/g) ?? [];
  return element(
    "code",
    { class: "fingerprint" },
    groups.map((group) => element("span", {}, group, " ")),
  );
}
