/** How large a picture says it is, from its first bytes: a small file may hold a picture that fills the memory. */

import type { Bytes } from "../bytes.ts";

/** Pixels of a picture that is opened: 50 million, as much as the largest telephones make. */
export const MAX_PIXELS = 50_000_000;

/** Width and height of a picture. */
export type Size = readonly [width: number, height: number];

/** Returns the size that a picture of a known kind says it has, or null for bytes of no known kind. */
export function pictureSize(data: Bytes): Size | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  try {
    return png(view) ?? gif(view) ?? bmp(view) ?? webp(view) ?? jpeg(view) ?? isobmff(view);
  } catch (error) {
    if (error instanceof RangeError) return null; // cut short
    throw error;
  }
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function png(view: DataView): Size | null {
  if (view.getUint32(0) !== 0x89504e47) return null;
  return [view.getUint32(16), view.getUint32(20)];
}

function gif(view: DataView): Size | null {
  if (tag(view, 0) !== "GIF8") return null;
  return [view.getUint16(6, true), view.getUint16(8, true)];
}

function bmp(view: DataView): Size | null {
  if (view.getUint16(0) !== 0x424d) return null;
  return [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))];
}

function webp(view: DataView): Size | null {
  if (tag(view, 0) !== "RIFF" || tag(view, 8) !== "WEBP") return null;
  switch (tag(view, 12)) {
    case "VP8 ":
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
    }
    case "VP8X":
      return [three(view, 24) + 1, three(view, 27) + 1];
    default:
      return null;
  }
}

function three(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
}

function jpeg(view: DataView): Size | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; ;) {
    while (view.getUint8(at) !== 0xff) at += 1;
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame) return [view.getUint16(at + 6), view.getUint16(at + 4)];
    const bare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += 1 + (bare ? 0 : view.getUint16(at + 1));
  }
}

const SPATIAL_EXTENT = 0x69737065; // "ispe": the size of one picture in the file
const SEARCHED = 65_536; // bytes in which it stands

function isobmff(view: DataView): Size | null {
  if (tag(view, 4) !== "ftyp") return null;
  let size: Size | null = null;
  for (let at = 8; at < Math.min(view.byteLength - 16, SEARCHED); at++) {
    if (view.getUint32(at) !== SPATIAL_EXTENT) continue;
    const found: Size = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (size === null || found[0] * found[1] > size[0] * size[1]) size = found;
  }
  return size;
}
