"""Files of pages and pictures as what can be looked at, quickly and then thoroughly; runs in the reading process.

A quick look costs a tenth of a second and reads what is well printed; a thorough one asks every engine. Whoever
looks has all pages looked at quickly before the first of them thoroughly, so that a code on page 40 is found
though 39 pages before it have none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from qrcert.errors import UnknownFile, Unreadable
from qrcert.reading import cascade, pictures, zxing
from qrcert.reading.codes import Found, in_reading_order
from qrcert.reading.grey import Grey

if TYPE_CHECKING:
    from qrcert.reading.pdf_sheets import Pdf

Plausible = Callable[[str], bool]
_PDF_MAGIC = b"%PDF-"
_PDF_MAGIC_WITHIN = 1024
"""A PDF may begin with foreign bytes; readers look for its mark in the first kilobyte."""


def open_sheets(data: bytes) -> Pdf | Album | Picture:
    """Return the file in ``data``, taken for what its bytes say; raises UnknownFile, Unreadable, TooBig.

    Each has ``pages``, how many (None where only reading on tells), ``paged``, whether they count from 1, and
    ``quick``, ``thorough``, ``close``.
    """
    if data.startswith(_PDF_MAGIC):
        return _pdf(data)
    kind = pictures.kind_of(data)
    if kind is not None:
        return Album(data, kind) if kind.pages else Picture(data, kind)
    if _PDF_MAGIC in data[:_PDF_MAGIC_WITHIN]:
        return _pdf(data)
    raise UnknownFile(f"neither a picture nor a PDF: the file begins with {data[:8]!r}")


def _pdf(data: bytes) -> Pdf:
    from qrcert.reading.pdf_sheets import Pdf

    return Pdf(data)


class Album:
    """A picture file whose frames are pages: a TIFF."""

    paged = True
    pages = None

    def __init__(self, data: bytes, kind: pictures.Kind) -> None:
        self._file = pictures.Frames(data, kind)

    def quick(self, page: int, plausible: Plausible) -> tuple[Found, bool] | None:
        """Look at one page with the first engine."""
        frame = self._file.frame(page)
        if frame is None:
            return None
        found = zxing.read(frame.grey)
        return found, cascade.complete(found, plausible) or frame.grey.blank

    def thorough(self, page: int, plausible: Plausible, seconds: float) -> Found:
        """Look at it with every engine; it is decoded once more rather than kept."""
        frame = self._file.frame(page)
        return cascade.read(frame.grey, plausible=plausible, seconds=seconds) if frame else Found()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Picture:
    """A single picture, or an animation, of which the first frames are looked at until one is read."""

    paged = False
    pages: int | None = 1

    def __init__(self, data: bytes, kind: pictures.Kind) -> None:
        self._file = pictures.Frames(data, kind)
        self._first: Grey | None = None
        self._looks: list[Found] = []
        self._whole = True

    def quick(self, page: int, plausible: Plausible) -> tuple[Found, bool] | None:
        """Look at the first frame with the first engine."""
        if page != 1:
            return None
        frame = self._file.frame(1)
        if frame is None:
            raise Unreadable("a picture file without a picture")
        self._first, self._whole = frame.grey, frame.whole
        found = zxing.read(frame.grey)
        return found, cascade.complete(found, plausible)

    def thorough(self, page: int, plausible: Plausible, seconds: float) -> Found:
        """Look at frame after frame with every engine, as long as there is time."""
        end = time.monotonic() + seconds
        looks: list[Found] = []
        grey, place = self._first, 1
        while grey is not None:
            left = end - time.monotonic()
            looks.append(cascade.read(grey, plausible=plausible, seconds=max(left, 0)))
            if cascade.complete(looks[-1], plausible) or (place > 1 and left < 0):
                break
            place += 1
            frame = self._file.frame(place)
            grey = frame.grey if frame else None
        if not self._whole and not any(look.codes for look in looks):
            raise Unreadable("the picture is cut short, and there is no code in the part that is left")
        return together(looks)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def together(looks: list[Found]) -> Found:
    """Return what looks at one picture, or at the frames of an animation, gave together: each text once."""
    codes = {code.text: code for found in looks for code in in_reading_order(found.codes)}
    least = min((found.unread for found in looks), key=len, default=())
    return Found(tuple(codes.values()), least)
