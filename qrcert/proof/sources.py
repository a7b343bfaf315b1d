"""Pictures and pages of a file, each with the resolution that can be believed of it."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qrcert.errors import UnknownFile
from qrcert.reading.grey import Grey

PAGES: Final = 20
"""Pages of a file that are looked at: the sheet is one page, scanned alone or on top of a few others."""

DPI: Final = 300
"""Resolution at which a page of a PDF is drawn: that of an ordinary scan."""

_PDF: Final = b"%PDF-"
_PDF_WITHIN: Final = 1024
"""A PDF may begin with foreign bytes; readers look for its mark in the first kilobyte."""

_SECONDS: Final = 4.0
"""Time to open a PDF or to draw one page of it: 0.1 s are usual."""

_LEAST_DPI: Final = 100
"""What files say below this is a default (72, 96) and means nothing."""

_CAMERA: Final = (0x829A, 0x829D, 0x920A)
"""Exif 2.32: exposure time, f-number, focal length. Whatever has them was made by a camera, and cameras do not
know how many pixels an inch they saw."""

_EXIF_IFD: Final = 0x8769


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its grey pixels, its page from 1 (None: no pages), and pixels an inch as its file tells."""

    grey: Grey
    page: int | None
    dpi: float | None


def pictures_of(data: bytes) -> Iterator[Picture]:
    """Yield the pictures of a file; raises UnknownFile, Unreadable, TooBig, ModuleNotFoundError."""
    from qrcert.reading import pictures

    kind = pictures.kind_of(data)
    if kind is None and _PDF in data[:_PDF_WITHIN]:
        yield from _pages(data)
        return
    if kind is None:
        raise UnknownFile(f"neither a picture nor a PDF: the file begins with {data[:8]!r}")
    for place, frame in enumerate(pictures.frames(data, kind)):
        if place >= PAGES:
            return
        yield Picture(frame.grey, frame.page, _told_dpi(data, kind.name))


def _pages(data: bytes) -> Iterator[Picture]:
    from qrcert.reading import pdf

    with pdf.opened(data, seconds=_SECONDS) as document:
        for page in range(1, min(document.pages, PAGES) + 1):
            yield Picture(document.draw(page, dpi=DPI), page, DPI)


def _told_dpi(data: bytes, kind: str) -> float | None:
    """Return the resolution that a picture's file tells, or None where it tells none worth believing."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=[kind]) as image:
                camera = image.getexif().get_ifd(_EXIF_IFD).keys() & set(_CAMERA)
                across, down = map(float, image.info.get("dpi", (0, 0)))
        except (OSError, SyntaxError, ValueError, TypeError, KeyError, ZeroDivisionError, struct.error):
            return None  # the picture itself was decoded; only what it says of itself is damaged
    believed = not camera and min(across, down) >= _LEAST_DPI and abs(across / down - 1) < 0.01
    return (across + down) / 2 if believed else None
