"""QR symbols: what is drawn, and that foreign readers and an independent writer agree."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
import segno
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

import pictures
from qrcert.errors import TooBig, Unreadable
from qrcert.symbol import ALPHANUMERIC, MAX_TEXT, QUIET, Symbol


def segnos(text: str) -> list[tuple[bytes, ...]]:
    """The same text at M by segno, under each of the eight masks."""
    drawn = (
        segno.make(text, error="m", mode="alphanumeric", boost_error=False, micro=False, mask=mask)
        for mask in range(8)
    )
    return [tuple(bytes(row) for row in one.matrix) for one in drawn]


def ends_on_a_byte(text: str, version: int) -> bool:
    """Whether mode, count, characters and terminator fill whole bytes: there segno's first pad is wrong."""
    count = 9 if version < 10 else 11 if version < 27 else 13
    return (4 + count + len(text) // 2 * 11 + len(text) % 2 * 6 + 4) % 8 == 0


def as_image(symbol: Symbol, scale: int = 6) -> Image.Image:
    return Image.open(io.BytesIO(symbol.png(scale)))


@pytest.mark.parametrize("length", [5, 47, 150, 260, 303, 351, 505, 706, 1200])
def test_an_independent_writer_draws_the_same_under_one_of_its_masks(length: int) -> None:
    text = pictures.sample_text(length, length=length)
    symbol = Symbol(text)
    assert not ends_on_a_byte(text, symbol.version)
    assert symbol.matrix in segnos(text)


def test_where_segno_pads_wrongly_ours_does_not() -> None:
    texts = [pictures.sample_text(seed, length=200 + seed) for seed in range(30)]
    wrong = [text for text in texts if ends_on_a_byte(text, Symbol(text).version)]
    assert wrong
    for text in wrong:
        assert Symbol(text).matrix not in segnos(text)
        (read,) = pyzbar.decode(as_image(Symbol(text)), symbols=[pyzbar.ZBarSymbol.QRCODE])
        assert read.data == text.encode()


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


@pytest.mark.parametrize(("length", "version"), [(20, 1), (21, 2), (311, 10), (312, 11), (3391, 40)])
def test_the_smallest_version_that_holds_it(length: int, version: int) -> None:
    symbol = Symbol("A" * length)
    assert (symbol.version, symbol.modules) == (version, 17 + 4 * version)
    assert {len(row) for row in symbol.matrix} == {symbol.modules}
    assert set(b"".join(symbol.matrix)) == {0, 1}
    assert symbol == Symbol(symbol.text)


def test_every_alphanumeric_character_is_taken() -> None:
    text = "".join(sorted(ALPHANUMERIC))
    assert len(text) == 45
    (barcode,) = zxingcpp.read_barcodes(as_image(Symbol(text)))
    assert barcode.text == text


@pytest.mark.parametrize("text", ["QC1:a", "QC1:Я", "QC1:\n", "QC1:;", "QC1:\u212a", "QC1:\0"])
def test_other_characters_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="has no place in a QR code") as caught:
        Symbol(text)
    assert repr(text[-1]) in str(caught.value)


def test_empty_and_too_long() -> None:
    with pytest.raises(Unreadable, match="empty"):
        Symbol("")
    with pytest.raises(TooBig, match="3392 characters, a QR code holds at most 3391"):
        Symbol("A" * (MAX_TEXT + 1))


def framed(symbol: Symbol) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """The modules with their quiet zone, True where dark."""
    return np.pad(np.array([list(row) for row in symbol.matrix], dtype=bool), QUIET)


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_png_has_the_quiet_zone_and_whole_modules(scale: int) -> None:
    symbol = Symbol(pictures.sample_text(2))
    image = as_image(symbol, scale)
    assert (image.format, image.mode) == ("PNG", "1")
    assert (~np.asarray(image) == np.kron(framed(symbol), np.ones((scale, scale), bool))).all()


@pytest.mark.parametrize("scale", [0, -1, 1000])
def test_png_refuses_absurd_scales(scale: int) -> None:
    with pytest.raises(TooBig, match="pixels a side"):
        Symbol("QC1:A").png(scale)


@pytest.mark.parametrize("length", [5, 300, 900])
def test_svg_bars_are_the_modules(length: int) -> None:
    symbol = Symbol(pictures.sample_text(length, length=length))
    dark = np.zeros_like(framed(symbol))
    root = ElementTree.fromstring(symbol.svg(module_mm=0.8))
    ground, bars = (path.attrib["d"] for path in root)
    assert ground == f"M0 0h{len(dark)}v{len(dark)}h-{len(dark)}z"
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", bars):
        dark[int(y), int(x) : int(x) + int(width)] = True
    assert (dark == framed(symbol)).all()


def test_svg_size_in_millimetres() -> None:
    svg = Symbol(pictures.sample_text(1)).svg(module_mm=0.8)
    assert 'width="52mm" height="52mm" viewBox="0 0 65 65"' in svg


def test_importing_it_is_cheap() -> None:
    script = (
        "import sys, qrcert.symbol; print(sorted({'zxingcpp', 'numpy', 'PIL', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
