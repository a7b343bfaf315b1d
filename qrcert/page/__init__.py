"""The printed page: finished text and the code's matrix in, a PDF/A-3a with guilloche out.

    pdf = draw([sheet], day=date(2026, 6, 25))

The page knows no forms and no meaning: a ``Sheet`` is text as it shall stand there.
"""

from qrcert.page.layout import Box, code_box
from qrcert.page.press import draw
from qrcert.page.sheet import GARNET, INDIGO, PALETTES, PETROL, PINE, PLUM, Palette, Sheet, Table

__all__ = [
    "GARNET",
    "INDIGO",
    "PALETTES",
    "PETROL",
    "PINE",
    "PLUM",
    "Box",
    "Palette",
    "Sheet",
    "Table",
    "code_box",
    "draw",
]
