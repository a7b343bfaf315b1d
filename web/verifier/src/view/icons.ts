/** The shapes of the answers, told apart without colour: a circle holds, an octagon stops, a diamond asks. */

import type { Verdict } from "../decode.ts";
import { drawing } from "./dom.ts";

/** How an answer looks. */
export type Tone = "holds" | "stops" | "asks";

/** Returns how an answer looks; a genuine paper of a test key only asks. */
export function toneOf(verdict: Verdict): Tone {
  if (verdict.exitStatus === 1) return "stops";
  return verdict.exitStatus === 0 && !verdict.test ? "holds" : "asks";
}

const CIRCLE = "M12 1.5a10.5 10.5 0 1 1 0 21a10.5 10.5 0 1 1 0-21z";
const OCTAGON = "M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6z";
const DIAMOND = "M12 .9 23.1 12 12 23.1.9 12z";

const CHECK = "m6.8 12.4 3.6 3.6 7-7.6";
const CROSS = "m8 8 8 8m0-8-8 8";
const QUESTION = "M9.4 9.3a2.7 2.7 0 1 1 3.8 2.5c-.9.4-1.2.9-1.2 1.9m0 2.9v.2";
const CLOCK = "M12 6.8V12l3.2 2.4";
const AGAIN = "M16.6 9.6a5.2 5.2 0 1 0 .4 4.2m.2-6.8v3.2h-3.2";
const FLASK = "M10 6.5h4m-3.2 0v3.6l-3 5.1c-.4.8 0 1.6.9 1.6h6.6c.9 0 1.3-.8.9-1.6l-3-5.1V6.5";

const SHAPES: Readonly<Record<Tone, string>> = { holds: CIRCLE, stops: OCTAGON, asks: DIAMOND };
const SIGNS: Readonly<Record<Tone, string>> = { holds: CHECK, stops: CROSS, asks: QUESTION };

/** Returns the shape and sign of a verdict. */
export function icon(verdict: Verdict): SVGElement {
  const tone = toneOf(verdict);
  return drawing("icon", SHAPES[tone], signOf(verdict) ?? SIGNS[tone]);
}

function signOf({ code, test, exitStatus }: Verdict): string | null {
  if (test && exitStatus === 0) return FLASK;
  if (code === "expired" || code === "check_clock" || code === "genuine_old_list") return CLOCK;
  return code === "replaced" ? AGAIN : null;
}

/** Returns the small shape of a verdict, for a list of them. */
export function smallIcon(verdict: Verdict): SVGElement {
  const tone = toneOf(verdict);
  return drawing(`small ${tone}`, SHAPES[tone], SIGNS[tone]);
}

export const CAMERA =
  "M4 7.5h3l1.6-2.3h6.8L17 7.5h3c.8 0 1.5.7 1.5 1.5v8.5c0 .8-.7 1.5-1.5 1.5H4c-.8 0-1.5-.7-1.5-1.5V9c0-.8.7-1.5 1.5-1.5zM12 9.5a3.7 3.7 0 1 1 0 7.4a3.7 3.7 0 1 1 0-7.4z";
export const FILE = "M6 2.5h8l4.5 4.5v14.5H6zM14 2.5V7h4.5M9 12h6.5M9 15h6.5M9 18h4";
export const KEYS = "M3 6.5h18v11H3zM6.5 10h.2m3.3 0h.2m3.3 0h.2m3.3 0h.2M8 14h8";
export const SEAL =
  "M12 2.2 14.4 4l3-.2.9 2.9 2.5 1.7-1 2.8 1 2.8-2.5 1.7-.9 2.9-3-.2L12 20.2l-2.4-1.8-3 .2-.9-2.9L3.2 14l1-2.8-1-2.8 2.5-1.7.9-2.9 3 .2zM8.4 11.4l2.5 2.5 4.8-5";
