"""Pictures made to do harm: bombs, absurd headers, and what keeps the engines busy."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

import pictures

Grey = pictures.Grey


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, rows: bytes, *, depth: int = 1, colour: int = 0, extra: bytes = b""
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = png_chunk(b"IHDR", head) + extra + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def blank_rows(width: int, height: int, *, bits: int) -> bytes:
    packer = zlib.compressobj(9)
    row = bytes(1 + (width * bits + 7) // 8)
    return b"".join(packer.compress(row) for _ in range(height)) + packer.flush()


def pngs() -> Iterator[tuple[str, bytes]]:
    for side in (7_000, 7_072, 10_000, 20_000):
        yield f"blank-{side}.png", png(side, side, blank_rows(side, side, bits=1))
    yield "rgba16-7000.png", png(7_000, 7_000, blank_rows(7_000, 7_000, bits=64), depth=16, colour=6)
    yield "grey16-7000.png", png(7_000, 7_000, blank_rows(7_000, 7_000, bits=16), depth=16, colour=0)
    yield "ribbon.png", png(49_000_000, 1, blank_rows(49_000_000, 1, bits=1))
    yield "column.png", png(1, 49_000_000, blank_rows(1, 2_000_000, bits=1))
    yield "announced.png", png(2**31 - 1, 2**31 - 1, b"")
    yield "short.png", png(7_000, 7_000, zlib.compress(bytes(99)))
    text = PngImagePlugin.PngInfo()
    text.add(b"zTXt", b"comment\0\0" + zlib.compress(bytes(300_000_000), 9))
    yield "text-bomb.png", saved(Image.new("L", (300, 300), 200), "PNG", pnginfo=text)
    profile = png_chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(300_000_000), 9))
    yield "profile-bomb.png", png(300, 300, blank_rows(300, 300, bits=1), extra=profile)
    yield (
        "many-chunks.png",
        png(300, 300, blank_rows(300, 300, bits=1), extra=png_chunk(b"tEXt", b"a\0b") * 300_000),
    )


def tile(module: int) -> Grey:
    finder = np.full((9, 9), 255, np.uint8)
    finder[1:8, 1:8], finder[2:7, 2:7], finder[3:6, 3:6] = 0, 255, 0
    return np.kron(finder, np.ones((module, module), np.uint8))


def patterns() -> Iterator[tuple[str, bytes]]:
    """Yield what costs those most who look for codes: finder patterns, noise, stripes, crowds of codes."""
    rng = np.random.default_rng(7)
    for side, module in (
        (7_000, 1),
        (7_000, 2),
        (7_000, 3),
        (7_000, 8),
        (4_000, 2),
        (4_000, 4),
        (2_000, 1),
        (1_000, 1),
        (1_000, 3),
    ):
        one = tile(module)
        yield f"finders-{side}-{module}.png", encoded(np.tile(one, (side // one.shape[0],) * 2))
        strewn = np.full((side, side), 255, np.uint8)
        for _ in range(min(4_000, (side // one.shape[0]) ** 2 // 3)):
            y, x = rng.integers(0, side - one.shape[0], 2)
            strewn[y : y + one.shape[0], x : x + one.shape[0]] = one
        yield f"strewn-{side}-{module}.png", encoded(strewn)
    for side in (1_000, 4_000, 7_000):
        noise = rng.integers(0, 256, (side, side), dtype=np.uint8)
        yield f"noise-{side}.png", encoded(noise)
        yield f"noise-{side}.jpg", encoded(noise, ".jpg")
        for module in (2, 4, 9):
            bits = rng.integers(0, 2, (side // module, side // module), dtype=np.uint8) * 255
            yield f"modules-{side}-{module}.png", encoded(np.kron(bits, np.ones((module, module), np.uint8)))
        for width in (1, 2, 5):
            stripe = np.repeat(np.array([0, 255], np.uint8), width)
            yield f"stripes-{side}-{width}.png", encoded(np.tile(stripe, (side, side // stripe.size)))
        yield f"chess-{side}.png", encoded(np.indices((side, side)).sum(0).astype(np.uint8) % 2 * 255)
    code = pictures.flat(pictures.sample_text(1, length=300), module_px=3)
    for count in (5, 12, 25):
        crowd = np.tile(code, (count, count))
        yield f"crowd-{count}.png", encoded(crowd)
        yield f"blurred-crowd-{count}.png", encoded(pictures.blurred(crowd, sigma=2.4))
        spoiled = crowd.copy()
        spoiled[::3] = 128
        yield f"spoiled-crowd-{count}.png", encoded(spoiled)
    many = [pictures.flat(pictures.sample_text(seed, length=60), module_px=2) for seed in range(400)]
    size = max(one.shape[0] for one in many)
    cells = [np.pad(one, (0, size - one.shape[0]), constant_values=235) for one in many]
    rows = [np.hstack(cells[at : at + 20]) for at in range(0, 400, 20)]
    yield "four-hundred-codes.png", encoded(np.vstack(rows))


def encoded(grey: Grey, kind: str = ".png") -> bytes:
    fast = [cv2.IMWRITE_PNG_COMPRESSION, 1] if kind == ".png" else []
    done, data = cv2.imencode(kind, grey, fast)
    assert done
    return data.tobytes()


def tiffs() -> Iterator[tuple[str, bytes]]:
    page = Image.new("L", (40, 40), 200)
    yield "2001-pages.tiff", saved(page, "TIFF", save_all=True, append_images=[page] * 2_000)
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (1_200, 900), dtype=np.uint8))
    yield "60-noisy-pages.tiff", saved(noise, "TIFF", save_all=True, append_images=[noise] * 59)
    white = Image.new("1", (7_000, 7_000), 1)
    yield (
        "30-large-pages.tiff",
        saved(white, "TIFF", compression="group4", save_all=True, append_images=[white] * 29),
    )
    for mode in ("CMYK", "F", "I", "I;16", "RGBA", "LAB"):
        large = Image.new(mode, (6_900, 6_900))
        yield f"large-{mode.replace(';', '')}.tiff", saved(large, "TIFF", compression="tiff_lzw")
    loop = bytearray(saved(page, "TIFF"))
    start = struct.unpack_from("<I", loop, 4)[0]
    entries = struct.unpack_from("<H", loop, start)[0]
    struct.pack_into("<I", loop, start + 2 + 12 * entries, start)
    yield "loop.tiff", bytes(loop)
    for tag, value in (
        (256, 2**31 - 1),
        (257, 2**31 - 1),
        (258, 60_000),
        (277, 60_000),
        (278, 1),
        (259, 34_712),
    ):
        changed = bytearray(saved(page, "TIFF"))
        for at in range(start + 2, start + 2 + 12 * entries, 12):
            if struct.unpack_from("<H", changed, at)[0] == tag:
                struct.pack_into("<HII", changed, at + 2, 4, 1, value)
        yield f"tag-{tag}.tiff", bytes(changed)


def animations() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(5)
    small = [Image.fromarray(rng.integers(0, 256, (300, 300), dtype=np.uint8)) for _ in range(40)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        yield f"forty-frames.{kind.lower()}", saved(small[0], kind, save_all=True, append_images=small[1:])
    large = [Image.new("L", (5_000, 5_000), shade) for shade in range(0, 240, 20)]
    for kind in ("GIF", "PNG", "WEBP"):
        yield f"large-frames.{kind.lower()}", saved(large[0], kind, save_all=True, append_images=large[1:])
    yield "large.webp", saved(Image.new("RGBA", (7_000, 7_000), (9, 9, 9, 0)), "WEBP", method=0)
    yield "large.avif", saved(Image.new("RGB", (6_000, 6_000), (9, 9, 9)), "AVIF", speed=10)
    huge = bytearray(saved(Image.new("L", (10, 10)), "GIF"))
    struct.pack_into("<HH", huge, 6, 65_535, 65_535)
    yield "screen-65535.gif", bytes(huge)


def jpegs() -> Iterator[tuple[str, bytes]]:
    """Progressive pictures whose last scan is repeated: each repetition is as much work as the picture."""
    for side in (1_000, 4_000, 7_000):
        data = saved(Image.new("L", (side, side), 90), "JPEG", progressive=True)
        start = data.rindex(b"\xff\xda")
        scan, end = data[start:-2], data[-2:]
        for times in (10, 1_000, 20_000):
            yield f"scans-{side}-{times}.jpg", data[:start] + scan * min(times, 20_000_000 // len(scan)) + end
    plain = saved(Image.new("RGB", (60, 60)), "JPEG")
    for width, height in ((65_535, 65_535), (65_535, 700), (0, 0), (7_000, 7_000)):
        at = plain.index(b"\xff\xc0")
        yield (
            f"announced-{width}x{height}.jpg",
            (plain[: at + 5] + struct.pack(">HH", height, width) + plain[at + 9 :]),
        )
    yield "comments.jpg", plain[:2] + b"\xff\xfe\xff\xff" * 1 + bytes(65_533) + plain[2:] * 1
    yield "many-segments.jpg", plain[:2] + b"\xff\xe1\x00\x08Exif\0\0" * 200_000 + plain[2:]


def headers() -> Iterator[tuple[str, bytes]]:
    """Yield a true beginning with nothing, zeros or noise after it, for every kind of file and for none."""
    chance = random.Random(11)
    starts = {
        "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a", "tiff": b"II*\0\x08\0\0\0",
        "tif": b"MM\0*\0\0\0\x08", "bmp": b"BM", "webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
        "avif": b"\0\0\0\x20ftypavif",
        "heic": b"\0\0\0\x20ftypheic", "pdf": b"%PDF-1.7\n", "zip": b"PK\x03\x04", "zip2": b"PK\x05\x06",
        "txt": b"QC1:", "bom": b"\xff\xfe", "none": b"",
    }  # fmt: skip
    for name, start in starts.items():
        for length in (0, 8, 60, 5_000, 400_000):
            yield f"zeros-{length}.{name}", start + bytes(length)
            yield f"noise-{length}.{name}", start + chance.randbytes(length)
