/** PDFs without drawing them: attachments of every spelling, pictures of every packing. */

import { deflateSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { isPdf, readPdf } from "../src/scan/pdf.ts";
import { modules } from "./video.ts";
import { text } from "./world/world.ts";

const CODE = text("genuine");

/** Returns a PDF of these objects; what stands between them is as loose as in the files of the world. */
function pdf(
  ...objects: readonly (readonly [words: string, stream: Uint8Array, after?: string])[]
): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  objects.forEach(([words, stream, after], place) => {
    const length = words.includes("/Length") ? "" : `/Length ${stream.length}`;
    pieces.push(
      Buffer.from(`${place + 1} 0 obj\n<<${words}${length}>>\nstream\r\n`),
      stream,
      Buffer.from(`${after ?? "\n"}endstream\nendobj\n`),
    );
  });
  pieces.push(Buffer.from("trailer <</Root 1 0 R>>\n%%EOF\n"));
  return new Uint8Array(Buffer.concat(pieces));
}

const PLAIN = Buffer.from(CODE);
const PACKED = deflateSync(PLAIN);

describe("an attachment", () => {
  test.each([
    ["plain", pdf(["/Type /EmbeddedFile", PLAIN])],
    ["packed", pdf(["/Type /EmbeddedFile /Filter /FlateDecode", PACKED])],
    ["packed, in an array of filters", pdf(["/Filter [ /FlateDecode ]", PACKED])],
    ["without its type", pdf(["/Filter/FlateDecode", PACKED])],
    ["its length elsewhere", pdf(["/Filter/FlateDecode /Length 12 0 R", PACKED])],
    ["its length wrong", pdf(["/Filter/FlateDecode /Length 7", PACKED])],
    ["a carriage return too many", pdf(["/Filter/FlateDecode", Buffer.concat([PACKED, Buffer.from("\r")])])],
    ["a line end within its length", pdf(["/Filter/FlateDecode", Buffer.concat([PACKED, Buffer.from("\r\n")])])],
    ["no line end before the last word", pdf(["/Filter/FlateDecode", PACKED, ""])],
    [
      "behind other streams",
      pdf(
        ["/Filter/FlateDecode", deflateSync(Buffer.from("BT /F1 12 Tf ET"))],
        ["", Buffer.from("stream of words")],
        ["/Filter/FlateDecode", PACKED],
      ),
    ],
  ])("%s", async (_, data) => {
    expect(isPdf(data)).toBe(true);
    expect((await readPdf(data)).texts).toEqual([CODE]);
  });

  test("two parts, and a proof", async () => {
    const both = pdf(["", PLAIN], ["", Buffer.from(`${text("withdrawn")}\r\n${text("proof")}\r\n`)]);
    expect((await readPdf(both)).texts).toEqual([CODE, text("withdrawn"), text("proof")]);
  });

  test("what unpacks without end is left", async () => {
    const bomb = pdf(["/Filter/FlateDecode", deflateSync(Buffer.alloc(10_000_000, "QC1:"))]);
    await expect(readPdf(bomb)).resolves.toMatchObject({ texts: [] });
  });

  test("a locked file says so", async () => {
    const data = new Uint8Array(Buffer.concat([pdf(["", PLAIN]), Buffer.from("<</Encrypt 9 0 R>>")]));
    expect(await readPdf(data)).toMatchObject({ locked: true, texts: [] });
  });

  test("cut anywhere, or empty, it gives nothing and throws nothing", async () => {
    const whole = pdf(["/Filter/FlateDecode", PACKED]);
    for (let end = 0; end < whole.length; end += 7) {
      const { texts } = await readPdf(whole.slice(0, end));
      expect([0, 1]).toContain(texts.length);
    }
  });
});

describe("a picture", () => {
  const [width, height] = [64, 32];
  const shade = (x: number, y: number): number => (((x >> 3) + (y >> 3)) % 2 === 0 ? 255 : 0);

  async function pictures(words: string, raw: Uint8Array): Promise<readonly number[][]> {
    const data = pdf([
      `/Subtype /Image /Width ${width} /Height ${height} ${words} /Filter /FlateDecode`,
      deflateSync(raw),
    ]);
    const found: number[][] = [];
    for await (const picture of (await readPdf(data)).pictures()) {
      expect([picture.width, picture.height]).toEqual([width, height]);
      found.push([...picture.data]);
    }
    return found;
  }

  const due = Array.from({ length: width * height }, (_, at) => shade(at % width, Math.floor(at / width)));

  test("grey, coloured, for printing", async () => {
    const grey = Uint8Array.from(due);
    expect(await pictures("/BitsPerComponent 8", grey)).toEqual([due]);
    expect(
      await pictures("/BitsPerComponent 8", Uint8Array.from(due.flatMap((value) => [value, value, value]))),
    ).toEqual([due]);
    expect(
      await pictures("/BitsPerComponent 8", Uint8Array.from(due.flatMap((value) => [0, 0, 0, 255 - value]))),
    ).toEqual([due]);
  });

  test("black and white, and by a palette of two", async () => {
    const bits = new Uint8Array((width * height) / 8);
    due.forEach((value, at) => (bits[at >> 3] = (bits[at >> 3] ?? 0) | (value === 255 ? 0x80 >> (at & 7) : 0)));
    expect(await pictures("/BitsPerComponent 1", bits)).toEqual([due]);
    expect(await pictures("/ImageMask true", bits)).toEqual([due]);
    expect(
      await pictures(
        "/BitsPerComponent 8",
        Uint8Array.from(due, (value) => (value === 255 ? 1 : 0)),
      ),
    ).toEqual([due]);
  });

  test.each([0, 1, 2, 3, 4])("with the predictor %i of PNG", async (kind) => {
    const rows = new Uint8Array((width + 1) * height);
    for (let y = 0; y < height; y++) {
      rows[y * (width + 1)] = kind;
      for (let x = 0; x < width; x++) {
        const [left, up, corner] = [
          x > 0 ? shade(x - 1, y) : 0,
          y > 0 ? shade(x, y - 1) : 0,
          x > 0 && y > 0 ? shade(x - 1, y - 1) : 0,
        ];
        const nearest = [left, up, corner].reduce((best, one) =>
          Math.abs(left + up - corner - one) < Math.abs(left + up - corner - best) ? one : best,
        );
        const guess = [0, left, up, (left + up) >> 1, nearest][kind] ?? 0;
        rows[y * (width + 1) + 1 + x] = shade(x, y) - guess;
      }
    }
    expect(await pictures("/BitsPerComponent 8 /DecodeParms << /Predictor 15 /Columns 64 >>", rows)).toEqual([due]);
  });

  test("too large, or cut short, it is left", async () => {
    const huge = pdf([
      "/Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /Filter /FlateDecode",
      deflateSync(Buffer.alloc(100)),
    ]);
    for await (const picture of (await readPdf(huge)).pictures()) expect(picture).toBeUndefined();
    expect(await pictures("/BitsPerComponent 8", new Uint8Array(100))).toEqual([]);
  });

  test("of a code keeps its modules", async () => {
    const code = await modules(CODE);
    const raw = Uint8Array.from(code.data, (value) => (value === 1 ? 0 : 255));
    const data = pdf([
      `/Subtype/Image/Width ${code.width}/Height ${code.height}/BitsPerComponent 8/Filter/FlateDecode`,
      deflateSync(raw),
    ]);
    for await (const picture of (await readPdf(data)).pictures()) expect([...picture.data]).toEqual([...raw]);
  });
});
