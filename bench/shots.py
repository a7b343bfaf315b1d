"""What all kinds of degraded pictures are made with: our pages before a camera or under a scanner, and the kinds.

A kind is a function of a paper, chance and a level, put into `KINDS` by `kind`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from camera import Lamp, Light, Pose, Sensor, Sheet, Surface, View, expose, look, room
from certificates import Grey, Paper
from wear import MM_PER_INCH

Chance = np.random.Generator
Draw = Callable[[Paper, Chance, float], Grey]

PAPERS = 24
"""Different certificates in a run: three of each shipped form."""

SCALE = 12.0
"""Pixels a millimetre of a drawn page (305 dpi): a module has 8 to 12."""

WORN_SCALE = 8.0
"""Pixels a millimetre where a whole page is worn: enough for what a copier or fax leaves."""

BORDER = 15.0
"""Millimetres beside the code in a picture taken from near."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to spoil a picture: ``level`` says what the numbers from ``easy`` to ``hard`` are."""

    name: str
    level: str
    easy: float
    hard: float
    draw: Draw

    def at(self, place: int, count: int) -> float:
        """Return the level of picture ``place`` of ``count``: evenly from easy to hard."""
        return self.easy + (self.hard - self.easy) * (place + 0.5) / count


KINDS: dict[str, Kind] = {}


def kind(name: str, level: str, easy: float, hard: float) -> Callable[[Draw], Draw]:
    """Add a function to `KINDS` under a name."""

    def add(draw: Draw) -> Draw:
        KINDS[name] = Kind(name, level, easy, hard, draw)
        return draw

    return add


@lru_cache(PAPERS)
def sheet_of(paper: Paper) -> Sheet:
    """Return a certificate as a printer without fault prints it."""
    return Sheet(paper.picture(dpi=SCALE * MM_PER_INCH), SCALE)


def near(paper: Paper, chance: Chance, module: float, *, border: float = BORDER, **pose: Any) -> Pose:
    """Return a camera near the code: ``module`` pixels a module, the code a little off the middle."""
    scale = module / paper.module
    shape = 1 + 0.33 * chance.random()
    height = (paper.side + 2 * border) * scale
    size = (int(height), int(height * shape)) if chance.random() < 0.7 else (int(height * shape), int(height))
    off = chance.uniform(-0.25, 0.25, 2) * border
    aim = (paper.centre[0] + float(off[0]), paper.centre[1] + float(off[1]))
    return Pose(aim, scale, size, **({"turn": chance.uniform(-6, 6), "tilt": chance.uniform(0, 8)} | pose))


def lit(chance: Chance, view: View) -> Light:
    """Return the view under the uneven light of a room."""
    rows, columns = view.light.shape
    slope = chance.uniform(-0.12, 0.12, 2).astype(np.float32)
    y, x = np.linspace(-1, 1, rows, dtype=np.float32), np.linspace(-1, 1, columns, dtype=np.float32)
    return np.asarray(view.light * (1 + slope[0] * y[:, None]) * (1 + slope[1] * x[None, :]), np.float32)


def photo(
    paper: Paper,
    chance: Chance,
    *,
    module: float,
    sheet: Sheet | None = None,
    surface: Surface | None = None,
    lamp: Lamp | None = None,
    kernel: Light | None = None,
    sensor: Sensor | None = None,
    **pose: Any,
) -> Grey:
    """Photograph a sheet from near."""
    camera = near(paper, chance, module, **pose)
    behind = room(chance, camera.size, dark=0.08, light=0.35)
    view = look(sheet or sheet_of(paper), camera, surface=surface, lamp=lamp, behind=behind)
    light = lit(chance, view)
    if kernel is not None:
        light = np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
    return expose(light, sensor or Sensor(), chance)


def spot(paper: Paper, chance: Chance, share: float = 0.35) -> tuple[float, float]:
    """Return a point of the code, on the sheet, up to ``share`` of its side from its middle."""
    x, y = chance.uniform(-share, share, 2) * paper.side
    return paper.centre[0] + float(x), paper.centre[1] + float(y)


def scanned(paper: Paper, chance: Chance, sheet: Sheet, *, dpi: float, quality: int = 85) -> Grey:
    """Scan the part of a sheet around the code, laid a little askew."""
    scale = dpi / MM_PER_INCH
    sensor = Sensor(soft=0.45, noise=0.01, white=0.95, sharpen=0.25, quality=quality)
    return photo(
        paper,
        chance,
        module=scale * paper.module,
        sheet=sheet,
        sensor=sensor,
        turn=chance.normal(0, 1.2) + chance.choice([0, 90, 180, 270]),
        tilt=0.0,
        distance=2000.0,
        border=40.0,
    )
