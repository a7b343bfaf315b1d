"""What works on this machine: each engine is asked to read or draw something small."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from qrcert.reading.codes import Found
from qrcert.reading.grey import Grey

TEXT = "QRCERT"

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj
trailer<</Root 1 0 R>>
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """One part of reading: its name, its version (None: not installed), and ``trouble`` (None: it works)."""

    name: str
    version: str | None
    trouble: str | None


def engines() -> tuple[Engine, ...]:
    """Try every part and return what was found; raises nothing."""
    return (
        _tried("zxing-cpp", _zxing),
        _tried("opencv-python", _opencv),
        _tried("pillow", _pillow),
        _tried("pypdfium2", _pdfium),
        _tried("pyzbar", _zbar),
    )


def _tried(library: str, attempt: Callable[[], str | None]) -> Engine:
    known = None
    with contextlib.suppress(PackageNotFoundError):
        known = version(library)
    try:
        trouble = attempt()
    except ModuleNotFoundError as error:
        trouble = f"{error.name} is not installed"
    except Exception as error:  # a library that is there and broken may raise anything
        trouble = f"{type(error).__name__}: {error}"
    return Engine(library, known, trouble)


def _picture() -> Grey:
    import zxingcpp

    kind: Any = zxingcpp.BarcodeFormat.QRCode
    image: Any = zxingcpp.create_barcode(TEXT, kind, ec_level="M").to_image(scale=4)
    pixels = memoryview(image)
    height, width = pixels.shape or (0, 0)
    return Grey(width, height, pixels.tobytes())


def _said(found: Found) -> str | None:
    texts = [code.text for code in found.codes]
    return None if texts == [TEXT] else f"reads {texts!r} where {TEXT!r} stands"


def _zxing() -> str | None:
    from qrcert.reading import zxing

    return _said(zxing.read(_picture()))


def _opencv() -> str | None:
    from qrcert.reading import cascade

    return _said(cascade.sharpened(_picture()))


def _pillow() -> str | None:
    from PIL import Image

    from qrcert.reading import pictures

    file = io.BytesIO()
    Image.new("L", (2, 1), 7).save(file, "PNG")
    data = file.getvalue()
    kind = pictures.kind_of(data)
    read = [bytes(frame.grey.data) for frame in pictures.frames(data, kind)] if kind else []
    return None if read == [b"\7\7"] else "does not decode a PNG"


def _pdfium() -> str | None:
    from qrcert.reading import pdf

    with pdf.opened(_PDF, seconds=pdf.SECONDS) as document:
        drawn = document.draw(1, dpi=72)
    return None if (drawn.width, drawn.height) == (72, 72) else "does not draw a PDF"


def _zbar() -> str | None:
    from qrcert.reading import cascade

    found = cascade.ZBAR.read(_picture())
    return cascade.ZBAR.trouble() or _said(found)
