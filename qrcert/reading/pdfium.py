"""PDF pages as grey pixels, by pypdfium2, in this process.

PDFium allocates gigabytes and runs for minutes on a few kilobytes made for that purpose (measured: 7 kB, 5 GB,
20 s), so files of strangers go through ``reader``, which runs this module in a process of its own.
"""

from __future__ import annotations

import ctypes
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

MAX_ATTACHED = 2_000
"""Files that a PDF carries and that are looked at: one for each page of a large school's year."""

MAX_ATTACHED_BYTES = 4_096
"""Bytes of such a file: the longest certificate has 3 100 as text."""

MAX_OBJECTS = 2_000
"""Objects of a page among which a picture is looked for; a page of more is taken to have one. Ours have 700."""

MAX_PLACES = 4
"""Drawings of such a page that are looked at by themselves: ours have one, the code."""

LEAST_CODE = 30.0
"""Points along the side of the smallest code that a phone reads: 10 mm."""

LEAST_SEGMENTS = 100
"""Lines of a drawing that may hold a code: the smallest code has more, a frame has 17, a code of ours 3 500."""

MAX_SMALL = 100
"""Drawings smaller than a code: of more, one may be drawn square by square. Ours have 30."""

QUIET = 0.12
"""Share of its side by which a drawing is widened: the quiet zone around a code is 4 squares, of ours 0.08."""

POINTS_AN_INCH = 72
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


def open_page(document: pypdfium2.PdfDocument, page: int) -> pypdfium2.PdfPage:
    """Return page ``page`` (from 1), to be closed by the caller; raises Unreadable where there is none."""
    if not 1 <= page <= len(document):
        raise Unreadable(f"page {page} of a PDF of {len(document)} pages")
    try:
        return document[page - 1]
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"page {page} of the PDF is damaged") from error


def draw(sheet: pypdfium2.PdfPage, page: int, *, dpi: float, box: Box | None = None) -> Grey:
    """Return an open page, or a ``box`` of it, in grey at ``dpi``, coarser where that passes the caps.

    Raises Unreadable for a page that cannot be drawn, called ``page`` there, and for a box outside it.
    """
    try:
        return _draw(sheet, dpi=dpi, box=box)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Unreadable(f"page {page} of the PDF cannot be drawn: {str(error).rstrip('.')}") from error


def render(document: pypdfium2.PdfDocument, page: int, *, dpi: float, box: Box | None = None) -> Grey:
    """Return page ``page`` (from 1), or a ``box`` of it, as `draw` does."""
    sheet = open_page(document, page)
    try:
        return draw(sheet, page, dpi=dpi, box=box)
    finally:
        sheet.close()


def has_pictures(sheet: pypdfium2.PdfPage) -> bool:
    """Tell whether a page holds a picture, in which a code may be blurred; a drawing is as sharp as it is drawn."""
    try:
        for number, each in enumerate(sheet.get_objects(max_depth=5)):
            if each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE or number >= MAX_OBJECTS:
                return True
    except pypdfium2.PdfiumError:
        return True
    return False


def places(sheet: pypdfium2.PdfPage) -> list[Box] | None:
    """Return where on a page something is drawn that could hold a code, with what is around it.

    None where that cannot be told from a few objects: a page of pictures, of very many objects, of drawings too
    many to be looked at one by one. Letters are no drawings, and the ornaments of our pages are letters.
    """
    width, height = sheet.get_size()
    found: list[Box] = []
    small = 0
    try:
        for number, each in enumerate(sheet.get_objects(max_depth=1)):
            if number >= MAX_OBJECTS or each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE:
                return None
            if each.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT:
                continue
            left, bottom, right, top = each.get_bounds()
            if min(right - left, top - bottom) < LEAST_CODE:
                small += 1
            elif not _is_plain(each):
                more = QUIET * max(right - left, top - bottom)
                box = (left - more, height - top - more, right + more, height - bottom + more)
                found.append((max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)))
    except pypdfium2.PdfiumError:
        return None
    return found if len(found) <= MAX_PLACES and small <= MAX_SMALL else None


def _is_plain(drawing: pypdfium2.PdfObject) -> bool:
    """Tell whether a drawing has too few lines for a code: a frame, a ground."""
    if drawing.type != pypdfium2.raw.FPDF_PAGEOBJ_PATH:
        return False
    return int(pypdfium2.raw.FPDFPath_CountSegments(drawing.raw)) < LEAST_SEGMENTS


def attached_texts(document: pypdfium2.PdfDocument) -> list[str]:
    """Return the files inside a PDF that are a short line of ASCII, each once; others are of no interest here."""
    texts: dict[str, None] = {}
    for at in range(min(document.count_attachments(), MAX_ATTACHED)):
        attached = document.get_attachment(at).raw
        size = ctypes.c_ulong()
        # the first call tells the size, so that what is long is never copied
        if not pypdfium2.raw.FPDFAttachment_GetFile(attached, None, 0, size):
            continue
        if not 0 < size.value <= MAX_ATTACHED_BYTES:
            continue
        data = ctypes.create_string_buffer(size.value)
        if pypdfium2.raw.FPDFAttachment_GetFile(attached, data, size.value, size) and data.raw.isascii():
            text = data.raw.decode("ascii").strip("\t\n\r ")
            if text.isprintable() and text:
                texts[text] = None
    return list(texts)


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
        dpi / POINTS_AN_INCH, math.sqrt(MAX_RENDERED / (width * height)), MAX_SIDE / max(width, height)
    )
