"""Reading the codes of pictures and PDFs: pixels in, texts out. What a text means is none of its business.

    texts = qrcert.scan.read_codes("photo.jpg")

Needs the extra ``scan``; importing this module does not. Files are taken for what their content says, are
bounded in size, pixels, pages, memory and time, are opened in a process of their own, and never when they are not
regular files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qrcert.errors import MissingExtra, QrcertError, TooBig, Unreadable
from qrcert.reading import reader
from qrcert.reading.codes import Code, Found, in_reading_order
from qrcert.reading.reader import Page, Run, Words

__all__ = [
    "MAX_FILE",
    "SECONDS",
    "Page",
    "Run",
    "Words",
    "engines",
    "find_codes",
    "read_codes",
    "read_pages",
    "read_pdf_area",
]

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from qrcert.reading.engines import Engine
    from qrcert.reading.grey import Grey
    from qrcert.reading.pdfium import Box

    Picture = Image.Image | NDArray[np.generic]
    Plausible = Callable[[str], bool]
    Source = str | os.PathLike[str] | bytes

MAX_FILE = 200_000_000
"""Bytes of a file: a year's scans in one PDF; more is no certificate."""

SECONDS = 1.5
"""Time of a picture, after which no further engine begins: what is read at all is read within it (docs/reading.md).

Documents of several pages have twice that without anything new, and with the last engine stay below 5 s.
"""

_LIBRARIES = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "numpy": "numpy",
    "pypdfium2": "pypdfium2",
    "zxingcpp": "zxing-cpp",
}


def _anything(text: str) -> bool:
    return True


def read_codes(
    image: Source | Picture, *, plausible: Plausible = _anything, seconds: float = SECONDS
) -> list[str]:
    """Return the texts of the codes in a picture or PDF, each once, in reading order, page after page.

    ``image`` is a path, the bytes of a file, a Pillow image or an array (see ``find_codes``). ``plausible``
    tells a text that is looked for from a foreign one, which is returned too but does not end the search;
    ``seconds`` are for the picture, or for a file while it gives nothing new (see ``read_pages``). Raises
    UnknownFile for a file that is neither picture nor PDF, Unreadable for one that cannot be read, TooBig beyond
    a cap, MissingExtra without the extra ``scan``.
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
    source: Source,
    *,
    plausible: Plausible = _anything,
    seconds: float = SECONDS,
) -> Iterator[Page]:
    """Yield each `Page` of a file, given as a path or as its bytes, one after the other.

    ``number`` counts from 1 in PDFs and TIFFs and is None for other pictures. Pages without a code have no
    texts. ``seconds`` is what a picture may take, and twice that a file of several pages, without anything new
    being read; then the pages that are left are looked at by the first engine only (``hasty``) or not at all, which
    is told. Of a PDF that carries the text of a page's code as a file, only what could hold a code is drawn. Raises
    as ``read_codes`` does; damaged pages are told after the last page that could be read.
    """
    data = source if isinstance(source, bytes) else _content(source)
    with _extra():
        yield from reader.read_pages(data, plausible=plausible, seconds=seconds)


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


def _look(grey: Grey, plausible: Plausible, seconds: float) -> Found:
    from qrcert.reading import cascade

    return cascade.read(grey, plausible=plausible, seconds=seconds)


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
