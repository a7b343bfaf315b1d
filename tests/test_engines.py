"""What works on this machine: every engine reads the same picture, and what it lacks is told."""

from __future__ import annotations

import sys

import pytest

from qrcert import scan
from qrcert.reading import cascade, engines, pdfium, soft, zxing
from qrcert.reading.codes import Code, Found
from qrcert.symbol import Symbol

NAMES = ["zxing-cpp", "opencv-python", "pillow", "pypdfium2", "qrcert", "pyzbar"]


def told() -> dict[str, str | None]:
    return {engine.name: engine.trouble for engine in engines.engines()}


def test_engines_read_the_picture_and_say_how_long_it_took() -> None:
    tried = scan.engines()
    assert {engine.name: engine.trouble for engine in tried} == dict.fromkeys(NAMES)
    for engine in tried:
        assert engine.version
        assert engine.answer == engines.TEXT
        assert engine.milliseconds is not None
        assert 0 < engine.milliseconds < 10_000


def test_the_picture_is_a_code_such_as_small_certificates_have() -> None:
    assert Symbol(engines.TEXT).version == 6
    picture = engines._picture()
    assert picture.width == picture.height == (41 + 8) * 4
    assert set(bytes(picture.data)) == {45, 225}


def test_the_page_shows_the_picture_pixel_by_pixel() -> None:
    picture = engines._picture()
    document = pdfium.open_document(engines._page(picture))
    drawn = pdfium.render(document, 1, dpi=72)
    document.close()
    assert (drawn.width, drawn.height, bytes(drawn.data)) == (picture.width, picture.height, picture.data)


def test_engines_that_are_absent_or_broken_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: object) -> Found:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(cascade, "sharpened", breaks)
    monkeypatch.setattr(cascade.ZBAR, "trouble", lambda: "zbar crashes or hangs here")
    assert told() | {"qrcert": None} == {
        "zxing-cpp": None,
        "opencv-python": "ZeroDivisionError: division by zero",
        "pillow": None,
        "pypdfium2": None,
        "qrcert": None,
        "pyzbar": "zbar crashes or hangs here",
    }
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert told()["zxing-cpp"] == "zxingcpp is not installed"
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert told()["pillow"] == "PIL is not installed"


def test_an_engine_that_reads_something_else_or_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    square = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    monkeypatch.setattr(zxing, "read", lambda _: Found((Code("QRCERT", square),)))
    monkeypatch.setattr(soft, "read", lambda *_, **__: Found())
    wrong = "reads ['QRCERT'] in the self-test picture"
    tried = {engine.name: engine for engine in engines.engines()}
    assert (tried["zxing-cpp"].trouble, tried["zxing-cpp"].answer) == (wrong, "QRCERT")
    assert (tried["qrcert"].trouble, tried["qrcert"].answer) == ("does not read the self-test picture", None)
