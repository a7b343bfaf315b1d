"""The paper's own edges in a picture of the sheet: where its white ends, seen in the sheet's own millimetres."""

from __future__ import annotations

from math import cos
from typing import TYPE_CHECKING, Final

from qrcert.proof import plan
from qrcert.reading.grey import Grey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qrcert.proof.looking import Sheet
    from qrcert.proof.view import Numbers

_DOTS: Final = 4
"""Pixels a millimetre of the straightened picture."""

_AROUND: Final = 30.0
"""How far beyond the paper as drawn is looked, in mm: a sheet shrunk to 80 % has that much more white about it."""

_BLANK: Final = 11.0
"""Within this distance of the edge as drawn there is nothing but paper, the edge marks left aside."""

_LEVEL: Final = (7.0, 10.5)
"""Where along a line of sight the paper's own brightness is taken, in mm from the edge as drawn."""

_ENDS, _MIDDLE = 32.0, 10.0
"""Lines of sight leave out the corners of the sheet and, about the middle of each side, the edge marks."""

_EVERY: Final = 2
"""Millimetres from one line of sight to the next."""

_STEP: Final = 0.16
"""By which share of its brightness the paper must differ from what lies behind it."""

_BEYOND: Final = (3, 10)
"""Where what lies behind is looked at, in pixels past the first that differs."""

_SEEN: Final = 0.5
"""Share of the lines of sight on which an edge must be seen."""

_ROUGH: Final = 0.8
"""Mean deviation in mm from a straight line at which it is no paper's edge."""

_ASLANT: Final = 0.06
"""Slope at which an edge is not one of the paper that the sheet is printed on."""

_ROUNDS: Final = 4


def paper_size(picture: Grey, sheet: Sheet) -> tuple[float, float] | None:
    """Return width and height of the paper in mm of the plan, or None where not all four edges are seen.

    On a sheet that was printed at 96 % an A4 paper is 210 / 0.96 = 218.75 mm wide by this measure.
    """
    import numpy as np

    straight = _straightened(picture, sheet)
    lines = []
    for turned, length in (
        (straight, plan.HEIGHT),
        (straight[:, ::-1], plan.HEIGHT),
        (straight.T, plan.WIDTH),
        (straight.T[:, ::-1], plan.WIDTH),
    ):
        line = _edge(np.ascontiguousarray(turned), length)
        if line is None:
            return None
        lines.append(line)
    (left, slope_left), (right, slope_right), (top, slope_top), (bottom, slope_bottom) = lines
    across = (plan.WIDTH - left - right) * cos((slope_left - slope_right) / 2)
    down = (plan.HEIGHT - top - bottom) * cos((slope_top - slope_bottom) / 2)
    return across, down


def _straightened(picture: Grey, sheet: Sheet) -> NDArray[np.float32]:
    """Return the sheet with its surroundings, ``_DOTS`` pixels a mm; what is out of the picture is nan."""
    import cv2
    import numpy as np

    columns, rows = (np.arange(-_AROUND, length + _AROUND, 1 / _DOTS) for length in (plan.WIDTH, plan.HEIGHT))
    places = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    x, y = sheet.pixels(places).astype(np.float32).reshape(len(rows), len(columns), 2).transpose(2, 0, 1)
    pixels = cv2.remap(picture.array(), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    soft = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.0), np.float32)
    soft[(x < 0) | (y < 0) | (x > picture.width - 1) | (y > picture.height - 1)] = np.nan
    return soft


def _edge(straight: NDArray[np.float32], length: float) -> tuple[float, float] | None:
    """Return the left edge: mm from where it is drawn, inward, at the middle of its ``length``, and its slope."""
    import numpy as np

    places, found = [], []
    for at in range(round(_ENDS), round(length - _ENDS), _EVERY):
        if abs(at - length / 2) > _MIDDLE:
            end = _end_of_paper(straight[round((at + _AROUND) * _DOTS)])
            places.append(at - length / 2)
            found.append(np.nan if end is None else end)
    return _line(np.array(places), np.array(found))


def _end_of_paper(row: NDArray[np.float32]) -> float | None:
    """Return where along a line of sight outward the paper ends, in mm from the edge as drawn, or None."""
    import numpy as np

    first, last = (round((_AROUND + far) * _DOTS) for far in _LEVEL)
    paper = float(np.median(row[first:last]))
    outward = row[round((_AROUND + _BLANK) * _DOTS) :: -1]
    differs = np.abs(outward - paper) > _STEP * paper
    if not np.isfinite(paper) or not differs.any():
        return None
    at = int(differs.argmax())
    behind = outward[at + _BEYOND[0] : at + _BEYOND[1]]
    if not np.isfinite(outward[: at + 1]).all() or not np.isfinite(behind).all() or not behind.size:
        return None
    middle = (paper + float(np.median(behind))) / 2
    near = outward[max(0, at - _BEYOND[1]) : at + _BEYOND[1]]
    past = (near < middle) if middle < paper else (near > middle)
    if not past.any() or past[0]:
        return None
    step = int(past.argmax())
    before, after = float(near[step - 1]), float(near[step])
    exact = max(0, at - _BEYOND[1]) + step - 1 + (before - middle) / (before - after)
    return _BLANK - exact / _DOTS


def _line(places: Numbers, found: Numbers) -> tuple[float, float] | None:
    """Return the straight line through most of the ends: its place at the middle and its slope."""
    import numpy as np

    seen = np.isfinite(found)
    if seen.mean() < _SEEN:
        return None
    x, y = places[seen], found[seen]
    near = np.abs(y - np.median(y)) < 4 * _ROUGH + _ASLANT * abs(places).max()
    for _ in range(_ROUNDS):
        if near.mean() < _SEEN:
            return None
        slope, middle = np.polyfit(x[near], y[near], 1)
        off = np.abs(y - middle - slope * x)
        near = off <= max(0.3, 2.5 * float(np.median(off)))
    rough = float(np.sqrt(np.mean(off[near] ** 2)))
    return None if rough > _ROUGH or abs(slope) > _ASLANT else (float(middle), float(slope))
