/** Where a code may be: the three square eyes of a QR code, found by the runs 1:1:3:1:1 across them. */

import type { Box, Grey } from "./grey.ts";

/** An eye: its middle and how many pixels a module has. */
interface Eye {
  x: number;
  y: number;
  module: number;
  hits: number;
}

const ROW_STEP = 2; // pixels between the rows that are looked at
const DARKER = 6; // shades below its neighbourhood at which a pixel counts as dark
const SMALLEST = 1; // pixels a module
const SLACK = 0.7; // of a module, by which a run may differ
const MODULES = 65; // of a code of version 12, where only one eye tells its size
const MARGIN = 8; // modules around the middles of the eyes

/** Where a code seems to be, and how many pixels one of its modules has. */
export interface Likely {
  readonly box: Box;
  readonly module: number;
}

/** Returns the part of the picture that holds the likeliest code, or null where no eye is seen. */
export function likelyPlace(picture: Grey): Likely | null {
  const eyes = findEyes(picture)
    .filter((eye) => eye.hits > 1)
    .sort((one, two) => two.hits - one.hits);
  const [best] = eyes;
  if (best === undefined) return null;
  const alike = eyes.filter((eye) => eye.module < 1.6 * best.module && best.module < 1.6 * eye.module).slice(0, 4);
  const [xs, ys] = [alike.map((eye) => eye.x), alike.map((eye) => eye.y)];
  const span = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  // with three eyes the box is theirs; with fewer the code may lie to any side of them
  const reach = alike.length > 2 ? MARGIN * best.module : Math.max(span, MODULES * best.module);
  const corners = [
    Math.min(...xs) - reach,
    Math.min(...ys) - reach,
    Math.max(...xs) + reach,
    Math.max(...ys) + reach,
  ] as const;
  return { box: boxAround(picture, corners), module: best.module };
}

function boxAround({ width, height }: Grey, [x0, y0, x1, y1]: readonly [number, number, number, number]): Box {
  const left = Math.max(0, Math.floor(x0));
  const top = Math.max(0, Math.floor(y0));
  return { left, top, width: Math.min(width, Math.ceil(x1)) - left, height: Math.min(height, Math.ceil(y1)) - top };
}

function findEyes(picture: Grey): Eye[] {
  const { width, height } = picture;
  const isDark = darkness(picture);
  const eyes: Eye[] = [];
  const runs = [0, 0, 0, 0, 0];
  for (let y = 1; y < height; y += ROW_STEP) {
    runs.fill(0);
    let dark = false;
    for (let x = 0; x <= width; x++) {
      const now = x < width && isDark(x, y);
      if (now === dark && x < width) {
        runs[4] = (runs[4] ?? 0) + 1;
        continue;
      }
      if (dark && isEye(runs)) note(eyes, x, y, runs, isDark, height);
      runs.shift();
      runs.push(1);
      dark = now;
    }
  }
  return eyes;
}

/** Tells whether five runs are as 1:1:3:1:1. */
function isEye(runs: readonly number[]): boolean {
  const module = runs.reduce((sum, run) => sum + run, 0) / 7;
  if (module < SMALLEST) return false;
  return runs.every(
    (run, place) => Math.abs(run - (place === 2 ? 3 : 1) * module) < SLACK * module * (place === 2 ? 1.5 : 1),
  );
}

/** Adds an eye whose last run ends at `x`, if the column through its middle looks alike. */
function note(
  eyes: Eye[],
  x: number,
  y: number,
  runs: readonly number[],
  isDark: (x: number, y: number) => boolean,
  height: number,
): void {
  const module = runs.reduce((sum, run) => sum + run, 0) / 7;
  const middle = Math.round(x - 3.5 * module);
  const column = columnRuns(middle, y, isDark, height);
  if (!isEye(column)) return;
  const known = eyes.find((eye) => Math.abs(eye.x - middle) < 3 * module && Math.abs(eye.y - y) < 4 * module);
  if (known === undefined) eyes.push({ x: middle, y, module, hits: 1 });
  else known.hits += 1;
}

/** Returns the five runs through (x, y) from top to bottom, the dark one around it in the middle. */
function columnRuns(x: number, y: number, isDark: (x: number, y: number) => boolean, height: number): number[] {
  const side = (step: number): number[] => {
    const found = [0, 0, 0];
    let [at, place, dark] = [y, 0, true];
    while (at >= 0 && at < height && place < 3) {
      const now = isDark(x, at);
      if (now !== dark) {
        place += 1;
        dark = now;
        continue;
      }
      found[place] = (found[place] ?? 0) + 1;
      at += step;
    }
    return found;
  };
  const [up, down] = [side(-1), side(1)];
  return [up[2] ?? 0, up[1] ?? 0, (up[0] ?? 0) + (down[0] ?? 0) - 1, down[1] ?? 0, down[2] ?? 0];
}

/** Returns the test whether a pixel is darker than its neighbourhood. */
function darkness({ data, width, height }: Grey): (x: number, y: number) => boolean {
  const sums = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const radius = Math.max(8, Math.round(Math.min(width, height) / 24));
  return (x, y) => {
    const [x0, x1] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
    const [y0, y1] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    const sum =
      (sums[y1 * (width + 1) + x1] ?? 0) -
      (sums[y0 * (width + 1) + x1] ?? 0) -
      (sums[y1 * (width + 1) + x0] ?? 0) +
      (sums[y0 * (width + 1) + x0] ?? 0);
    return (data[y * width + x] ?? 0) + DARKER < sum / ((x1 - x0) * (y1 - y0));
  };
}
