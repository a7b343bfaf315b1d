/** Files of any kind: which codes a picture, a PDF or a text holds. */

import type { Bytes } from "../bytes.ts";
import type { Grey } from "./grey.ts";
import { isPdf, readPdf } from "./pdf.ts";
import { isPicture, opened, PictureFault } from "./pictures.ts";
import type { CodeReader } from "./reader.ts";

/** How a text came: read from a code, from an attachment, or written. */
export type How = "scanned" | "attached" | "typed";

/** Why a file gave nothing. */
export type Trouble = "no_code" | "unread" | "too_big" | "damaged" | "locked" | "unknown";

/** What a file holds: texts of codes, ours or not; or the trouble. */
export interface Found {
  readonly how: How;
  readonly texts: readonly string[];
  readonly trouble: Trouble | null;
}

/** Bytes of a file that is looked at: a scan of a class. */
export const MAX_FILE = 256 * 2 ** 20;
/** Bytes of a text: some two thousand of the longest certificates, one a line. */
const MAX_TEXT = 4 * 2 ** 20;

/** Returns what a file holds; never throws for a bad file. */
export async function look(data: Bytes, reader: CodeReader): Promise<Found> {
  try {
    if (isPdf(data)) return await lookInPdf(data, reader);
    if (isPicture(data)) return await lookAt(await opened(data), reader);
  } catch (error) {
    if (error instanceof PictureFault) return nothing(error.code);
    throw error;
  }
  const text = decodedText(data);
  return text === null ? nothing("unknown") : { how: "typed", texts: linesOf(text), trouble: null };
}

/** Returns the lines of a text that are not empty, each once. */
export function linesOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\r\n]+/).filter((line) => line.trim() !== ""))];
}

function nothing(trouble: Trouble): Found {
  return { how: "scanned", texts: [], trouble };
}

async function lookAt(picture: Grey, reader: CodeReader): Promise<Found> {
  const { reading } = await reader.read(picture, "picture");
  if (reading.codes.length === 0) return nothing(reading.seen ? "unread" : "no_code");
  return { how: "scanned", texts: [...new Set(reading.codes.map((code) => code.text))], trouble: null };
}

async function lookInPdf(data: Bytes, reader: CodeReader): Promise<Found> {
  const pdf = await readPdf(data);
  if (pdf.texts.length > 0) return { how: "attached", texts: pdf.texts, trouble: null };
  if (pdf.locked) return nothing("locked");
  const texts = new Set<string>();
  let seen = false;
  for await (const picture of pdf.pictures()) {
    const { reading } = await reader.read(picture, "picture");
    for (const code of reading.codes) texts.add(code.text);
    seen ||= reading.seen;
  }
  if (texts.size === 0) return nothing(seen ? "unread" : "no_code");
  return { how: "scanned", texts: [...texts], trouble: null };
}

/** Returns bytes as text, UTF-8 or UTF-16 with its mark, or null if they are none. */
function decodedText(data: Bytes): string | null {
  if (data.length > MAX_TEXT) return null;
  const label =
    data[0] === 0xff && data[1] === 0xfe ? "utf-16le" : data[0] === 0xfe && data[1] === 0xff ? "utf-16be" : "utf-8";
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(data);
    return /[\x00-\x08\x0b\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
