"""Finding the sheet in a picture: its codes, and from them the way from millimetres to pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any, Final

from qrcert import scan
from qrcert.proof import plan
from qrcert.proof.view import View, find_view
from qrcert.reading.codes import Corners
from qrcert.reading.grey import Grey, from_bytes_array

if TYPE_CHECKING:
    from qrcert.proof.view import Numbers

_LEAST_MARKS: Final = 3
"""Codes that must be read before the sheet counts as found: twelve corners for eight unknowns."""

_ROOM: Final = 5.0
"""Modules about a code that a second look at its place takes in: the quiet zone and a little more."""

_FLAT: Final = 0.008
"""Opposite sides, and the diagonals, of a sheet that was scanned differ by less than this share."""

_HARDER: Final = 2.0
"""Seconds after which no further stage of reading begins, where the first one does not find the sheet."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the sheet as it was read: its corners in pixels, and its unused error correction, 0 to 1."""

    corners: Corners
    spare: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The sheet in a picture: its codes by their texts, and the way from mm of the plan to pixels."""

    codes: Mapping[str, Code]
    view: View

    def pixels(self, places: Sequence[tuple[float, float]] | Numbers) -> Numbers:
        """Return where places of the plan, (x, y) in mm, are in the picture: an array of (x, y) in pixels."""
        return self.view.pixels(places)

    def flat_density(self) -> tuple[float, float] | None:
        """Return pixels a mm across and down a sheet that lies flat in its picture as a scan does, else None."""
        low, right, bottom = plan.RULER_EDGE, plan.WIDTH - plan.RULER_EDGE, plan.HEIGHT - plan.RULER_EDGE
        places = self.pixels([(low, low), (right, low), (right, bottom), (low, bottom)])

        def far(one: int, other: int) -> float:
            return hypot(*(places[one] - places[other]))

        for first, second in ((far(0, 1), far(3, 2)), (far(0, 3), far(1, 2)), (far(0, 2), far(1, 3))):
            if abs(first / second - 1) > _FLAT:
                return None
        return (far(0, 1) + far(3, 2)) / (2 * (right - low)), (far(0, 3) + far(1, 2)) / (2 * (bottom - low))

    def density(self, mark: plan.Mark) -> float:
        """Return how many pixels a millimetre of the plan takes where a code stands, the less of both ways."""
        import numpy as np

        a, b, c, d = self.pixels(mark.corners)
        sides = [np.linalg.norm(end - start) for start, end in ((a, b), (b, c), (c, d), (d, a))]
        return float(min(sides[0] + sides[2], sides[1] + sides[3])) / (2 * mark.side)


def find(picture: Grey, *, seconds: float = _HARDER) -> tuple[Sheet | None, tuple[str, ...]]:
    """Return the sheet, or None where it is not in view, and the texts of other codes.

    Three of its codes must be found, and all within the rulers must lie in the picture. Where the first engine
    finds too few, every stage of reading looks for their places while there are ``seconds`` left; what only they
    read does not count as read.
    """
    every = _read(picture)
    codes = {text: code for text, code in every.items() if text in plan.marks()}
    others = tuple(text for text in every if text not in codes)
    places = {text: code.corners for text, code in codes.items()}
    another = bool(others and not codes)  # another paper, which is sharp enough
    if len(places) < _LEAST_MARKS and seconds > 0 and not another and not picture.blank:
        left = min(seconds, _HARDER)
        harder = scan.find_codes(picture.array(), plausible=plan.marks().__contains__, seconds=left)
        places |= {code.text: code.corners for code in harder if code.text in plan.marks()}
    view = _view(places, picture)
    if view is None or not _in_view(view, picture):
        return None, others
    return Sheet({**codes, **_second_look(picture, Sheet(codes, view))}, view), others


def _read(picture: Grey) -> dict[str, Code]:
    """Return what the first engine reads, with what it says of each code's quality."""
    import zxingcpp

    from qrcert.reading import zxing

    pixels: Any = picture.data
    view = zxingcpp.ImageView(pixels, picture.width, picture.height, zxingcpp.ImageFormat.Lum)
    found = {}
    for barcode in zxingcpp.read_barcodes(view, formats=zxing.FORMAT, text_mode=zxingcpp.TextMode.Plain):
        place = barcode.position
        points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        extra: Any = barcode.extra
        spare = extra.get("UEC")
        found[barcode.text] = Code(
            tuple((float(point.x), float(point.y)) for point in points),
            float(spare) if isinstance(spare, float | int) else None,
        )
    return found


def _view(places: Mapping[str, Corners], picture: Grey) -> View | None:
    """Return how the picture shows the sheet, or None where the codes are too few or disagree."""
    import numpy as np

    known = {text: corners for text, corners in places.items() if len(corners) == 4}
    if len(known) < _LEAST_MARKS:
        return None
    there = np.array([corner for text in known for corner in plan.marks()[text].corners])
    here = np.array([corner for corners in known.values() for corner in corners])
    return find_view(there, here, size=(picture.width, picture.height))


def _in_view(view: View, picture: Grey) -> bool:
    """Return whether everything within the rulers lies in the picture."""
    (left, right), (top, bottom) = (plan.LEFT, plan.RIGHT), (plan.LADDER_TOP, plan.PANEL_TOP + plan.PANEL)
    places = view.pixels([(left, top), (right, top), (right, bottom), (left, bottom)])
    return bool((places >= 0).all() and (places <= (picture.width, picture.height)).all())


def _second_look(picture: Grey, sheet: Sheet) -> dict[str, Code]:
    """Return the codes that are read when the engine sees their places alone, as a camera held near does."""
    import numpy as np

    found = {}
    pixels = picture.array()
    for text, mark in plan.marks().items():
        if text in sheet.codes:
            continue
        room = _ROOM * mark.module
        (left, top), _, (right, bottom), _ = mark.corners
        wider = [(x, y) for x in (left - room, right + room) for y in (top - room, bottom + room)]
        corners = sheet.pixels(wider)
        low = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
        high = np.maximum(np.ceil(corners.max(axis=0)), 0).astype(int)
        part = pixels[low[1] : high[1], low[0] : high[0]]
        if part.size and text in (read := _read(from_bytes_array(part))):
            x, y = float(low[0]), float(low[1])
            code = read[text]
            found[text] = Code(tuple((px + x, py + y) for px, py in code.corners), code.spare)
    return found
