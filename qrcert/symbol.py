"""Drawing a text as a QR symbol (ISO/IEC 18004): error correction M, alphanumeric characters, nothing else.

The symbol knows nothing of what the text means::

    symbol = Symbol("QC1:...")
    Path("code.svg").write_text(symbol.svg(module_mm=0.8))
    Path("code.png").write_bytes(symbol.png(8))

zxing-cpp draws it; why not segno, the oracle of the tests, is told in docs/decisions/0008.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from typing import Any, Final

from qrcert.errors import MissingExtra, TooBig, Unreadable

QUIET: Final = 4
"""Light modules around a symbol (section 6.3.8); without them readers miss it."""

MAX_TEXT: Final = 3391
"""Characters that version 40 holds at error correction M in alphanumeric mode."""

MAX_PNG_SIDE: Final = 20_000
"""Pixels along a side of a PNG: far beyond any printer."""

ALPHANUMERIC: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
"""The 45 characters of QR alphanumeric mode (table 5), which are those of base45."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One text as a QR symbol with error correction M, in the smallest version that holds it.

    ``matrix`` holds one bytes object a row, 1 for a dark module and 0 for a light one, without the quiet zone.
    Raises `Unreadable` for a text outside alphanumeric mode, `TooBig` for one that no version holds,
    `MissingExtra` without zxing-cpp.
    """

    text: str
    matrix: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        _check(self.text)
        object.__setattr__(self, "matrix", _draw(self.text))

    @property
    def modules(self) -> int:
        """Modules along a side, without the quiet zone."""
        return len(self.matrix)

    @property
    def version(self) -> int:
        """The version, 1..40."""
        return (self.modules - 17) // 4

    def svg(self, *, module_mm: float) -> str:
        """Return the symbol as an SVG document with its quiet zone, a module ``module_mm`` millimetres wide."""
        side = self.modules + 2 * QUIET
        size = f"{side * module_mm:.6g}mm"
        bars = "".join(f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z" for x, y, width in self._bars())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
            f'viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
            f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{bars}"/></svg>'
        )

    def png(self, scale: int) -> bytes:
        """Return the symbol as a black and white PNG with its quiet zone, ``scale`` pixels a module."""
        side = self.modules + 2 * QUIET
        if not 0 < side * scale <= MAX_PNG_SIDE:
            raise TooBig(f"a picture of {side * scale} pixels a side, expected 1 to {MAX_PNG_SIDE}")
        try:
            from PIL import Image
        except ImportError as error:
            raise MissingExtra("issue", "pillow") from error
        picture = Image.new("1", (side, side), 1)
        for x, y, width in self._bars():
            picture.paste(0, (x + QUIET, y + QUIET, x + QUIET + width, y + QUIET + 1))
        out = BytesIO()
        picture.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(out, "PNG")
        return out.getvalue()

    def _bars(self) -> Iterator[tuple[int, int, int]]:
        """Yield the runs of dark modules of each row: column, row, length."""
        for y, row in enumerate(self.matrix):
            for dark, run in groupby(range(len(row)), key=row.__getitem__):
                columns = list(run)
                if dark:
                    yield columns[0], y, len(columns)


def _check(text: str) -> None:
    if not text:
        raise Unreadable("an empty text makes no QR code")
    if foreign := sorted(set(text) - ALPHANUMERIC):
        raise Unreadable(f"{foreign[0]!r} has no place in a QR code of alphanumeric mode")
    if len(text) > MAX_TEXT:
        raise TooBig(f"a text of {len(text)} characters, a QR code holds at most {MAX_TEXT}")


def _draw(text: str) -> tuple[bytes, ...]:
    try:
        import zxingcpp
    except ImportError as error:
        raise MissingExtra("issue", "zxing-cpp") from error
    try:
        drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise TooBig(f"no QR code holds this text of {len(text)} characters") from error
    image: Any = drawn.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(image).tolist()
    return tuple([bytes([value < 128 for value in row]) for row in rows])
