"""The printed page: finished text and the code's matrix in, a PDF/A-3a with guilloche out.

    pdf = draw([sheet], day=date(2026, 6, 25))

The page knows no forms and no meaning: a ``Sheet`` is text as it shall stand there.
"""

from qrcert.page.contents import Contents, contents_of
from qrcert.page.cutting import Leaf, Run
from qrcert.page.layout import Box
from qrcert.page.objects import Cut
from qrcert.page.own import check_folder, read_template
from qrcert.page.preflight import look
from qrcert.page.press import attachment_names, draw, measure, naming
from qrcert.page.run import Printed, draw_runs, leaves_of
from qrcert.page.screen import draw_screen
from qrcert.page.sheet import GARNET, INDIGO, PALETTES, PETROL, PINE, PLUM, Palette, Sheet, Table
from qrcert.page.template import BUILT_IN, Template, as_template, built_in, code_box

__all__ = [
    "BUILT_IN",
    "GARNET",
    "INDIGO",
    "PALETTES",
    "PETROL",
    "PINE",
    "PLUM",
    "Box",
    "Contents",
    "Cut",
    "Leaf",
    "Palette",
    "Printed",
    "Run",
    "Sheet",
    "Table",
    "Template",
    "as_template",
    "attachment_names",
    "built_in",
    "check_folder",
    "code_box",
    "contents_of",
    "draw",
    "draw_runs",
    "draw_screen",
    "leaves_of",
    "look",
    "measure",
    "naming",
    "read_template",
]
