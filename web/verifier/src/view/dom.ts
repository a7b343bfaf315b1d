/** Making elements: texts are text nodes, nothing is ever parsed as markup. */

import { escaped } from "../text.ts";
import type { Line } from "../words.ts";

/** What may stand in an element. */
export type Child = Node | string | null | false | readonly Child[];

/** Attributes; true stands without a value, false and null are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Returns an element with attributes and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  setAll(made, attributes);
  append(made, children);
  return made;
}

function setAll(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false) continue;
    if (child instanceof Node || typeof child === "string") parent.append(child);
    else append(parent, child);
  }
}

/** Returns text from a certificate or a list: escaped by the rule of what may be shown, apart from its neighbours. */
export function foreign(text: string): HTMLElement {
  return element("bdi", {}, escaped(text));
}

/** Returns the nodes of a filled line. */
export function line(pieces: Line): Child[] {
  return pieces.map((piece) => (typeof piece === "string" ? piece : foreign(piece.foreign)));
}

/** Puts children in the place of those that are there. */
export function replace(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** Returns a button. */
export function button(kind: string, label: Child, pressed: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind }, label);
  made.addEventListener("click", pressed);
  return made;
}

/** Returns the element with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

const SVG = "http://www.w3.org/2000/svg";

/** Returns a drawing of lines and areas on 24 by 24, hidden from those who listen. */
export function drawing(name: string, ...paths: readonly string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  setAll(svg, { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: `drawing ${name}` });
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
