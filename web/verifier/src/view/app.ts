/** The page: what comes in is checked, what comes of it is shown. */

import type { Bytes } from "../bytes.ts";
import { verify, Verdict } from "../decode.ts";
import type { Keeping } from "../keeping.ts";
import { Camera, CameraError } from "../scan/camera.ts";
import type { Reading } from "../scan/engine.ts";
import type { CodeReader } from "../scan/reader.ts";
import { linesOf, look, MAX_FILE, type How as Source, type Trouble } from "../scan/sources.ts";
import { PROOF_PREFIX, schemeOf, toDay, trimmed } from "../wire.ts";
import { dayText, filled, LANGUAGES, plain, type UiWord, type Words, wordsFor } from "../words.ts";
import { byId, button, type Child, drawing, element, replace } from "./dom.ts";
import { History } from "./history.ts";
import { SEAL } from "./icons.ts";
import { ListsView } from "./lists.ts";
import { report } from "./report.ts";
import { Stage } from "./stage.ts";
import { type Answer, troublePanel, verdictPanel } from "./verdict.ts";

/** What the maker of the page may have put into it. */
export interface Settings {
  readonly lang?: string;
  readonly logo?: string;
  /** Whether the page is one that can be installed, with its worker beside it. */
  readonly app?: boolean;
}

const MAX_FOREIGN = 120; // characters of a foreign code that are shown
const MAX_SHOWN = 50; // answers of one batch on the screen; all are in the history
const LIST_HEAD = 0x82; // an array of two: roots and a list

