"""How large the sheet was printed: from a ruler, the scan's resolution, the paper's edges, or a guess.

Everything on the sheet shrinks together, so nothing on it alone can tell; the length must come from outside:

1. ``ruler``: the user measured a ruler of the sheet with a real one;
2. ``dpi``: pixels an inch as the user names them, or as a scan's file tells them, where the sheet lies flat in
   it; a camera's file never knows;
3. ``paper``: all four edges of the paper are in view, and their ratio is that of A4 or Letter. A lens bends them
   a little, so the answer is good to one per cent;
4. ``picture``: a guess. The sheet lies flat and straight and the picture has the shape of A4, so it is probably a
   scan of the whole sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, degrees, sqrt
from typing import TYPE_CHECKING, Final

from qrcert.proof import plan
from qrcert.proof.edges import paper_size
from qrcert.proof.looking import Sheet
from qrcert.reading.grey import Grey

if TYPE_CHECKING:
    from qrcert.proof.view import Numbers

_MM_AN_INCH: Final = 25.4

_STRAIGHT: Final = 3.0
"""Degrees by which a scan of a whole sheet may be turned."""

_A4_SHAPE: Final = 0.006
"""Share by which the shape of a picture may differ from that of A4, to be taken for a scan of all of it."""

_BELIEVED: Final = (0.8, 1.12)
"""Sizes that printers give; a resolution that says otherwise is wrong."""

_PAPERS: Final = {"A4": (plan.WIDTH, plan.HEIGHT), "Letter": (215.9, 279.4)}
_PAPER_SHAPE: Final = 0.025

_DOUBT: Final = {"ruler": 0.003, "dpi": 0.003, "paper": 0.01, "picture": 0.01}
"""Share by which each way may err."""

_AGREE: Final = 0.02
"""Share by which the file's resolution and the paper's edges may differ; beyond it neither is believed."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the sheet came out: 1 is as drawn, 0.96 four per cent smaller, across and down the sheet.

    ``how`` is ``ruler``, ``dpi``, ``paper`` or ``picture``, ``doubt`` the share by which it may err, ``guess``
    whether it rests on what merely seems to be so, ``paper`` the size of paper where its edges were seen.
    """

    how: str
    across: float
    down: float
    paper: str | None = None

    @property
    def shrink(self) -> float:
        """The size in both directions together."""
        return sqrt(self.across * self.down)

    @property
    def doubt(self) -> float:
        """The share by which it may err."""
        return _DOUBT[self.how]

    @property
    def guess(self) -> bool:
        """Whether it rests on what merely seems to be so."""
        return self.how == "picture"


def find_scale(
    picture: Grey, sheet: Sheet, *, told_dpi: float | None, dpi: float | None, ruler: float | None
) -> tuple[Scale | None, str | None]:
    """Return the scale, and where there is none why: ``no_reference`` or ``contradiction``.

    ``told_dpi`` is what the file says, ``dpi`` what the user says, ``ruler`` the length in mm of the sheet's
    long ruler on paper, as the user measured it.
    """
    flat = sheet.flat_density()
    if ruler is not None:
        size = ruler / plan.RULER_DOWN
        return Scale("ruler", size, size), None
    if dpi is not None and flat is not None:
        return _from_dpi(flat, dpi), None
    seen = _from_paper(picture, sheet)
    told = _from_dpi(flat, told_dpi) if flat is not None and told_dpi is not None else None
    if told is not None and not _BELIEVED[0] <= told.shrink <= _BELIEVED[1]:
        told = None
    if told is not None and seen is not None and abs(told.shrink / seen.shrink - 1) > _AGREE:
        return None, "contradiction"
    found = told or seen or _from_shape(picture, sheet, flat)
    return found, None if found else "no_reference"


def _from_dpi(density: tuple[float, float], dpi: float) -> Scale:
    across, down = density
    return Scale("dpi", across * _MM_AN_INCH / dpi, down * _MM_AN_INCH / dpi)


def _from_paper(picture: Grey, sheet: Sheet) -> Scale | None:
    size = paper_size(picture, sheet)
    if size is None:
        return None
    across, down = size
    for name, (wide, high) in _PAPERS.items():
        if abs((across / down) / (wide / high) - 1) < _PAPER_SHAPE:
            scale = Scale("paper", wide / across, high / down, name)
            return scale if _BELIEVED[0] <= scale.shrink <= _BELIEVED[1] else None
    return None


def _from_shape(picture: Grey, sheet: Sheet, density: tuple[float, float] | None) -> Scale | None:
    """Take the picture for a scan of the whole sheet, if all speaks for it."""
    short, long = sorted((picture.width, picture.height))
    if density is None or abs(long / short / (plan.HEIGHT / plan.WIDTH) - 1) > _A4_SHAPE:
        return None
    turns = list(_turns(sheet.pixels([(0, 0), (plan.WIDTH, 0)]), upright=picture.height >= picture.width))
    across, down = short / density[0], long / density[1]
    scale = Scale("picture", plan.WIDTH / across, plan.HEIGHT / down)
    straight = min(turns) <= _STRAIGHT
    return scale if straight and _BELIEVED[0] <= scale.shrink <= _BELIEVED[1] else None


def _turns(ends: Numbers, *, upright: bool) -> Iterator[float]:
    """Yield by how many degrees the sheet is turned against a picture that shows it the right way round."""
    across, down = ends[1] - ends[0]
    angle = degrees(atan2(down, across)) % 180 - (0 if upright else 90)
    yield abs(angle)
    yield abs(angle - 180)
