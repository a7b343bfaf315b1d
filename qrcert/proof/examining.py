"""A file in, what it tells of the printer out: the first picture or page of it that shows the sheet."""

from __future__ import annotations

import time
from typing import Final

from qrcert.errors import MissingExtra
from qrcert.proof.judging import UNKNOWN, Finding, Remark, judge
from qrcert.proof.looking import find
from qrcert.proof.measuring import measure
from qrcert.proof.scaling import find_scale
from qrcert.proof.sources import Picture, pictures_of

_SECONDS: Final = 3.0
"""Time after which no further page of a file is looked at."""

_LIBRARIES: Final = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "numpy": "numpy",
    "pypdfium2": "pypdfium2",
    "zxingcpp": "zxing-cpp",
}


def examine(data: bytes, *, dpi: float | None = None, ruler: float | None = None) -> Finding:
    """Return what a photo, scan or PDF of the printed sheet tells.

    ``dpi`` is the resolution of a scan whose file does not tell it, ``ruler`` the length of the sheet's long
    ruler in mm as measured on paper. Raises UnknownFile, Unreadable, TooBig, and MissingExtra without the extra
    ``scan``.
    """
    try:
        return _first(data, dpi=dpi, ruler=ruler)
    except ModuleNotFoundError as error:
        library = _LIBRARIES.get((error.name or "").partition(".")[0])
        if library is None:
            raise
        raise MissingExtra("scan", library) from error


def _first(data: bytes, *, dpi: float | None, ruler: float | None) -> Finding:
    """Return the finding of the first page with a sheet; without one, that of the first page."""
    first: Finding | None = None
    end = time.monotonic() + _SECONDS
    for picture in pictures_of(data):
        found = _found(picture, dpi=dpi, ruler=ruler, seconds=end - time.monotonic())
        if found.measures is not None:
            return found
        first = first or found
        if time.monotonic() > end:
            break
    assert first is not None  # a file has a page, or reading it raises
    return first


def _found(picture: Picture, *, dpi: float | None, ruler: float | None, seconds: float) -> Finding:
    grey = picture.grey
    sheet, others = find(grey, seconds=seconds)
    if sheet is None:
        nothing = (Remark("no_sheet", UNKNOWN),)
        return Finding(UNKNOWN, nothing, picture.page, grey.width, grey.height, others=others)
    scale, why = find_scale(grey, sheet, told_dpi=picture.dpi, dpi=dpi, ruler=ruler)
    measures = measure(grey, sheet)
    scanned = sheet.flat_density() is not None
    verdict, remarks = judge(measures, scale, scanned=scanned)
    size = grey.width, grey.height
    return Finding(verdict, remarks, picture.page, *size, scale, why, measures, scanned, others)