/** The page at work. */
export class App {
  readonly #keeping: Keeping;
  readonly #reader: CodeReader;
  readonly #settings: Settings;
  readonly #version: string;
  readonly #history = new History();
  readonly #camera: Camera;
  readonly #stage: Stage;
  readonly #lists: ListsView;
  readonly #files = element("input", {
    type: "file",
    multiple: true,
    hidden: true,
    tabindex: -1,
    "aria-hidden": "true",
  });
  #words: Words;
  #answers: readonly Answer[] = [];
  #trouble: UiWord | null = null;
  #lastText: string | null = null;
  #readerState = "starting";
  #cameraState = "off";
  #scanning = 0;

  constructor(keeping: Keeping, reader: CodeReader, settings: Settings, version: string) {
    this.#keeping = keeping;
    this.#reader = reader;
    this.#settings = settings;
    this.#version = version;
    this.#words = wordsFor([settings.lang ?? "", ...navigator.languages]);
    const video = element("video", { playsinline: true, muted: true });
    video.muted = true;
    this.#camera = new Camera(video);
    this.#stage = new Stage(byId("stage"), element("p", { class: "status", role: "status" }), video, this.#camera, {
      startCamera: () => void this.startCamera(),
      stopCamera: () => this.stopCamera(),
      chooseLens: (id) => void this.startCamera(id),
      chooseFile: () => this.#files.click(),
      checkText: (text) => void this.checkTexts(linesOf(text).length > 0 ? linesOf(text) : [text], "typed", ""),
    });
    const dialog = byId("dialog") as HTMLDialogElement;
    this.#lists = new ListsView(
      keeping,
      byId("chip"),
      dialog,
      () => this.#today,
      () => this.draw(),
    );
    this.#listen();
  }

  /** Draws all of the page; `reading`: its lists are still being checked. */
  draw({ reading } = { reading: false }): void {
    const words = this.#words;
    const { ui } = words;
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
    document.title = ui.title;
    const logo = this.#settings.logo;
    const sign = logo === undefined ? drawing("seal", SEAL) : element("img", { src: logo, alt: "" });
    replace(byId("brand"), sign, element("h1", {}, ui.title));
    replace(byId("languages"), this.#languages());
    replace(byId("tagline"), ui.tagline);
    replace(byId("skip"), ui.skip);
    this.#stage.draw(words);
    if (reading) {
      replace(byId("chip"), element("p", { class: "chip quiet" }, ui.list_reading));
      return;
    }
    this.#lists.draw(words, () => this.#files.click());
    this.#drawAnswers();
    this.#drawHistory();
    this.#drawFoot();
  }

  /** Tells that a newer version of the page is ready; `use` changes to it. */
  offerUpdate(use: () => void): void {
    const { ui } = this.#words;
    replace(byId("update"), element("p", {}, ui.update_ready, " "), button("plain", ui.update_use, use));
    byId("update").hidden = false;
  }

  /** Turns the camera on and reads its frames until a code is found. */
  async startCamera(lens: string | null = null): Promise<void> {
    const words = this.#words;
    this.#stage.show("starting", words);
    this.#stage.tell(words.ui.advice_start);
    const turn = ++this.#scanning;
    try {
      await (lens === null ? this.#camera.open() : this.#camera.open(lens));
    } catch (error) {
      const fault = error instanceof CameraError ? error.fault : "absent";
      this.#cameraState = fault;
      this.stopCamera();
      this.#stage.fault(fault, this.#words);
      return;
    }
    this.#cameraState = "on";
    this.#stage.show("live", this.#words);
    await this.#scan(turn);
  }

  /** Turns the camera off. */
  stopCamera(): void {
    this.#scanning += 1;
    this.#camera.close();
    this.#stage.show("idle", this.#words);
    this.#stage.tell("");
  }

  /** Checks texts of codes that came together, and shows what comes of them. */
  async checkTexts(texts: readonly string[], source: Source, name: string): Promise<void> {
    const ours = texts.filter((text) => schemeOf(text) !== null);
    const proofs = texts.filter((text) => trimmed(text).startsWith(PROOF_PREFIX));
    if (ours.length === 0 && proofs.length > 0 && this.#lastText !== null) ours.push(this.#lastText);
    const checked = ours.length > 0 ? ours : texts.slice(0, 1);
    const answers: Answer[] = [];
    for (const text of checked) {
      const verdict = await verify(text, this.#keeping.lists, { now: this.#today, proofs });
      answers.push({
        verdict,
        how: source === "typed" ? "typed" : "scanned",
        attached: source === "attached",
        foreign: ours.length === 0 && source === "scanned" ? text.slice(0, MAX_FOREIGN) : null,
      });
    }
    this.#lastText = ours.at(-1) ?? null;
    this.#tell(answers, name);
  }

  /** Looks into files one after the other. */
  async checkFiles(files: readonly File[]): Promise<void> {
    for (const file of files) await this.#checkFile(file);
  }

  async #checkFile(file: File): Promise<void> {
    const words = this.#words;
    this.#stage.tell(plain(filled(words.ui.busy, { name: file.name })));
    if (file.size > MAX_FILE) return this.#fail("too_big", file.name);
    const data = new Uint8Array(await file.arrayBuffer());
    if (/\.qct$/i.test(file.name) || (data[0] === LIST_HEAD && (data[1] ?? 0) >> 5 === 4))
      return this.#takeList(data);
    try {
      const found = await look(data, this.#reader);
      if (found.trouble !== null) return this.#fail(found.trouble, file.name);
      this.#stage.tell("");
      await this.checkTexts(found.texts.length > 0 ? found.texts : [""], found.how, file.name);
    } catch {
      this.#trouble = "fault_reader";
      this.#stage.tell(words.ui.fault_reader);
    }
  }

  async #takeList(data: Bytes): Promise<void> {
    this.#stage.tell(plain(await this.#lists.take(data, this.#words)));
  }

  /** Tells that a file gave nothing. */
  #fail(trouble: Trouble, name: string): void {
    const pdf = trouble === "no_code" && /\.pdf$/i.test(name);
    this.#trouble = pdf ? "trouble_pdf" : `trouble_${trouble}`;
    this.#stage.tell("");
    this.#answers = [];
    const verdict = new Verdict("unreadable", this.#today);
    this.#history.add(name, { verdict, how: "scanned", attached: false, foreign: null });
    this.#drawAnswers();
    this.#drawHistory();
    this.#focusAnswer();
  }

  #tell(answers: readonly Answer[], name: string): void {
    this.#answers = answers;
    this.#trouble = null;
    for (const answer of answers) this.#history.add(name, answer);
    this.#drawAnswers();
    this.#drawHistory();
    this.#focusAnswer();
  }

  /** Reads frames until a code of ours is found, or another turn begins. */
  async #scan(turn: number): Promise<void> {
    while (turn === this.#scanning && this.#camera.on) {
      await this.#camera.nextFrame();
      const frame = await this.#camera.frame();
      if (frame === null || turn !== this.#scanning) continue;
      const { width, height } = frame;
      try {
        const { reading, data } = await this.#reader.read(frame, "frame");
        this.#camera.recycle(data);
        if (turn !== this.#scanning) return;
        this.#stage.mark(reading.codes, width, height);
        if (await this.#seen(reading)) return;
      } catch {
        this.stopCamera();
        this.#stage.tell(this.#words.ui.fault_reader);
        return;
      }
    }
  }

  /** Acts on the reading of a frame; tells whether the camera may rest. */
  async #seen(reading: Reading): Promise<boolean> {
    const texts = [...new Set(reading.codes.map((code) => code.text))];
    const wanted = texts.filter((text) => schemeOf(text) !== null || text.startsWith(PROOF_PREFIX));
    const proofsAlone = wanted.every((text) => text.startsWith(PROOF_PREFIX)) && this.#lastText === null;
    if (wanted.length === 0 || proofsAlone) {
      this.#stage.advise(texts.length > 0 ? "foreign" : (reading.advice ?? "still"), this.#words);
      return false;
    }
    this.#scanning += 1;
    this.#camera.pause();
    this.#stage.show("paused", this.#words);
    this.#stage.tell(this.#words.ui.advice_done);
    await this.checkTexts(wanted, "scanned", "");
    return true;
  }

  get #today(): number {
    return toDay(new Date());
  }

  #focusAnswer(): void {
    const heading = byId("result").querySelector<HTMLElement>(".headline");
    heading?.focus({ preventScroll: true });
    const top = heading?.getBoundingClientRect().top ?? 0;
    if (top > 0 && top < innerHeight / 2) return; // it is in sight
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    byId("result").scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  #drawAnswers(): void {
    const words = this.#words;
    const { lists } = this.#keeping;
    replace(byId("result"), this.#answersOr(words, lists.length === 0));
    byId("main").classList.toggle("answered", this.#answers.length > 0 || this.#trouble !== null);
  }

  #answersOr(words: Words, noList: boolean): Child {
    const { ui } = words;
    if (this.#trouble !== null) {
      return troublePanel(this.#trouble, words);
    }
    if (this.#answers.length > 0) {
      return this.#answers.slice(0, MAX_SHOWN).map((answer) => verdictPanel(answer, words, this.#keeping.lists));
    }
    const steps = [ui.waiting_1, ui.waiting_2, ui.waiting_3].map((step) => element("li", {}, step));
    return element(
      "div",
      { class: "waiting" },
      element("h2", {}, ui.waiting_title),
      element("ol", {}, steps),
      noList && element("p", { class: "notice" }, words.sentences["unknown_school none"], " ", ui.load_list),
    );
  }

  #drawHistory(): void {
    byId("below").hidden = this.#history.empty;
    byId("history-title").textContent = this.#words.ui.history;
    this.#history.draw(byId("history"), this.#words, this.#keeping.lists, () => this.#drawHistory());
  }

  #drawFoot(): void {
    const { ui } = this.#words;
    const copied = element("span", { role: "status" });
    const copy = button("plain", ui.report_copy, () => {
      void navigator.clipboard.writeText(this.report()).then(() => (copied.textContent = ui.report_copied));
    });
    replace(byId("report"), element("summary", {}, ui.report), element("p", {}, ui.report_text), copy, " ", copied);
    const today = plain(filled(ui.today, { day: dayText(this.#today, this.#words) }));
    replace(byId("facts"), today, " · ", plain(filled(ui.version, { version: this.#version })));
  }

  /** Returns the report for support. */
  report(): string {
    return report({
      version: this.#version,
      today: this.#today,
      lists: this.#keeping.lists,
      answers: this.#answers,
      trouble: this.#trouble ?? "",
      reader: this.#readerState,
      camera: this.#cameraState,
    });
  }

  #languages(): Child {
    if (LANGUAGES.size < 2) return null;
    const options = [...LANGUAGES].map(([code, words]) =>
      element("option", { value: code, lang: code, selected: code === this.#words.language }, words.name),
    );
    const select = element("select", { "aria-label": this.#words.ui.language }, options);
    select.addEventListener("change", () => {
      this.#words = wordsFor([select.value]);
      this.draw();
      byId("languages").querySelector("select")?.focus();
    });
    return select;
  }

  #listen(): void {
    this.#reader.ready().then(
      () => (this.#readerState = "ready"),
      (error: unknown) => (this.#readerState = `failed: ${String(error)}`),
    );
    document.body.append(this.#files);
    this.#files.addEventListener("change", () => {
      const files = [...(this.#files.files ?? [])];
      this.#files.value = "";
      void this.checkFiles(files);
    });
    document.addEventListener("paste", (event) => this.#pasted(event));
    this.#listenForDrops();
    document.addEventListener("visibilitychange", () => this.#woken());
  }

  #pasted(event: ClipboardEvent): void {
    if (event.target instanceof HTMLTextAreaElement) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length > 0) void this.checkFiles(files);
    else if (text.trim() !== "") void this.checkTexts(linesOf(text), "typed", "");
  }

  #listenForDrops(): void {
    const root = document.documentElement;
    let inside = 0; // every element that is crossed tells of it
    const over = (by: number): void => {
      inside = Math.max(0, inside + by);
      root.classList.toggle("dropping", inside > 0);
    };
    document.addEventListener("dragenter", () => over(1));
    document.addEventListener("dragleave", () => over(-1));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      over(-inside);
      const files = [...(event.dataTransfer?.files ?? [])];
      const text = event.dataTransfer?.getData("text/plain") ?? "";
      if (files.length > 0) void this.checkFiles(files);
      else if (text.trim() !== "") void this.checkTexts(linesOf(text), "typed", "");
    });
  }

  /** Lets the camera go while nobody looks, and opens it again: telephones change lenses while they sleep. */
  #woken(): void {
    if (document.hidden && this.#camera.on) {
      this.#scanning += 1;
      this.#camera.close();
    } else if (!document.hidden && this.#stage.scene === "live" && !this.#camera.on) {
      void this.startCamera();
    }
  }
}
