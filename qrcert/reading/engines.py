"""What works on this machine: each engine is given the same picture to read, drawn here."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from qrcert.reading.codes import Found
from qrcert.reading.grey import Grey

TEXT: Final = "QRCERT SELF-TEST: " + "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG. " * 3
"""What the picture says; 153 characters, version 6 at error correction M."""

OWN: Final = "qrcert"
"""The name of our own reader among the engines: it comes with the package and has its version."""

_MODULE: Final = 4
"""Pixels a module of the picture: what a page fills a webcam's frame with is half of it, a scan has twice."""

_LEVELS: Final = bytes.maketrans(b"\x00\xff", b"\x2d\xe1")
"""Black and white as a camera sees ink and paper."""

_SECONDS: Final = 5.0
"""Time that a reader may take for the picture; milliseconds are usual."""

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj
trailer<</Root 1 0 R>>
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """One part of reading: its name, its version (None: not installed), and ``trouble`` (None: it works).

    ``answer`` is what it read of the picture, ``milliseconds`` how long that took when everything was loaded;
    both are None where it did not come so far.
    """

    name: str
    version: str | None
    trouble: str | None
    answer: str | None = None
    milliseconds: float | None = None


class _AbsentError(Exception):
    """An engine that tells itself why it does not work here; never leaves this module."""


def engines() -> tuple[Engine, ...]:
    """Let every part read the picture and return what came of it; raises nothing."""
    return (
        _tried("zxing-cpp", _zxing),
        _tried("opencv-python", _opencv),
        _tried("pillow", _pillow),
        _tried("pypdfium2", _pdfium),
        _tried(OWN, _own),
        _tried("pyzbar", _zbar),
    )


def _tried(library: str, attempt: Callable[[Grey], Iterable[str]]) -> Engine:
    known = None
    with contextlib.suppress(PackageNotFoundError):
        known = version(library)
    try:
        picture = _picture()
        list(attempt(picture))  # the first time, libraries are loaded and processes started
        begun = time.perf_counter()
        texts = list(attempt(picture))
        took = 1000 * (time.perf_counter() - begun)
    except _AbsentError as error:
        return Engine(library, known, str(error))
    except ModuleNotFoundError as error:
        return Engine(library, known, f"{error.name} is not installed")
    except Exception as error:  # a library that is there and broken may raise anything
        return Engine(library, known, f"{type(error).__name__}: {error}")
    return Engine(library, known, _trouble(texts), texts[0] if texts else None, took)


def _trouble(texts: list[str]) -> str | None:
    """Return what is wrong with what was read, or None."""
    if texts == [TEXT]:
        return None
    return f"reads {texts!r} in the self-test picture" if texts else "does not read the self-test picture"


def _picture() -> Grey:
    import zxingcpp

    kind: Any = zxingcpp.BarcodeFormat.QRCode
    image: Any = zxingcpp.create_barcode(TEXT, kind, ec_level="M").to_image(scale=_MODULE)
    pixels = memoryview(image)
    height, width = pixels.shape or (0, 0)
    return Grey(width, height, pixels.tobytes().translate(_LEVELS))


def _texts(found: Found) -> Iterable[str]:
    return (code.text for code in found.codes)


def _zxing(picture: Grey) -> Iterable[str]:
    from qrcert.reading import zxing

    return _texts(zxing.read(picture))


def _opencv(picture: Grey) -> Iterable[str]:
    from qrcert.reading import cascade

    return _texts(cascade.sharpened(picture))


def _own(picture: Grey) -> Iterable[str]:
    from qrcert.reading import soft

    return _texts(soft.read(picture, plausible=TEXT.__eq__, seconds=_SECONDS))


def _zbar(picture: Grey) -> Iterable[str]:
    from qrcert.reading import cascade

    found = cascade.ZBAR.read(picture)
    if trouble := cascade.ZBAR.trouble():
        raise _AbsentError(trouble)
    return _texts(found)


def _pillow(picture: Grey) -> Iterable[str]:
    """Write the picture as a PNG, decode it and read what comes out."""
    from PIL import Image

    from qrcert.reading import pictures

    file = io.BytesIO()
    Image.frombytes("L", (picture.width, picture.height), bytes(picture.data)).save(file, "PNG")
    data = file.getvalue()
    kind = pictures.kind_of(data)
    frames = pictures.frames(data, kind) if kind else ()
    return [text for frame in frames for text in _zxing(frame.grey)]


def _pdfium(picture: Grey) -> Iterable[str]:
    """Read the picture from a page of a PDF, in the process that reads files of strangers."""
    from qrcert.reading import reader

    pages = reader.read_pages(_page(picture), plausible=TEXT.__eq__, seconds=_SECONDS)
    return [text for page in pages for text in page.texts]


def _page(picture: Grey) -> bytes:
    """Return a PDF whose page shows the picture, a point a pixel (ISO 32000-1 section 8.9.7, inline images)."""
    size = (picture.width, picture.height)
    drawing = b"%d 0 0 %d 0 0 cm BI /W %d /H %d /CS /G /BPC 8 /F /AHx ID %s> EI" % (
        *size,
        *size,
        bytes(picture.data).hex().encode(),
    )
    contents = b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer" % (len(drawing), drawing)
    page = _PDF.replace(b"[0 0 72 72]", b"[0 0 %d %d]/Contents 4 0 R" % size)
    return page.replace(b"trailer", contents)
