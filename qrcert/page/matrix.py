"""The drawing of a code: its matrix as one vector path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qrcert.errors import Refused
from qrcert.page.items import MM

# The quiet zone of a QR code, in modules (ISO/IEC 18004).
QUIET = 4

# A module is a whole number of dots of a 600 dpi printer, so that on paper all are equally wide. Under
# 0.6 mm cheap webcams lose the code.
_DOT = 72 / 600
_LEAST = 0.6 * MM


class Code(NamedTuple):
    """A code as SVG, and its side with the quiet zone, in points."""

    svg: str
    side: float


def draw_code(symbol: Sequence[Sequence[int]], *, room: float) -> Code:
    """Return the code in the widest modules with which it fits into ``room`` points.

    ``symbol`` is the square matrix without its quiet zone, dark modules true. Raises Refused when it is no
    square, or so large that its modules would be narrower than 0.6 mm.
    """
    count = len(symbol)
    if not count or any(len(row) != count for row in symbol):
        raise Refused(f"a code of {count} rows is not a square")
    side = count + 2 * QUIET
    module = int(room / side / _DOT) * _DOT
    if module < _LEAST:
        raise Refused(
            f"a code of {count} modules is too dense for this page: {module / MM:.2f} mm each, at least 0.6",
            hint="shorten the longest texts of the certificate",
        )
    path = "".join(
        f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
        for left, top, right, bottom in _rectangles(symbol)
    )
    view = f"{-QUIET} {-QUIET} {side} {side}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path d="{path}"/></svg>'
    return Code(svg, round(side * module, 2))


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return where each run of dark modules starts and stops."""
    edges = [at for at, (before, here) in enumerate(zip((0, *row), (*row, 0), strict=True)) if before != here]
    return zip(edges[::2], edges[1::2], strict=True)


def _rectangles(symbol: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the dark area as rectangles: runs of a row, joined with equal runs of the rows below."""
    growing: dict[tuple[int, int], int] = {}
    for line, row in enumerate((*symbol, ())):
        runs = set(_runs(row))
        for run in [run for run in growing if run not in runs]:
            yield run[0], growing.pop(run), run[1], line
        for run in sorted(runs):
            growing.setdefault(run, line)
