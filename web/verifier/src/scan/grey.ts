/** Grey pictures: making them of pixels, cutting, enlarging, sharpening. */

import type { Bytes } from "../bytes.ts";

/** A picture of one byte a pixel, row by row. */
export interface Grey {
  readonly data: Bytes;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of whole pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the brightness of pixels of four bytes, red, green, blue and opacity; what is clear is white. */
export function greyOf(pixels: Uint8ClampedArray | Uint8Array, width: number, height: number): Grey {
  const data = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < data.length; at++, from += 4) {
    const light = 77 * (pixels[from] ?? 0) + 150 * (pixels[from + 1] ?? 0) + 29 * (pixels[from + 2] ?? 0);
    const solid = pixels[from + 3] ?? 255;
    data[at] = solid === 255 ? light >> 8 : ((light >> 8) * solid + 255 * (255 - solid)) / 255;
  }
  return { data, width, height };
}

/** Returns the part of a picture that `box` holds; the box lies within it. */
export function cropped({ data, width }: Grey, box: Box): Grey {
  const part = new Uint8Array(box.width * box.height);
  for (let row = 0; row < box.height; row++) {
    const from = (box.top + row) * width + box.left;
    part.set(data.subarray(from, from + box.width), row * box.width);
  }
  return { data: part, width: box.width, height: box.height };
}

/** Returns the picture at twice its size, every second pixel between two others. */
export function doubled({ data, width, height }: Grey): Grey {
  const [wide, high] = [width * 2, height * 2];
  const large = new Uint8Array(wide * high);
  for (let row = 0; row < high; row++) {
    const y = row >> 1;
    const other = row % 2 === 0 ? Math.max(y - 1, 0) : Math.min(y + 1, height - 1);
    for (let x = 0; x < width; x++) {
      // three parts of this row, one of the neighbour: what linear enlarging by two gives
      const here = 3 * (data[y * width + x] ?? 0) + (data[other * width + x] ?? 0);
      const left = Math.max(x - 1, 0);
      const right = Math.min(x + 1, width - 1);
      const before = 3 * (data[y * width + left] ?? 0) + (data[other * width + left] ?? 0);
      const after = 3 * (data[y * width + right] ?? 0) + (data[other * width + right] ?? 0);
      large[row * wide + 2 * x] = (3 * here + before) >> 4;
      large[row * wide + 2 * x + 1] = (3 * here + after) >> 4;
    }
  }
  return { data: large, width: wide, height: high };
}

/** Returns the picture blurred by three boxes of 2·`radius`+1 pixels in both directions: nearly a bell. */
export function blurred(picture: Grey, radius: number): Grey {
  let { data } = picture;
  for (let round = 0; round < 3; round++) {
    data = boxed(data, picture.width, picture.height, radius, 1, picture.width);
    data = boxed(data, picture.height, picture.width, radius, picture.width, 1);
  }
  return { ...picture, data };
}

/** Returns lines of `length` values, `step` apart, each the mean of its neighbourhood; `lines` are `next` apart. */
function boxed(data: Bytes, length: number, lines: number, radius: number, step: number, next: number): Bytes {
  const mean = new Uint8Array(data.length);
  const size = 2 * radius + 1;
  for (let line = 0; line < lines; line++) {
    const start = line * next;
    const at = (place: number): number => data[start + Math.min(Math.max(place, 0), length - 1) * step] ?? 0;
    let sum = 0;
    for (let place = -radius; place <= radius; place++) sum += at(place);
    for (let place = 0; place < length; place++) {
      mean[start + place * step] = sum / size;
      sum += at(place + radius + 1) - at(place - radius);
    }
  }
  return mean;
}

/** Returns the picture with its edges drawn `strength` times stronger (an unsharp mask). */
export function sharpened(picture: Grey, radius: number, strength: number): Grey {
  const soft = blurred(picture, radius).data;
  const data = new Uint8Array(picture.data.length);
  for (let at = 0; at < data.length; at++) {
    const value = picture.data[at] ?? 0;
    const sharp = value + strength * (value - (soft[at] ?? 0));
    data[at] = sharp < 0 ? 0 : sharp > 255 ? 255 : sharp;
  }
  return { ...picture, data };
}
