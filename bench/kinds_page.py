"""Certificates that went through printers, copiers, fax machines and screens, and whole pages before a webcam."""

from __future__ import annotations

from functools import partial

import numpy as np
import wear
from camera import Curled, Flat, Lamp, Pose, Sensor, Sheet, Surface, expose, jpeg, look, room, to_grey
from certificates import HEIGHT, WIDTH, Grey, Paper
from shots import WORN_SCALE, Chance, kind, lit, photo, scanned, sheet_of

# -------------------------------------------------------------------------- printers, copies, scanners


@kind("dropout", "share of the toner that is missing", 0.01, 0.16)
def _dropout(paper: Paper, chance: Chance, level: float) -> Grey:
    sheet = wear.starved(sheet_of(paper).at_scale(WORN_SCALE), chance, lost=level)
    if chance.random() < 0.5:
        return scanned(paper, chance, sheet, dpi=chance.uniform(120, 200))
    return photo(paper, chance, module=chance.uniform(3, 5), sheet=sheet)


@kind("shrink", "spread of the ink in millimetres", 0.04, 0.26)
def _shrink(paper: Paper, chance: Chance, level: float) -> Grey:
    """Print at 96 % ("fit to page") on paper that drinks ink, scanned coarsely."""
    sheet = wear.printed(sheet_of(paper), dpi=300, shrink=0.96, gain=level)
    return scanned(paper, chance, sheet, dpi=chance.uniform(72, 110), quality=80)


@kind("copy", "grey levels by which black grows", 10, 68)
def _copy(paper: Paper, chance: Chance, level: float) -> Grey:
    """Photocopy a photocopy."""
    sheet = sheet_of(paper).at_scale(WORN_SCALE)
    for _ in range(2):
        sheet = wear.copied(sheet, chance, soft=0.16, gain=level, dirt=0.0004, offset=0.8)
    return scanned(paper, chance, sheet, dpi=chance.uniform(110, 170))


@kind("fax", "fading of the thermal paper", 0.2, 0.9)
def _fax(paper: Paper, chance: Chance, level: float) -> Grey:
    sheet = wear.faxed(sheet_of(paper).at_scale(WORN_SCALE), chance, noise=60, faded=level)
    return photo(paper, chance, module=chance.uniform(3, 5), sheet=sheet, sensor=Sensor(noise=0.03))


# --------------------------------------------------------------------------------------------- screens


def _shot(paper: Paper, chance: Chance, module: float) -> Grey:
    """Return a screenshot of the page in a PDF viewer, scaled without any thought for modules."""
    scale = module / paper.module
    page = sheet_of(paper).at_scale(scale).pixels
    x, y = (int(at * scale) for at in paper.centre)
    left, right, top, bottom = (int(paper.side * scale * chance.uniform(0.7, 1.4)) for _ in range(4))
    return np.ascontiguousarray(page[max(y - top, 0) : y + bottom, max(x - left, 0) : x + right])


@kind("screenshot", "pixels a module", 2.0, 1.15)
def _screenshot(paper: Paper, chance: Chance, level: float) -> Grey:
    return jpeg(_shot(paper, chance, level), int(chance.uniform(45, 85)))


@kind("dark", "pixels a module, dark mode", 2.2, 1.2)
def _dark(paper: Paper, chance: Chance, level: float) -> Grey:
    shot = 255 - _shot(paper, chance, level)
    ground, front = chance.uniform(10, 45), chance.uniform(170, 240)
    return jpeg(to_grey(ground + (front - ground) * (shot / np.float32(255))), int(chance.uniform(55, 85)))


@kind("moire", "pixels of the camera for one of the screen", 1.5, 0.75)
def _moire(paper: Paper, chance: Chance, level: float) -> Grey:
    """Photograph a screen: its grid of pixels and that of the sensor beat against each other."""
    shot = _shot(paper, chance, chance.uniform(2.6, 4))
    cells = 6
    lit = np.array([[0.5, 0.5, 1.1, 1.1, 0.25, 0.0]] * (cells - 1) + [[0.0] * cells], np.float32)
    large = np.kron(shot, np.ones((cells, cells), np.uint8))
    panel = large * np.tile(lit / lit.mean(), shot.shape)
    pixels = Sheet(to_grey(panel / 2.2), float(cells))
    rows, columns = shot.shape
    pose = Pose(
        (columns / 2, rows / 2),
        level,
        (int(rows * level), int(columns * level)),
        tilt=chance.uniform(3, 14),
        toward=chance.uniform(0, 360),
        turn=chance.uniform(-7, 7),
        distance=columns * 1.4,
    )
    view = look(pixels, pose, surface=Flat(), lamp=Lamp(ambient=1.0))
    return expose(view.light * 2.4, Sensor(soft=0.4, veil=0.03, noise=0.03, quality=85), chance)


# ---------------------------------------------------------------------- the whole page before a camera


def _frame(paper: Paper, chance: Chance, module: float, *, size: tuple[int, int], soft: float) -> Grey:
    """Hold the page up to a webcam, upright or on its side, whichever suits the frame."""
    scale = module / paper.module
    rows, columns = size
    turn = float(chance.normal(0, 4))
    if chance.random() < 0.5 or HEIGHT * scale > rows * 1.02:
        turn += 90.0 if columns > rows else 0.0
    aim = _within_page(paper, scale, size, turn)
    pose = Pose(aim, scale, size, tilt=float(chance.uniform(0, 14)), toward=chance.uniform(0, 360), turn=turn)
    surface: Surface = Flat()
    if chance.random() < 0.5:
        surface = Curled(aim, chance.uniform(250, 700), chance.uniform(0, 180), hollow=chance.random() < 0.5)
    view = look(sheet_of(paper), pose, surface=surface, behind=room(chance, size))
    sensor = Sensor(
        soft=soft * chance.uniform(0.85, 1.15),
        white=chance.uniform(0.9, 1.15),
        noise=chance.uniform(0.015, 0.04),
        sharpen=chance.uniform(0, 0.8),
        quality=int(chance.uniform(70, 90)),
    )
    return expose(lit(chance, view), sensor, chance)


def _within_page(paper: Paper, scale: float, size: tuple[int, int], turn: float) -> tuple[float, float]:
    """Return the point to look at: the middle of the page where all of it fits, else towards the code."""
    rows, columns = size
    seen = (rows, columns) if abs(turn) > 45 else (columns, rows)
    aim = []
    for middle, code, room_ in zip((WIDTH / 2, HEIGHT / 2), paper.centre, seen, strict=True):
        reach = max(abs(code - middle) + paper.side / 2 + 12 - room_ / scale / 2, 0)
        aim.append(middle + np.sign(code - middle) * reach)
    return float(aim[0]), float(aim[1])


FRAMES = {
    "page480": ((480, 640), 0.55, 2.1, 1.4),
    "page480p": ((640, 480), 0.55, 2.1, 1.4),
    "page720": ((720, 1280), 0.65, 2.2, 1.4),
    "page720p": ((1280, 720), 0.65, 2.2, 1.4),
    "page1080": ((1080, 1920), 0.9, 2.9, 1.7),
    "page1080p": ((1920, 1080), 0.9, 2.9, 1.7),
}
"""Whole-page frames, wide and (``p``) tall: rows and columns; sigma of the lens in pixels, for cheap cameras with
many pixels have no sharper lens; pixels a module from easy to hard."""

for _name, (_size, _soft, _easy, _hard) in FRAMES.items():
    kind(_name, "pixels a module", _easy, _hard)(partial(_frame, size=_size, soft=_soft))
