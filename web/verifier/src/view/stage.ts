/** Where a certificate is shown: the camera's picture, or a place to drop files and type text. */

import type { Advice, Code } from "../scan/engine.ts";
import type { Camera, CameraFault } from "../scan/camera.ts";
import { filled, type UiWord, type Words } from "../words.ts";
import { button, element, drawing, line, replace } from "./dom.ts";
import { CAMERA, FILE, KEYS } from "./icons.ts";

/** What a person can do at the stage. */
export interface Acts {
  startCamera(): void;
  stopCamera(): void;
  chooseLens(id: string): void;
  chooseFile(): void;
  checkText(text: string): void;
}

/** What the stage shows: nothing yet, the camera on its way, its picture, or its last picture beside an answer. */
export type Scene = "idle" | "starting" | "live" | "paused";

const ADVICE_REST = 900; // milliseconds before the advice may change again: it is read, not watched

/** The stage of the page. */
export class Stage {
  readonly #place: HTMLElement;
  readonly #video: HTMLVideoElement;
  readonly #marks: HTMLCanvasElement;
  readonly #camera: Camera;
  readonly #acts: Acts;
  readonly #status: HTMLElement;
  #scene: Scene = "idle";
  #typing = false;
  #advised = 0;

  constructor(place: HTMLElement, status: HTMLElement, video: HTMLVideoElement, camera: Camera, acts: Acts) {
    this.#place = place;
    this.#status = status;
    this.#video = video;
    this.#camera = camera;
    this.#acts = acts;
    this.#marks = element("canvas", { class: "marks-seen", "aria-hidden": "true" });
  }

  /** What is shown. */
  get scene(): Scene {
    return this.#scene;
  }

  /** Shows another scene. */
  show(scene: Scene, words: Words): void {
    this.#scene = scene;
    this.draw(words);
  }

  /** Draws the stage. */
  draw(words: Words): void {
    const { ui } = words;
    const on = this.#scene === "live" || this.#scene === "paused" || this.#scene === "starting";
    this.#place.setAttribute("aria-label", ui.stage);
    this.#video.setAttribute("aria-label", ui.camera_choose);
    const frame = element(
      "div",
      { class: `frame ${this.#scene}` },
      on ? [this.#video, this.#marks, element("div", { class: "aim", "aria-hidden": "true" })] : invitation(words),
    );
    replace(this.#place, frame, this.#status, this.#actions(words), this.#typing && this.#typedText(words));
    if (this.#scene === "live") void this.#drawControls(words, frame);
  }

  /** Tells a person something. */
  tell(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
    this.#advised = performance.now();
  }

  /** Tells what would help, not more often than it can be read. */
  advise(advice: Advice | "foreign", words: Words): void {
    const key: UiWord = `advice_${advice}`;
    if (performance.now() - this.#advised > ADVICE_REST) this.tell(words.ui[key]);
  }

  /** Tells why there is no camera. */
  fault(fault: CameraFault, words: Words): void {
    const key: UiWord = `fault_${fault}`;
    this.tell(words.ui[key]);
  }

  /** Draws lines around the codes that were read. */
  mark(codes: readonly Code[], width: number, height: number): void {
    const canvas = this.#marks;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.lineWidth = Math.max(3, width / 240);
    context.strokeStyle = "#ffffff";
    context.shadowColor = "#000000";
    context.shadowBlur = context.lineWidth * 2;
    context.lineJoin = "round";
    for (const { corners } of codes) {
      context.beginPath();
      for (const [x, y] of corners) context.lineTo(x, y);
      context.closePath();
      context.stroke();
    }
  }

  #actions(words: Words): HTMLElement {
    const { ui } = words;
    const on = this.#scene === "live" || this.#scene === "starting";
    const camera = on
      ? button("plain", ui.camera_off, () => this.#acts.stopCamera())
      : button("primary", [drawing("sign", CAMERA), this.#scene === "paused" ? ui.camera_next : ui.camera_on], () =>
          this.#acts.startCamera(),
        );
    const file = button("plain", [drawing("sign", FILE), ui.choose], () => this.#acts.chooseFile());
    const type = button("plain", [drawing("sign", KEYS), ui.type], () => {
      this.#typing = !this.#typing;
      this.draw(words);
      this.#place.querySelector("textarea")?.focus();
    });
    type.setAttribute("aria-expanded", String(this.#typing));
    return element("div", { class: "actions" }, camera, file, type);
  }

  #typedText(words: Words): HTMLElement {
    const { ui } = words;
    const area = element("textarea", {
      id: "typed",
      rows: 4,
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "characters",
      placeholder: "QC1:…",
    });
    const check = button("primary", ui.type_check, () => this.#acts.checkText(area.value));
    area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      this.#acts.checkText(area.value);
    });
    return element("div", { class: "typed" }, element("label", { for: "typed" }, ui.type_label), area, check);
  }

  /** Adds what the open camera can do: other lenses, light, zoom. */
  async #drawControls(words: Words, frame: HTMLElement): Promise<void> {
    const lenses = await this.#camera.lenses();
    const { torch, zoom } = this.#camera.controls();
    const box = element("div", { class: "controls" });
    if (lenses.length > 1) {
      const chosen = this.#camera.lens;
      const options = lenses.map(({ id, label }) => {
        const name = /^\d+$/.test(label) ? line(filled(words.ui.camera_numbered, { n: label })) : label;
        return element("option", { value: id, selected: id === chosen }, name);
      });
      const select = element("select", { "aria-label": words.ui.camera_choose }, options);
      select.addEventListener("change", () => this.#acts.chooseLens(select.value));
      box.append(select);
    }
    if (torch) box.append(this.#light(words));
    if (zoom !== null) {
      const slider = element("input", { type: "range", ...zoom, value: zoom.min, "aria-label": words.ui.zoom });
      slider.addEventListener("input", () => void this.#camera.zoom(slider.valueAsNumber));
      box.append(slider);
    }
    if (box.childElementCount > 0) frame.append(box);
  }

  #light(words: Words): HTMLButtonElement {
    const made: HTMLButtonElement = button("plain", words.ui.torch, () => {
      const on = made.getAttribute("aria-pressed") !== "true";
      made.setAttribute("aria-pressed", String(on));
      void this.#camera.light(on);
    });
    made.setAttribute("aria-pressed", "false");
    return made;
  }
}

/** Returns the picture of a paper with its code, and what to do with it. */
function invitation(words: Words): HTMLElement {
  const paper = drawing(
    "invitation",
    "M4.5 2.5h15v19h-15z",
    "M7.5 6h9M9 8.6h6",
    "M7.3 11.6h3.6v3.6H7.3zM13.1 11.6h3.6v3.6h-3.6zM7.3 17.2h3.6v1.8H7.3z",
    "M13.1 17.2h1.6v1.8h-1.6zM15.9 17.2h.8M15.9 19h.8",
  );
  return element("div", { class: "invitation-box" }, paper, element("p", {}, words.ui.idle));
}
