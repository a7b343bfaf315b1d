"""Files made to do harm: those of `hostile_pictures` and `hostile_documents`, then mutations of good files."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from hostile_documents import archives, long_pdfs, pdfs, texts, zipped
from hostile_pictures import animations, headers, jpegs, patterns, pngs, saved, tiffs
from PIL import Image

import papers
import pictures
import school

File = tuple[str, str, bytes]
"""Its class, a name, its bytes."""


def files(count: int, seed: int) -> Iterator[File]:
    """Yield every file made by hand and then mutations of good ones, ``count`` in all."""
    made = 0
    for maker in (pngs, patterns, tiffs, animations, jpegs, headers, pdfs, long_pdfs, archives, texts):
        for name, data in maker():
            made += 1
            yield maker.__name__.replace("_", " "), name, data
    chance = random.Random(seed)
    good = good_files()
    while made < count:
        name, data = good[made % len(good)]
        made += 1
        how = chance.choice(MUTATIONS)
        yield f"mutated {name.rpartition('.')[2]}", f"{how.__name__}-{name}", how(data, chance)


def good_files() -> list[tuple[str, bytes]]:
    """Return small good files of every format with a code of ours."""
    code = school.text("participation")
    grey = Image.fromarray(pictures.flat(code, module_px=3))
    found = [
        ("code.png", saved(grey, "PNG")), ("code.jpg", saved(grey, "JPEG")), ("code.gif", saved(grey, "GIF")),
        ("code.bmp", saved(grey, "BMP")), ("code.webp", saved(grey, "WEBP")), ("code.avif", saved(grey, "AVIF")),
        ("raw.tiff", saved(grey, "TIFF")), ("lzw.tiff", saved(grey, "TIFF", compression="tiff_lzw")),
        ("pages.tiff", saved(grey, "TIFF", save_all=True, append_images=[grey, grey])),
        ("photo.jpg", saved(Image.fromarray(pictures.page([code])), "JPEG", progressive=True)),
        ("interlaced.png", saved(grey.convert("RGBA"), "PNG")),
        ("paper.pdf", papers.paper("participation")), ("attestat.pdf", papers.paper()),
        ("scan.pdf", saved(Image.fromarray(pictures.page([code])), "PDF")),
        ("papers.zip", zipped({"a.txt": code.encode(), "b.png": saved(grey, "PNG")})), ("code.txt", code.encode()),
    ]  # fmt: skip
    try:
        import pillow_heif
    except ImportError:
        return found
    pillow_heif.register_heif_opener()
    return [*found, ("code.heic", saved(grey, "HEIF"))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 4, 20))):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def head_flipped(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 2, 5))):
        out[chance.randrange(min(len(out), 120))] = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )
    return bytes(out)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:end] * chance.choice((1, 3, 50)) + data[end:]


def dropped(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 9, 500)) :]


def numbers(data: bytes, chance: random.Random) -> bytes:
    """Put an extreme number somewhere, in either order of bytes."""
    value = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 50_000_000))
    packed = struct.pack(chance.choice("<>") + "I", value)
    start = chance.randrange(max(len(data) - 4, 1))
    return data[:start] + packed + data[start + 4 :]


def mixed(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + chance.randbytes(chance.choice((10, 1_000))) + data[start:]


MUTATIONS = (flipped, head_flipped, cut, doubled, dropped, numbers, mixed)
