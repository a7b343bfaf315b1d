"""PDF pages as grey pixels, by pypdfium2, in this process.

PDFium allocates gigabytes and runs for minutes on a few kilobytes made for that purpose (measured: 7 kB, 5 GB,
20 s), so files of strangers go through ``pdf``, which runs this module in a process of its own.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import pypdfium2
import pypdfium2.raw

from qrcert.errors import TooBig, Unreadable
from qrcert.reading.grey import Grey

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points (1/72 inch) from the top left corner of the page as it is seen."""

MAX_RENDERED = 36_000_000
"""Pixels of a rendered page: A2 at 300 dpi. A larger page is rendered coarser, not refused."""

MAX_SIDE = 20_000
"""Pixels along a side of a rendered page, for pages as long as a ribbon."""

LOCK = threading.Lock()
"""PDFium is not safe for threads: whoever calls it in a process with threads holds this."""

_POINTS_AN_INCH = 72
_LOCKED = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
_ENCRYPTED = b"/Encrypt"
"""Stands in the clear in every encrypted PDF, in its trailer (ISO 32000-1 section 7.5.5)."""


def open_document(data: bytes, *, max_pages: int | None = None) -> pypdfium2.PdfDocument:
    """Return the PDF in ``data``; raises Unreadable (locked, damaged, no page), TooBig beyond ``max_pages``."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # PDFium leaves the error of an earlier file in place for some, hence the look at the bytes.
        if error.err_code in _LOCKED and _ENCRYPTED in data:
            raise Unreadable(
                "the PDF is locked with a password",
                hint="open it with its password and save or print it to a PDF without one",
            ) from error
        raise Unreadable("a damaged PDF, or one without pages") from error
    pages = len(document)
    if max_pages is not None and pages > max_pages:
        document.close()
        raise TooBig(
            f"a PDF of {pages} pages, at most {max_pages} are read", hint="split it into files of fewer pages"
        )
    return document


def render(document: pypdfium2.PdfDocument, page: int, *, dpi: float, box: Box | None = None) -> Grey:
    """Return page ``page`` (from 1), or a ``box`` of it, in grey at ``dpi``, coarser where that passes the caps.

    Raises Unreadable for a page that is not there or cannot be drawn, and for a box outside it.
    """
    if not 1 <= page <= len(document):
        raise Unreadable(f"page {page} of a PDF of {len(document)} pages")
    try:
        sheet = document[page - 1]
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"page {page} of the PDF is damaged") from error
    try:
        return _draw(sheet, dpi=dpi, box=box)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Unreadable(f"page {page} of the PDF cannot be drawn: {str(error).rstrip('.')}") from error
    finally:
        sheet.close()


def render_areas(
    document: pypdfium2.PdfDocument, areas: Iterable[tuple[int, Box]], *, dpi: float
) -> Iterator[Grey]:
    """Yield each area, a page from 1 and a box on it, as `render` does; a page is loaded once for areas on it."""
    for page, group in groupby(areas, key=itemgetter(0)):
        if not 1 <= page <= len(document):
            raise Unreadable(f"page {page} of a PDF of {len(document)} pages")
        try:
            sheet = document[page - 1]
        except pypdfium2.PdfiumError as error:
            raise Unreadable(f"page {page} of the PDF is damaged") from error
        try:
            for _, box in group:
                yield _draw(sheet, dpi=dpi, box=box)
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise Unreadable(f"page {page} of the PDF cannot be drawn: {str(error).rstrip('.')}") from error
        finally:
            sheet.close()


def _draw(sheet: pypdfium2.PdfPage, *, dpi: float, box: Box | None) -> Grey:
    width, height = sheet.get_size()
    left, top, right, bottom = box or (0.0, 0.0, width, height)
    crop = (left, height - bottom, width - right, top)
    if min(crop) < 0:
        raise Unreadable(f"the box {box} is outside a page of {width:g} x {height:g} points")
    scale = _scale(right - left, bottom - top, dpi)
    bitmap = sheet.render(scale=scale, crop=crop, grayscale=True, may_draw_forms=False)
    try:
        rows = bytes(bitmap.buffer)
        if bitmap.stride != bitmap.width:
            starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
            rows = b"".join(rows[start : start + bitmap.width] for start in starts)
        return Grey(bitmap.width, bitmap.height, rows)
    finally:
        bitmap.close()


def _scale(width: float, height: float, dpi: float) -> float:
    """Return pixels a point: as ``dpi`` asks, or less for a page beyond ``MAX_RENDERED`` and ``MAX_SIDE``."""
    if width <= 0 or height <= 0:
        raise Unreadable(f"a page or box of {width:g} x {height:g} points")
    return min(
        dpi / _POINTS_AN_INCH, math.sqrt(MAX_RENDERED / (width * height)), MAX_SIDE / max(width, height)
    )
