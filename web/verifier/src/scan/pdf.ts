/**
 * PDFs without drawing their pages: the attachment with the text of the code, and the pictures inside.
 *
 * Streams are found by their words, not by the tables of the file: `/Type /EmbeddedFile` is optional, lengths
 * may stand elsewhere, objects may be packed. What a stream holds decides: a text that begins like a code of
 * ours is one, wherever it stands; its signature is checked like that of any other.
 */

import type { Bytes } from "../bytes.ts";
import type { Grey } from "./grey.ts";
import { inflated } from "./inflate.ts";
import { opened } from "./pictures.ts";
import { MAX_PIXELS } from "./sizes.ts";

/** Pictures of one PDF that are looked at: a scan of a class's year. */
const MAX_PICTURES = 400;
/** Bytes of a stream that may hold the text of a code, packed: a code has some 3 000 characters. */
const MAX_PACKED_TEXT = 16_384;
const MAX_TEXT = 65_536;
/** Streams of one PDF: pages, fonts, pictures of some thousand pages. */
const MAX_STREAMS = 20_000;

/** What of a PDF can be read here. */
export interface Pdf {
  /** Texts of codes that are attached to it. */
  readonly texts: readonly string[];
  /** Whether it is locked with a password, so that nothing of it can be read. */
  readonly locked: boolean;
  /** Opens its pictures one after the other; one that cannot be opened is left out. */
  pictures(): AsyncGenerator<Grey>;
}

/** A stream: the words before it, and its bytes. */
interface Stream {
  readonly words: string;
  readonly data: Bytes;
}

/** Tells whether bytes are a PDF. */
export function isPdf(data: Bytes): boolean {
  return latin(data.subarray(0, 1024)).includes("%PDF-");
}

/** Returns what of a PDF can be read. */
export async function readPdf(data: Bytes): Promise<Pdf> {
  const streams = [...streamsOf(data)];
  const locked = /\/Encrypt\b/.test(latin(data));
  const images = streams.filter(({ words }) => /\/Subtype\s*\/Image\b/.test(words)).slice(0, MAX_PICTURES);
  return { texts: locked ? [] : await textsOf(streams), locked, pictures: () => picturesOf(images) };
}

async function textsOf(streams: readonly Stream[]): Promise<readonly string[]> {
  const texts = new Set<string>();
  for (const { words, data } of streams) {
    if (data.length > MAX_PACKED_TEXT || /\/Subtype\s*\/Image\b/.test(words)) continue;
    const text = latin(await unpacked(words, data, MAX_TEXT).catch(none));
    if (!/^\s*Q[CP]\d+:/.test(text)) continue;
    for (const line of text.split(/[\r\n]+/)) if (line.trim() !== "") texts.add(line);
  }
  return [...texts];
}

function none(): Bytes {
  return new Uint8Array(); // larger than any text of codes
}

async function* picturesOf(images: readonly Stream[]): AsyncGenerator<Grey> {
  for (const image of images) {
    try {
      const picture = await pictureOf(image);
      if (picture !== null) yield picture;
    } catch {
      // damaged, or of a kind that browsers do not open
    }
  }
}

async function pictureOf({ words, data }: Stream): Promise<Grey | null> {
  const filters = filtersOf(words);
  const last = filters.at(-1);
  if (last === "DCTDecode" || last === "JPXDecode") {
    return opened(filters.length > 1 ? await unpacked(words, data, 4 * MAX_PIXELS) : data);
  }
  if (filters.some((filter) => filter !== "FlateDecode")) return null;
  const [width, height] = [numberOf(words, "Width"), numberOf(words, "Height")];
  const bits = /\/ImageMask\s+true/.test(words) ? 1 : numberOf(words, "BitsPerComponent");
  if (width < 1 || height < 1 || width * height > MAX_PIXELS || ![1, 2, 4, 8].includes(bits)) return null;
  const raw = await unpacked(words, data, 8 * MAX_PIXELS);
  return plain(raw, { width, height, bits, predictor: numberOf(words, "Predictor") });
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly predictor: number;
}

/** Returns the pixels of an unpacked picture as grey; how many colours it has follows from its size. */
function plain(raw: Bytes, { width, height, bits, predictor }: Layout): Grey | null {
  const extra = predictor >= 10 ? 1 : 0; // each row begins with the number of its predictor
  const rowBytes = Math.floor(raw.length / height) - extra;
  const colours = [4, 3, 1].find((count) => Math.ceil((width * bits * count) / 8) <= rowBytes);
  if (colours === undefined || predictor === 2) return null;
  const size = Math.ceil((width * bits * colours) / 8);
  const rows = extra === 1 ? unpredicted(raw, size, height, Math.max(1, (bits * colours) >> 3)) : raw;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = sample(rows, y * size, x, bits, colours);
  }
  stretch(data);
  return { data, width, height };
}

