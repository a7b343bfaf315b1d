"""QR symbols: what is drawn, how, and that foreign readers and a foreign writer agree."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import zlib

import numpy as np
import pictures
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from qrcert.errors import TooBig, Unreadable
from qrcert.reading.layout import ALPHANUMERIC, blocks, count_bits
from qrcert.symbol import MAX_TEXT, QUIET, Symbol


def foreign_symbol(text: str) -> tuple[bytes, ...]:
    """The same text at M by the writer of zxing-cpp."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = np.asarray(barcode.to_image(scale=1, add_quiet_zones=False))
    return tuple(bytes(row) for row in (pixels < 128).astype(np.uint8))


def as_image(symbol: Symbol) -> Image.Image:
    return Image.open(io.BytesIO(symbol.png(6)))


def longest(version: int) -> int:
    """The longest text of a version: what is left of its bits, two characters in 11, one more in 6."""
    bits = 8 * blocks(version).capacity - 4 - count_bits(version)
    return bits // 11 * 2 + (bits % 11 >= 6)


@pytest.mark.parametrize("version", range(1, 41))
def test_a_foreign_writer_draws_the_same_modules_in_every_version(version: int) -> None:
    full, first = longest(version), longest(version - 1) + 1 if version > 1 else 5
    for length in (first, (first + full) // 2, full):
        text = pictures.sample_text(length, length=length)
        symbol = Symbol(text)
        assert symbol.version == version
        assert symbol.matrix == foreign_symbol(text)


def test_a_foreign_writer_chooses_the_same_masks_and_pads() -> None:
    texts = [pictures.sample_text(seed, length=100 + seed) for seed in range(100)]
    assert [Symbol(text).matrix for text in texts] == [foreign_symbol(text) for text in texts]


@pytest.mark.parametrize("length", [5, 150, 300, 500, 1200])
def test_foreign_readers_read_it(length: int) -> None:
    text = pictures.sample_text(length, length=length)
    image = as_image(Symbol(text))
    (read,) = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])
    assert read.data == text.encode()
    (barcode,) = zxingcpp.read_barcodes(image)
    assert (barcode.text, barcode.ec_level) == (text, "M")
    assert barcode.extra["UEC"] == 1.0


def test_error_correction_is_m_even_where_more_would_fit() -> None:
    (barcode,) = zxingcpp.read_barcodes(as_image(Symbol("QC1:A")))
    assert (barcode.ec_level, barcode.extra["Version"]) == ("M", "1")


def test_version_and_modules() -> None:
    symbol = Symbol(pictures.sample_text(1, length=300))
    assert (symbol.version, symbol.modules) == (10, 57)
    assert {len(row) for row in symbol.matrix} == {57}
    assert set(b"".join(symbol.matrix)) == {0, 1}
    assert symbol == Symbol(symbol.text)


def test_every_alphanumeric_character_is_taken() -> None:
    text = "".join(sorted(ALPHANUMERIC))
    assert len(text) == 45
    assert Symbol(text).matrix == foreign_symbol(text)


@pytest.mark.parametrize("text", ["QC1:a", "QC1:Я", "QC1:\n", "QC1:;", "QC1:\u212a", "QC1:\0"])
def test_other_characters_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="has no place in a QR code") as caught:
        Symbol(text)
    assert repr(text[-1]) in str(caught.value)


def test_the_longest_text_fills_version_40() -> None:
    assert longest(40) == MAX_TEXT


def test_empty_and_too_long() -> None:
    with pytest.raises(Unreadable, match="empty"):
        Symbol("")
    with pytest.raises(TooBig, match="3392 characters, a QR code holds at most 3391"):
        Symbol("A" * (MAX_TEXT + 1))


def test_png_has_the_quiet_zone_and_whole_modules() -> None:
    symbol = Symbol(pictures.sample_text(2))
    for scale in (1, 3, 8):
        image = Image.open(io.BytesIO(symbol.png(scale)))
        side = (symbol.modules + 2 * QUIET) * scale
        assert (image.format, image.mode, image.size) == ("PNG", "1", (side, side))
        dark = ~np.asarray(image)
        assert (dark[::scale, ::scale] == np.pad(np.array([list(row) for row in symbol.matrix]), QUIET)).all()
        assert (np.kron(dark[::scale, ::scale], np.ones((scale, scale), bool)) == dark).all()


def test_png_is_a_valid_file() -> None:
    data = Symbol("QC1:A").png(2)
    kinds, place = [], 8
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", data, place + 8 + size) == (zlib.crc32(kind + body),)
        kinds.append(kind)
        place += 12 + size
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize("scale", [0, -1, 1000])
def test_png_refuses_absurd_scales(scale: int) -> None:
    with pytest.raises(TooBig, match="pixels a side"):
        Symbol("QC1:A").png(scale)


def filled(path: str, side: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """The modules that outlines of whole steps enclose, by crossing their upright edges from the left."""
    crossings = np.zeros((side, side), int)
    for outline in re.findall(r"M([^z]+)z", path):
        x, y = map(int, outline.split("h", 1)[0].split(" "))
        for across, down in re.findall(r"h(-?\d+)v(-?\d+)", outline):
            x += int(across)
            top, bottom = sorted((y, y + int(down)))
            crossings[top:bottom, x:] += 1 if int(down) > 0 else -1
            y += int(down)
    assert set(np.unique(crossings)) <= {-1, 0}
    return crossings != 0


@pytest.mark.parametrize("length", [5, 300, 900])
def test_svg_outlines_are_the_modules(length: int) -> None:
    symbol = Symbol(pictures.sample_text(length, length=length))
    side = symbol.modules + 2 * QUIET
    assert (
        filled(symbol.path(), side) == np.pad(np.array([list(row) for row in symbol.matrix]), QUIET)
    ).all()


def test_svg_size_in_millimetres() -> None:
    symbol = Symbol(pictures.sample_text(1))
    svg = symbol.svg(module_mm=0.8)
    assert 'width="52mm" height="52mm" viewBox="0 0 65 65"' in svg
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")


def test_importing_it_is_cheap() -> None:
    script = (
        "import sys, qrcert.symbol; print(sorted({'zxingcpp', 'numpy', 'PIL', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
