"""Reading the codes of pictures and PDFs: pixels in, texts out. What a text means is none of its business.

    texts = qrcert.scan.read_codes("photo.jpg")

Needs the extra ``scan``; importing this module does not. Files are taken for what their content says, are
bounded in size, pixels, pages and time, and are never opened when they are not regular files.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from qrcert.errors import MissingExtra, QrcertError, TooBig, UnknownFile, Unreadable
from qrcert.reading.codes import Code, Found, in_reading_order

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from qrcert.reading.engines import Engine
    from qrcert.reading.grey import Grey
    from qrcert.reading.pdf import Document
    from qrcert.reading.pdfium import Box
    from qrcert.reading.pictures import Kind

    Picture = Image.Image | NDArray[np.generic]
    Plausible = Callable[[str], bool]
    Source = str | os.PathLike[str] | bytes

MAX_FILE = 200_000_000
"""Bytes of a file: a year's scans in one PDF; more is no certificate."""

SECONDS = 10.0
"""Time after which no further stage begins on a picture or page; one stage takes at most a second or so."""

FILE_SECONDS = 600.0
"""Time after which no further page of a file is read: a thousand blank pages on an ordinary computer."""

QUICK_DPI = 150
"""First resolution for a PDF page: a module of 0.42 mm is then 2.5 pixels, enough for the first engine."""

FULL_DPI = 300
"""Resolution for a page of which the first look did not read everything."""

_PDF_MAGIC = b"%PDF-"
_PDF_MAGIC_WITHIN = 1024
"""A PDF may begin with foreign bytes; readers look for its mark in the first kilobyte."""

_LIBRARIES = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "numpy": "numpy",
    "pypdfium2": "pypdfium2",
    "zxingcpp": "zxing-cpp",
}


class Page(NamedTuple):
    """What was read on a page, or in a picture that has none (``number`` None): texts, each once, in reading order.

    ``unread`` counts codes that were seen there and could not be read: nobody knows what they say.
    """

    number: int | None
    texts: list[str]
    unread: int = 0


def _anything(text: str) -> bool:
    return True


def read_codes(
    image: Source | Picture, *, plausible: Plausible = _anything, seconds: float = SECONDS
) -> list[str]:
    """Return the texts of the codes in a picture or PDF, each once, in reading order, page after page.

    ``image`` is a path, the bytes of a file, a Pillow image or an array (see ``find_codes``). ``plausible``
    tells a text that is looked for from a foreign one, which is returned too but does not end the search;
    ``seconds`` are for one picture or page. Raises UnknownFile for a file that is neither picture nor PDF,
    Unreadable for one that cannot be read, TooBig beyond a cap, MissingExtra without the extra ``scan``.
    """
    if isinstance(image, str | bytes | os.PathLike):
        pages = [page.texts for page in read_pages(image, plausible=plausible, seconds=seconds)]
    else:
        codes = find_codes(image, plausible=plausible, seconds=seconds)
        pages = [[code.text for code in codes]]
    return list(dict.fromkeys(text for texts in pages for text in texts))


def find_codes(image: Picture, *, plausible: Plausible = _anything, seconds: float = SECONDS) -> list[Code]:
    """Return the codes of a picture in memory with their corners in its pixels, in reading order.

    ``image`` is a Pillow image, or an array of shape (rows, columns) or (rows, columns, 3 or 4), of uint8,
    uint16, bool, or floats from 0 to 1; the order of the colours does not matter. With a small ``seconds``
    only the fastest engine looks, as for a frame of a film. Raises Unreadable, TooBig, MissingExtra.
    """
    with _extra():
        return in_reading_order(_look(_grey(image), plausible, seconds).codes)


def read_pages(
    source: Source, *, plausible: Plausible = _anything, seconds: float = SECONDS
) -> Iterator[Page]:
    """Yield each `Page` of a file, given as a path or as its bytes, one after the other.

    ``number`` counts from 1 in PDFs and TIFFs and is None for other pictures. Pages without a code have no
    texts. Raises as ``read_codes`` does; damaged pages are told after the last page that could be read.
    """
    data = source if isinstance(source, bytes) else _content(source)
    with _extra():
        if data.startswith(_PDF_MAGIC):
            yield from _pdf_pages(data, plausible, seconds)
            return
        from qrcert.reading import pictures

        kind = pictures.kind_of(data)
        if kind is not None:
            yield from _picture_pages(data, kind, plausible, seconds)
        elif _PDF_MAGIC in data[:_PDF_MAGIC_WITHIN]:
            yield from _pdf_pages(data, plausible, seconds)
        else:
            raise UnknownFile(f"neither a picture nor a PDF: the file begins with {data[:8]!r}")


def read_pdf_area(data: bytes, page: int, *, box: Box, dpi: float) -> list[str]:
    """Return the texts of the codes in a part of a page of a PDF of our own, in reading order.

    ``page`` counts from 1; ``box`` is left, top, right, bottom in points (1/72 inch) from the top left corner
    of the page, quiet zone included; only it is drawn. One look of the first engine: what it does not read of
    a fresh page, no phone will. Runs in this process, so not for files of strangers. Raises Unreadable,
    MissingExtra.
    """
    with _extra():
        from qrcert.reading import pdfium, zxing

        with pdfium.LOCK:
            document = pdfium.open_document(data)
            try:
                grey = pdfium.render(document, page, dpi=dpi, box=box)
            finally:
                document.close()
        return [code.text for code in in_reading_order(zxing.read(grey).codes)]


