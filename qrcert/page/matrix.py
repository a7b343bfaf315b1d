"""The drawing of a code: its matrix as one vector path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qrcert.errors import Refused
from qrcert.page.items import MM

# The quiet zone of a QR code, in modules (ISO/IEC 18004).
QUIET = 4

# A module is a whole number of dots of a 600 dpi printer, so that on paper all are equally wide, unless that
# would make it too narrow: under 0.6 mm cheap webcams lose the code.
_DOT = 72 / 600
_LEAST = 0.6 * MM

_DARK = re.compile(rb"[^\0]+")


class Code(NamedTuple):
    """A code as SVG, and its side with the quiet zone, in points."""

    svg: str
    side: float


def draw_code(symbol: Sequence[Sequence[int]], *, room: float, number: str) -> Code:
    """Return the code in the widest modules with which it fits into ``room`` points.

    ``symbol`` is the square matrix without its quiet zone, dark modules 1. Raises Refused, naming the sheet by
    its ``number``, when it is no square, or so large that its modules would be narrower than 0.6 mm.
    """
    count = len(symbol)
    if not count or any(len(row) != count for row in symbol):
        raise Refused(f"sheet {number!r}: a code of {count} rows is not a square")
    side = count + 2 * QUIET
    widest = room / side
    if widest < _LEAST:
        raise Refused(
            f"sheet {number!r}: a code of {count} modules a side is too dense, {widest / MM:.2f} mm each, not 0.6",
            hint="shorten the longest texts of the certificate",
        )
    even = int(widest / _DOT) * _DOT
    module = even if even >= _LEAST else widest
    path = "".join(
        f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
        for left, top, right, bottom in _rectangles(symbol)
    )
    view = f"{-QUIET} {-QUIET} {side} {side}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path d="{path}"/></svg>'
    return Code(svg, round(side * module, 2))


def _rectangles(symbol: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the dark area as rectangles: runs of a row, joined with equal runs of the rows below."""
    growing: dict[tuple[int, int], int] = {}
    for line, row in enumerate((*symbol, ())):
        runs = [run.span() for run in _DARK.finditer(bytes(row))]
        for run in sorted(growing.keys() - runs):
            yield run[0], growing.pop(run), run[1], line
        for run in runs:
            growing.setdefault(run, line)
