"""The drawing of a code: its matrix as one vector path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from qrcert.errors import Refused
from qrcert.page.items import MM

# The quiet zone of a QR code, in modules (ISO/IEC 18004).
QUIET = 4

# A module is a whole number of dots of a 600 dpi printer, so that on paper all are equally wide, unless that
# would make it narrower than the page allows.
_DOT = 72 / 600

_DARK = re.compile(rb"[^\0]+")


class Code(NamedTuple):
    """A code as SVG, and its side with the quiet zone, in points."""

    svg: str
    side: float


def draw_code(symbol: Sequence[Sequence[int]], *, room: float, number: str, least: float) -> Code:
    """Return the code in the widest modules with which it fits into ``room`` points.

    ``symbol`` is the square matrix without its quiet zone, dark modules 1. Raises Refused, naming the sheet by
    its ``number``, when it is no square, or so large that its modules would be narrower than ``least`` points.
    """
    count = len(symbol)
    if not count or any(len(row) != count for row in symbol):
        raise Refused(f"sheet {number!r}: a code of {count} rows is not a square")
    side = count + 2 * QUIET
    widest = room / side
    if widest < least:
        raise Refused(
            f"sheet {number!r}: a code of {count} modules a side is too dense, {widest / MM:.2f} mm each, "
            f"not {least / MM:.1f}",
            hint="shorten the longest texts of the certificate",
        )
    even = int(widest / _DOT) * _DOT
    module = even if even >= least else widest
    view = f"{-QUIET} {-QUIET} {side} {side}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path d="{_path(symbol)}"/></svg>'
    return Code(svg, round(side * module, 2))


def _path(symbol: Sequence[Sequence[int]]) -> str:
    """Return the dark area as rectangles: runs of a row, joined with equal runs of the rows below."""
    path: list[str] = []
    growing: dict[tuple[int, int], int] = {}
    for line, row in enumerate((*symbol, ())):
        above, growing_now = growing, {}
        for run in _DARK.finditer(bytes(row)):
            span = run.span()
            growing_now[span] = above.pop(span, line)
        for (left, right), top in above.items():
            wide = right - left
            path.append(f"M{left} {top}h{wide}v{line - top}h-{wide}z")
        growing = growing_now
    return "".join(path)
