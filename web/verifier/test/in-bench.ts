/** What the bench runs inside the browser: our reader and two others, on the same pictures. */

import { Html5Qrcode } from "html5-qrcode";
import jsQR from "jsqr";

import { fromBase64 } from "../src/bytes.ts";
import { verify } from "../src/decode.ts";
import { Engine } from "../src/scan/engine.ts";
import { TrustList } from "../src/trust/lists.ts";

/** A grey picture and what its code holds. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly grey: string;
  readonly text: string;
}

/** How many of the frames a reader read, and the milliseconds of all of them. */
export interface Score {
  readonly read: number;
  readonly false: number;
  readonly ms: number;
}

export interface InBench {
  prepare(wasm: string): Promise<void>;
  read(frame: Frame): Promise<Readonly<Record<string, Score>>>;
  verdicts(list: string, texts: readonly string[], now: number): Promise<readonly number[]>;
}

let engine: Engine | null = null;

async function scored(text: string, read: () => Promise<string | null>): Promise<Score> {
  const start = performance.now();
  const found = await read();
  return {
    read: Number(found === text),
    false: Number(found !== null && found !== text),
    ms: performance.now() - start,
  };
}

function coloured(grey: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(grey.length * 4);
  grey.forEach((value, at) => pixels.set([value, value, value, 255], 4 * at));
  return pixels;
}

async function html5(
  pixels: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
): Promise<string | null> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  const file = new File([await canvas.convertToBlob()], "frame.png", { type: "image/png" });
  try {
    return (
      await new Html5Qrcode("html5", { verbose: false, useBarCodeDetectorIfSupported: false }).scanFileV2(
        file,
        false,
      )
    ).decodedText;
  } catch {
    return null;
  }
}

const inBench: InBench = {
  async prepare(wasm) {
    engine = await Engine.of(fromBase64(wasm).buffer);
    const place = document.createElement("div");
    place.id = "html5";
    document.body.append(place);
  },
  async read({ width, height, grey, text }) {
    const data = fromBase64(grey);
    const pixels = coloured(data);
    return {
      "page, a frame": await scored(
        text,
        async () => engine?.read({ data, width, height }, "frame").codes[0]?.text ?? null,
      ),
      "page, a picture": await scored(
        text,
        async () => engine?.read({ data, width, height }, "picture").codes[0]?.text ?? null,
      ),
      jsQR: await scored(text, async () => jsQR(pixels, width, height)?.data ?? null),
      "html5-qrcode": await scored(text, () => html5(pixels, width, height)),
    };
  },
  async verdicts(list, texts, now) {
    const lists = [await TrustList.fromBytes(fromBase64(list))];
    const times: number[] = [];
    for (const text of texts) {
      const start = performance.now();
      await verify(text, lists, { now });
      times.push(performance.now() - start);
    }
    return times;
  },
};

Object.assign(globalThis, { inBench });
