/** The reader of codes: zxing-cpp in WebAssembly, its bytes handed over, nothing fetched. */

import { getZXingModule } from "zxing-wasm/reader";

import { type Likely, likelyPlace } from "./finders.ts";
import { blurred, type Box, cropped, doubled, type Grey, sharpened } from "./grey.ts";

/** A code that was read: its text, and its corners in the picture, clockwise from the upper left. */
export interface Code {
  readonly text: string;
  readonly corners: readonly (readonly [x: number, y: number])[];
}

/** What would help to read a code: show it, more light, less glare, come closer, hold it still and flat. */
export type Advice = "show" | "light" | "glare" | "closer" | "still";

/** What a picture gave: the codes that were read, whether one was seen that could not be, what would help. */
export interface Reading {
  readonly codes: readonly Code[];
  readonly seen: boolean;
  readonly advice: Advice | null;
}

/** How long to look: a frame of a video is followed by another, a picture is all there is. */
export type Effort = "frame" | "picture";

const MOST_DOUBLED = 4_000_000; // pixels before doubling: 16 million after it

/** The options that the reader's C++ takes; see zxing-wasm's ReaderOptions. */
const OPTIONS = {
  formats: "QRCode",
  tryHarder: true,
  tryRotate: true,
  tryInvert: true, // without it all screens in dark mode are lost
  tryDownscale: true,
  tryDenoise: false,
  binarizer: 0, // LocalAverage
  isPure: false,
  downscaleFactor: 3,
  downscaleThreshold: 500,
  minLineCount: 2,
  maxNumberOfSymbols: 32,
  validateOptionalChecksum: false,
  returnErrors: false,
  eanAddOnSymbol: 0,
  textMode: 0, // Plain
  characterSet: 0,
  tryCode39ExtendedMode: false,
};

interface Corner {
  readonly x: number;
  readonly y: number;
}

interface Result {
  readonly error: string;
  readonly text: string;
  readonly position: Readonly<Record<"topLeft" | "topRight" | "bottomRight" | "bottomLeft", Corner>>;
}

/** What is used of the compiled module. */
interface Compiled {
  readonly HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(address: number): void;
  readBarcodesFromPixmap(
    address: number,
    width: number,
    height: number,
    options: typeof OPTIONS,
  ): { size(): number; get(place: number): Result | undefined; delete?(): void };
}

/** A reader that is ready. */
export class Engine {
  readonly #compiled: Compiled;

  private constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  /** Returns the reader whose code is `wasm`. */
  static async of(wasm: ArrayBuffer): Promise<Engine> {
    return new Engine((await getZXingModule({ wasmBinary: wasm })) as unknown as Compiled);
  }

  /** Returns the codes in a picture, trying harder and harder until one is read. */
  read(picture: Grey, effort: Effort): Reading {
    const plain = this.#once(picture);
    if (plain.length > 0) return { codes: plain, seen: true, advice: null };
    const place = likelyPlace(picture);
    const box = place?.box ?? null;
    for (const attempt of effort === "frame" ? frameAttempts(picture, box) : pictureAttempts(picture, box)) {
      const codes = this.#once(attempt());
      if (codes.length > 0)
        return { codes: codes.map(({ text }) => ({ text, corners: [] })), seen: true, advice: null };
    }
    return { codes: [], seen: place !== null, advice: adviceFor(picture, place) };
  }

  #once({ data, width, height }: Grey): readonly Code[] {
    const compiled = this.#compiled;
    const pixels = data.subarray(0, width * height); // of a frame the colours follow
    const address = compiled._malloc(pixels.length);
    if (address === 0) return [];
    try {
      compiled.HEAPU8.set(pixels, address);
      const found = compiled.readBarcodesFromPixmap(address, width, height, OPTIONS);
      const codes: Code[] = [];
      for (let place = 0; place < found.size(); place++) {
        const result = found.get(place);
        if (result !== undefined && result.error === "") codes.push(codeOf(result));
      }
      found.delete?.();
      return codes;
    } finally {
      compiled._free(address);
    }
  }
}

function codeOf({ text, position }: Result): Code {
  const corners = [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft];
  return { text, corners: corners.map(({ x, y }) => [x, y] as const) };
}

const DARK = 45; // mean brightness below which a camera sees little
const BRIGHT = 250;
const MUCH = 0.3; // of the picture, as bright as can be: a lamp mirrored in the paper
const SMALL = 2; // pixels a module that a code needs
const SAMPLE = 97; // every such pixel tells enough of the brightness

function adviceFor({ data, width, height }: Grey, place: Likely | null): Advice {
  let [sum, bright, count] = [0, 0, 0];
  for (let at = 0; at < width * height; at += SAMPLE) {
    const value = data[at] ?? 0;
    sum += value;
    if (value > BRIGHT) bright += 1;
    count += 1;
  }
  if (sum / count < DARK) return "light";
  if (place !== null) return place.module < SMALL ? "closer" : "still";
  return bright / count > MUCH ? "glare" : "show";
}

type Attempt = () => Grey;
type Found = Box | null;

function* frameAttempts(picture: Grey, box: Found): Generator<Attempt> {
  if (box === null || box.width * box.height > MOST_DOUBLED / 4) return;
  yield () => sharpened(doubled(cropped(picture, box)), 2, 1.5);
}

function* pictureAttempts(picture: Grey, box: Found): Generator<Attempt> {
  if (box !== null && box.width * box.height <= MOST_DOUBLED) {
    yield () => sharpened(doubled(cropped(picture, box)), 2, 1.5);
    yield () => sharpened(doubled(doubled(cropped(picture, smaller(box)))), 4, 2.5);
  }
  if (picture.data.length <= MOST_DOUBLED) yield () => sharpened(doubled(picture), 2, 1.5);
  yield () => blurred(picture, 1);
  yield () => sharpened(picture, 1, 1.5);
  if (picture.data.length <= MOST_DOUBLED) yield () => doubled(blurred(picture, 1));
}

/** Returns a box that may be enlarged four times, or nothing of the picture where it may not. */
function smaller(box: NonNullable<Found>): NonNullable<Found> {
  return box.width * box.height <= MOST_DOUBLED / 4 ? box : { ...box, width: 1, height: 1 };
}