function sample(rows: Bytes, start: number, x: number, bits: number, colours: number): number {
  if (bits < 8) {
    const at = x * bits * colours;
    return ((rows[start + (at >> 3)] ?? 0) >> (8 - bits - (at & 7))) & ((1 << bits) - 1);
  }
  if (colours === 4) {
    // printing colours: what the black and the inks leave of the white
    const at = start + 4 * x;
    return Math.max(
      0,
      255 - (rows[at + 3] ?? 0) - ((rows[at] ?? 0) + (rows[at + 1] ?? 0) + (rows[at + 2] ?? 0)) / 3,
    );
  }
  let sum = 0;
  for (let colour = 0; colour < colours; colour++) sum += rows[start + x * colours + colour] ?? 0;
  return sum / colours;
}

/** Spreads the shades over all that there are: places in a palette become light and dark too. */
function stretch(data: Bytes): void {
  let [low, high] = [255, 0];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high <= low) return;
  for (let at = 0; at < data.length; at++) data[at] = (((data[at] ?? 0) - low) * 255) / (high - low);
}

/** Takes back the predictors of PNG (RFC 2083 section 6), `step` bytes a pixel. */
function unpredicted(raw: Bytes, size: number, height: number, step: number): Bytes {
  const rows = new Uint8Array(size * height);
  for (let y = 0; y < height; y++) {
    const kind = raw[y * (size + 1)] ?? 0;
    for (let x = 0; x < size; x++) {
      const left = x >= step ? (rows[y * size + x - step] ?? 0) : 0;
      const up = y > 0 ? (rows[(y - 1) * size + x] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (rows[(y - 1) * size + x - step] ?? 0) : 0;
      rows[y * size + x] = (raw[y * (size + 1) + 1 + x] ?? 0) + predicted(kind, left, up, corner);
    }
  }
  return rows;
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  switch (kind) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const estimate = left + up - corner;
      const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      return 0;
  }
}

/** Returns a stream without its packing; what is packed otherwise is returned as it is. */
async function unpacked(words: string, data: Bytes, most: number): Promise<Bytes> {
  return filtersOf(words)[0] === "FlateDecode" ? inflated(data, "deflate", most) : data;
}

function filtersOf(words: string): readonly string[] {
  const found = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(words)?.[1] ?? "";
  return [...found.matchAll(/\/(\w+)/g)].map((match) => match[1] ?? "");
}

function numberOf(words: string, name: string): number {
  return Number(new RegExp(`/${name}\\s+(\\d{1,9})\\b(?!\\s+\\d+\\s+R)`).exec(words)?.[1] ?? 0);
}

const STREAM = "stream";
const END = "endstream";
const WORDS = 4096; // bytes before a stream in which its dictionary is looked for

/** Yields the streams of a PDF in their order. */
function* streamsOf(data: Bytes): Generator<Stream> {
  let from = 0;
  for (let count = 0; count < MAX_STREAMS; count++) {
    const at = indexOf(data, STREAM, from);
    if (at < 0) return;
    from = at + STREAM.length;
    const start =
      from + (data[from] === 0x0d ? 1 : 0) + (data[from + (data[from] === 0x0d ? 1 : 0)] === 0x0a ? 1 : 0);
    if (start === from) continue; // the word, not a stream
    const words = latin(data.subarray(Math.max(0, at - WORDS), at));
    const dictionary = words.slice(Math.max(0, words.lastIndexOf(" obj"), words.lastIndexOf("\nobj")));
    const end = endOf(data, start, numberOf(dictionary, "Length"));
    if (end < 0) return;
    yield { words: dictionary, data: data.subarray(start, end) };
    from = indexOf(data, END, end) + END.length;
  }
}

/** Returns where a stream ends: where its length says, if the right word follows there, else at that word. */
function endOf(data: Bytes, start: number, length: number): number {
  const told = start + length;
  if (
    length > 0 &&
    latin(data.subarray(told, told + 12))
      .trimStart()
      .startsWith(END)
  )
    return told;
  const found = indexOf(data, END, start);
  if (found < 0) return -1;
  let end = found;
  if (data[end - 1] === 0x0a) end -= 1;
  if (data[end - 1] === 0x0d) end -= 1;
  return Math.max(end, start);
}

function indexOf(data: Bytes, word: string, from: number): number {
  const first = word.charCodeAt(0);
  for (let at = data.indexOf(first, from); at >= 0; at = data.indexOf(first, at + 1)) {
    let place = 1;
    while (place < word.length && data[at + place] === word.charCodeAt(place)) place += 1;
    if (place === word.length) return at;
  }
  return -1;
}

function latin(data: Uint8Array): string {
  return new TextDecoder("latin1").decode(data);
}
