"""From how far a camera reads a printed code.

A camera whose frame is W pixels wide and takes in an angle A across sees, at a distance d, a width of
2 d tan(A / 2). A module of m mm then takes m W / (2 d tan(A / 2)) pixels. The first engine needs 2 pixels a module
(1.75 to 2.0 measured), so it reads up to

    d = m W / (2 * 2 tan(A / 2))

and well, with hand and focus not quite still, where a module has 3 pixels: from two thirds of that. Assumed: a
laptop's webcam of 1280 x 720 pixels that takes in 65 degrees across (diagonals of 70 to 78 degrees are usual), and
a telephone's main camera at 1920 x 1080 with 68 degrees (26 mm on small film). Check: A4 lying across 720 lines has
210 mm / 720 = 0.29 mm a pixel; all were read from 0.59 mm a module on, which is 2.02 pixels (at 1080 lines from
0.42 mm, 2.16 pixels).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, tan
from typing import Final

from qrcert.page import Template, as_template
from qrcert.page.items import MM
from qrcert.page.matrix import draw_code
from qrcert.symbol import QUIET

_NEEDS, _LIKES = 2.0, 3.0
"""Pixels a module at which codes are read, and at which they are read at ease."""

_WEBCAM: Final = (1280, 65.0)
_PHONE: Final = (1920, 68.0)
"""Pixels across the frame, and degrees that it takes in."""

_STEP: Final = 5
"""Centimetres that people judge distances to; the farthest are rounded down."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Distances in cm from which a code is read: at ease and at most by a 720p webcam, at most by a telephone."""

    webcam: int
    webcam_most: int
    phone: int


def reach(module: float) -> Reach:
    """Return from how far a code with modules of ``module`` mm is read."""
    ease = round(_far(module, _WEBCAM, _LIKES) / _STEP) * _STEP
    webcam, phone = (int(_far(module, camera, _NEEDS) / _STEP) * _STEP for camera in (_WEBCAM, _PHONE))
    return Reach(max(_STEP, ease), max(_STEP, webcam), max(_STEP, phone))


def page_module(version: int, *, template: Template | str = "certificate") -> float:
    """Return the width in mm of the modules that a page gives to a code of this version.

    Raises Refused for a page that does not exist, and for a version that is too dense for it.
    """
    modules = 17 + 4 * version
    layout = as_template(template).layout
    room = layout.square.right - layout.square.left
    drawn = draw_code((bytes(modules),) * modules, room=room, number="", least=layout.least)
    return drawn.side / (modules + 2 * QUIET) / MM


def _far(module: float, camera: tuple[int, float], pixels: float) -> float:
    """Return the distance in cm at which a module has so many pixels."""
    width, angle = camera
    return module * width / (pixels * 2 * tan(radians(angle) / 2)) / 10
