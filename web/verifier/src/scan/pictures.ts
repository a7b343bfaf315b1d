/** Pictures in files: opened by the browser, made grey. */

import type { Bytes } from "../bytes.ts";
import { greyOf, type Grey } from "./grey.ts";
import { MAX_PIXELS, pictureSize } from "./sizes.ts";

/** Pixels of the longer side above which a picture is made smaller before it is read. */
const LONGEST = 4096;

/** A picture that is not opened, and why. */
export class PictureFault extends Error {
  readonly code: "too_big" | "damaged";

  constructor(code: "too_big" | "damaged") {
    super(code);
    this.code = code;
  }
}

/** Tells whether bytes begin like a picture that browsers may know. */
export function isPicture(data: Bytes): boolean {
  return pictureSize(data) !== null;
}

/** Returns a picture of a file as grey pixels; throws `PictureFault`. */
export async function opened(data: Bytes): Promise<Grey> {
  const size = pictureSize(data);
  if (size === null) throw new PictureFault("damaged");
  if (size[0] * size[1] > MAX_PIXELS) throw new PictureFault("too_big");
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([data]), { imageOrientation: "from-image" });
  } catch {
    throw new PictureFault("damaged");
  }
  try {
    return drawn(bitmap);
  } finally {
    bitmap.close();
  }
}

function drawn(bitmap: ImageBitmap): Grey {
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  ];
  const context = canvasOf(width, height);
  context.fillStyle = "white"; // behind what is clear
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return greyOf(context.getImageData(0, 0, width, height).data, width, height);
}

/** Returns what draws on a canvas of this size that is never shown. */
export function canvasOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new PictureFault("damaged");
  return context;
}