def read_pdf_areas(data: bytes, areas: Sequence[tuple[int, Box]], *, dpi: float) -> list[list[str]]:
    """Return for each area, a page from 1 and a box on it, the texts of its codes, as `read_pdf_area` does.

    The PDF is opened once, and a page once for all areas on it that follow each other. Raises Unreadable,
    MissingExtra.
    """
    with _extra():
        from qrcert.reading import pdfium, zxing

        with pdfium.LOCK:
            document = pdfium.open_document(data)
            try:
                greys = list(pdfium.render_areas(document, areas, dpi=dpi))
            finally:
                document.close()
        return [[code.text for code in in_reading_order(zxing.read(grey).codes)] for grey in greys]


def engines() -> tuple[Engine, ...]:
    """Try every library that reading uses and return what works here; raises nothing."""
    from qrcert.reading import engines as trials

    return trials.engines()


def _pdf_pages(data: bytes, plausible: Plausible, seconds: float) -> Iterator[Page]:
    from qrcert.reading import pdf

    end = time.monotonic() + FILE_SECONDS
    damaged: list[Unreadable] = []
    with pdf.opened(data, seconds=pdf.SECONDS) as document:
        for page in range(1, document.pages + 1):
            _in_time(end, page)
            try:
                found = _pdf_page(document, page, plausible, seconds)
            except TooBig:
                raise
            except Unreadable as error:
                damaged.append(error)
            else:
                yield _page(page, [found])
    if damaged:
        more = f", and {len(damaged) - 1} more" if damaged[1:] else ""
        raise Unreadable(f"{damaged[0]}{more}") from damaged[0]


def _pdf_page(document: Document, page: int, plausible: Plausible, seconds: float) -> Found:
    """Look once at the quick resolution, then with every engine at the full one where something is missing."""
    from qrcert.reading import cascade, zxing

    quick = document.draw(page, dpi=QUICK_DPI)
    found = zxing.read(quick)
    if quick.blank or cascade.complete(found, plausible):
        return found
    full = document.draw(page, dpi=FULL_DPI)
    before = found.scaled(full.width / quick.width)
    return cascade.read(full, plausible=plausible, seconds=seconds, before=before)


def _picture_pages(data: bytes, kind: Kind, plausible: Plausible, seconds: float) -> Iterator[Page]:
    from qrcert.reading import cascade, pictures

    end = time.monotonic() + FILE_SECONDS
    looks = []
    for place, frame in enumerate(pictures.frames(data, kind), start=1):
        _in_time(end, place)
        found = _look(frame.grey, plausible, seconds)
        if not found.codes and not frame.whole:
            raise Unreadable("the picture is cut short, and there is no code in the part that is left")
        if frame.page is not None:
            yield _page(frame.page, [found])
            continue
        looks.append(found)
        if cascade.complete(found, plausible):
            break
    if not kind.pages:
        yield _page(None, looks)


def _look(grey: Grey, plausible: Plausible, seconds: float) -> Found:
    from qrcert.reading import cascade

    return cascade.read(grey, plausible=plausible, seconds=seconds)


def _page(number: int | None, looks: Sequence[Found]) -> Page:
    """Return what looks at one page, or at the frames of an animation, gave together."""
    texts = dict.fromkeys(code.text for found in looks for code in in_reading_order(found.codes))
    return Page(number, list(texts), min((len(found.unread) for found in looks), default=0))


def _in_time(end: float, page: int) -> None:
    if time.monotonic() > end:
        raise TooBig(
            f"reading the file takes longer than {FILE_SECONDS:g} s, page {page} and later were not read"
        )


def _grey(image: Any) -> Grey:
    """Return a Pillow image or an array as grey pixels, without importing what the caller does not use."""
    if hasattr(image, "getexif"):
        from qrcert.reading import pictures

        return pictures.from_image(image)
    if hasattr(image, "dtype") and hasattr(image, "shape"):
        from qrcert.reading import grey

        return grey.from_array(image)
    raise Unreadable(f"{type(image).__name__!r} is no picture, expected a path, a Pillow image or an array")


def _content(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a regular file; opens without waiting, so a pipe or a device is refused, not read."""
    name = os.fspath(path)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{name!r} cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
            raise Unreadable(f"{name!r} is {what}, expected a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_FILE + 1) if status.st_size <= MAX_FILE else None
    except OSError as error:
        raise Unreadable(f"{name!r} cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)
    if data is None or len(data) > MAX_FILE:
        raise TooBig(f"{name!r} is a file of more than {MAX_FILE:,} bytes")
    return data


@contextmanager
def _extra() -> Iterator[None]:
    """Turn a library that is not there into MissingExtra, and one that does not load into a QrcertError."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = _LIBRARIES.get((error.name or "").partition(".")[0])
        if library is None:
            raise
        raise MissingExtra("scan", library) from error
    except ImportError as error:
        raise QrcertError(f"a library for reading pictures cannot be loaded: {error}") from error
