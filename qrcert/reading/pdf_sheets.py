"""The pages of a PDF as what can be looked at; runs in the reading process."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2

from qrcert.errors import Unreadable
from qrcert.reading import cascade, pdfium, zxing
from qrcert.reading.codes import Code, Corners, Found
from qrcert.reading.printed import Printed, printed

Plausible = Callable[[str], bool]

QUICK_DPI = 150
"""First resolution for a PDF page: a module of 0.42 mm is then 2.5 pixels, enough for the first engine."""

FULL_DPI = 300
"""Resolution for a page of which the first look did not read everything."""

MAX_PAGES = 2_000
"""Pages of a PDF: title and supplement of each of a large school's thousand pupils."""


class Pdf:
    """A PDF, drawn page by page."""

    paged = True

    def __init__(self, data: bytes) -> None:
        self._document = pdfium.open_document(data, max_pages=MAX_PAGES)
        self.pages: int | None = len(self._document)
        self._quick: dict[int, tuple[Found, int]] = {}
        self._attached: tuple[str, ...] = ()
        self._open: tuple[int, pypdfium2.PdfPage] | None = None

    def quick(self, page: int, plausible: Plausible) -> tuple[Found, bool] | None:
        """Look at the page drawn small."""
        if self.pages is not None and page > self.pages:
            return None
        sheet = self._sheet(page)
        if (expected := self._expected(sheet, page, plausible)) is not None:
            return expected, True
        drawn = pdfium.draw(sheet, page, dpi=QUICK_DPI)
        found = zxing.read(drawn)
        done = drawn.blank or cascade.complete(found, plausible)
        if not done:
            self._quick[page] = found, drawn.width
        return found, done

    def thorough(self, page: int, plausible: Plausible, seconds: float) -> Found:
        """Look at the page drawn large; where it holds no picture nothing is blurred, and one engine is enough."""
        before, width = self._quick.pop(page, (Found(), 0))
        sheet = self._sheet(page)
        drawn = pdfium.draw(sheet, page, dpi=FULL_DPI)
        if width:
            before = before.scaled(drawn.width / width)
        if not pdfium.has_pictures(sheet):
            seconds = 0
        return cascade.read(drawn, plausible=plausible, seconds=seconds, before=before)

    def _sheet(self, page: int) -> pypdfium2.PdfPage:
        """Return an open page; the last one stays open, for opening a page of ours takes as long as reading it."""
        if self._open is not None:
            if self._open[0] == page:
                return self._open[1]
            self._open[1].close()
            self._open = None
        self._open = page, pdfium.open_page(self._document, page)
        return self._open[1]

    def _expected(self, sheet: pypdfium2.PdfPage, page: int, plausible: Plausible) -> Found | None:
        """Return the codes of a page of ours, if one is also a text that the PDF carries, else None.

        Only what could hold a code is drawn: drawing the ornaments of a whole page takes thirty times as long.
        """
        boxes = pdfium.places(sheet) if self._attached else None
        if not boxes:
            return None
        found = Found()
        for box in boxes:
            try:
                look = zxing.read(pdfium.draw(sheet, page, dpi=QUICK_DPI, box=box))
            except Unreadable:  # it lies outside the page
                return None
            found = found.joined(_moved(look.scaled(pdfium.POINTS_AN_INCH / QUICK_DPI), box[0], box[1]))
        known = any(code.text in self._attached for code in found.codes)
        return found if known and cascade.complete(found, plausible) else None

    def attached(self) -> list[str]:
        """Return the short texts among the files that the PDF carries, and keep them in mind."""
        texts = pdfium.attached_texts(self._document)
        self._attached = tuple(texts)
        return texts

    def printed(self, page: int) -> Printed:
        """Return the words of a page, none where they cannot be read."""
        try:
            return printed(self._sheet(page))
        except (pypdfium2.PdfiumError, Unreadable, ValueError):
            return Printed()

    def close(self) -> None:
        """Close the document."""
        if self._open is not None:
            self._open[1].close()
        self._document.close()


def _moved(found: Found, right: float, down: float) -> Found:
    """Return what was found in a part of a page in places of the whole page."""

    def move(corners: Corners) -> Corners:
        return tuple((x + right, y + down) for x, y in corners)

    codes = tuple(Code(code.text, move(code.corners)) for code in found.codes)
    return Found(codes, tuple(map(move, found.unread)))
