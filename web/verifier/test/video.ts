/** Pictures of papers: drawn codes on a page, photographed badly; and clips of them for a camera that is none. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";

import type { Grey } from "../src/scan/grey.ts";
import { HERE } from "./files.ts";
import { chance } from "./mutations.ts";

const QUIET = 4; // modules of white around a code

let ready = false;

/** Returns the modules of a code, 1 dark, with its white frame. */
export async function modules(text: string): Promise<Grey> {
  if (!ready) {
    const wasm = readFileSync(join(HERE, "node_modules", "zxing-wasm", "dist", "writer", "zxing_writer.wasm"));
    prepareZXingModule({
      overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) as ArrayBuffer },
    });
    ready = true;
  }
  const { symbol, error } = await writeBarcode(text, {
    format: "QRCode",
    options: "ecLevel=M",
    addQuietZones: false,
  });
  if (error !== "") throw new Error(error);
  const size = symbol.width + 2 * QUIET;
  const data = new Uint8Array(size * size);
  for (let y = 0; y < symbol.height; y++) {
    for (let x = 0; x < symbol.width; x++) {
      data[(y + QUIET) * size + x + QUIET] = (symbol.data[y * symbol.width + x] ?? 255) < 128 ? 1 : 0;
    }
  }
  return { data, width: size, height: size };
}

/** How a paper lies before the camera. */
export interface Pose {
  /** Pixels a module. */
  readonly scale: number;
  /** Radians. */
  readonly turn: number;
  /** Pixels from the middle of the frame. */
  readonly x: number;
  readonly y: number;
  /** How much nearer the right side is than the left. */
  readonly tilt: number;
}

const PAPER = 236;
const INK = 34;
const DESK = 118;
const SOFT = 3; // samples across a pixel and its neighbours: a slight blur

/** Returns the picture of a page with a code, `width` × `height`, in uneven light and with noise. */
export function photographed(code: Grey, pose: Pose, width: number, height: number, next: () => number): Grey {
  const data = new Uint8Array(width * height);
  const [cos, sin] = [Math.cos(pose.turn), Math.sin(pose.turn)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let light = 0;
      for (let sample = 0; sample < SOFT * SOFT; sample++) {
        const dx = x + (sample % SOFT) * 0.5 - 0.5 - width / 2 - pose.x;
        const dy = y + Math.floor(sample / SOFT) * 0.5 - 0.5 - height / 2 - pose.y;
        const near = (pose.scale * (1 + (pose.tilt * dx) / width)) ** -1;
        light += shade(code, (dx * cos + dy * sin) * near, (dy * cos - dx * sin) * near);
      }
      const lamp = 0.8 + (0.2 * x) / width;
      data[y * width + x] = Math.min(255, Math.max(0, (light / (SOFT * SOFT)) * lamp + (next() - 0.5) * 14));
    }
  }
  return { data, width, height };
}

/** Returns how light the page is at a place, in modules from the middle of its code. */
function shade(code: Grey, u: number, v: number): number {
  const [x, y] = [Math.floor(u + code.width / 2), Math.floor(v + code.height / 2)];
  if (x >= 0 && y >= 0 && x < code.width && y < code.height) {
    return code.data[y * code.width + x] === 1 ? INK : PAPER;
  }
  const margin = 0.35 * code.width;
  if (x < -margin || y < -margin || x > code.width + margin || y > code.height + margin) return DESK;
  const written = y < 0 && ((y % 4) + 4) % 4 === 1 && Math.sin(x * 2.3) > -0.4; // lines of text above the code
  return written ? INK + 60 : PAPER;
}

/** Returns a clip in YUV4MPEG2 of a hand that holds a paper, as Chromium takes it for a camera. */
export function clip(code: Grey, frames: number, width: number, height: number): Uint8Array {
  const next = chance(frames);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`, "ascii");
  const mark = Buffer.from("FRAME\n", "ascii");
  const colours = Buffer.alloc((width * height) / 2, 128);
  const scale = (0.72 * height) / code.height;
  const parts: Uint8Array[] = [head];
  for (let frame = 0; frame < frames; frame++) {
    const phase = (2 * Math.PI * frame) / frames;
    const pose = {
      scale: scale * (1 + 0.04 * Math.sin(phase)),
      turn: 0.06 * Math.sin(phase + 1),
      x: 0.05 * width * Math.sin(phase),
      y: 0.03 * height * Math.cos(phase),
      tilt: 0.08 * Math.sin(phase + 2),
    };
    parts.push(mark, photographed(code, pose, width, height, next).data, colours);
  }
  return Buffer.concat(parts);
}

/** Returns a grey picture as a file that every browser opens (BMP, 8 bits). */
export function bitmap({ data, width, height }: Grey): Uint8Array {
  const row = Math.ceil(width / 4) * 4;
  const palette = 1024;
  const start = 54 + palette;
  const file = Buffer.alloc(start + row * height);
  file.write("BM", "ascii");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(-height, 22); // from the top
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(8, 28);
  file.writeUInt32LE(256, 46);
  for (let shade = 0; shade < 256; shade++) file.fill(shade, 54 + 4 * shade, 54 + 4 * shade + 3);
  for (let y = 0; y < height; y++) file.set(data.subarray(y * width, (y + 1) * width), start + y * row);
  return file;
}
