"""What happens to paper before a camera sees it: printers, copiers, fax machines, coffee, pens, folds.

Each function takes a `Sheet` and returns another; lengths are millimetres on the sheet, chance is the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from camera import Light, Sheet, to_grey
from certificates import Grey
from numpy.typing import NDArray

Point = tuple[float, float]

MM_PER_INCH = 25.4


def cloud(chance: np.random.Generator, shape: tuple[int, int], grain: float) -> Light:
    """Return a smooth random field with mean 0 and deviation 1 whose blobs are about ``grain`` pixels wide."""
    rows, columns = shape
    small = (max(2, int(rows / grain) + 2), max(2, int(columns / grain) + 2))
    field = cv2.resize(
        chance.standard_normal(small, np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray((field - field.mean()) / (field.std() + 1e-6), np.float32)


def _distance(sheet: Sheet, about: Point) -> tuple[Light, Light]:
    rows, columns = sheet.pixels.shape
    x = (np.arange(columns, dtype=np.float32) + 0.5) / np.float32(sheet.scale) - np.float32(about[0])
    y = (np.arange(rows, dtype=np.float32) + 0.5) / np.float32(sheet.scale) - np.float32(about[1])
    return np.asarray(x[None, :], np.float32), np.asarray(y[:, None], np.float32)


def _mixed(sheet: Sheet, cover: Light, ink: float) -> Sheet:
    """Return the sheet with ``ink`` (grey level) over it where ``cover`` is 1."""
    return Sheet(to_grey(sheet.pixels * (1 - cover) + np.float32(ink) * cover), sheet.scale)


# ------------------------------------------------------------------------------------------- accidents


def stained(sheet: Sheet, chance: np.random.Generator, *, about: Point, radius: float, depth: float) -> Sheet:
    """Spill a drop that dries darkest at its rim; under ``depth`` 1 it hides what is printed there."""
    x, y = _distance(sheet, about)
    wobble = 1 + 0.12 * cloud(chance, sheet.pixels.shape, sheet.scale * radius * 0.7)
    away = np.hypot(x, y) / radius * wobble
    inner = np.clip((1 - away) * radius * sheet.scale / 4, 0, 1)
    rim = np.exp(-(((away - 0.93) * radius / 0.5) ** 2))
    texture = 0.85 + 0.1 * cloud(chance, sheet.pixels.shape, sheet.scale * 2)
    cover = np.asarray(np.clip(depth * inner * texture + 0.25 * rim * inner, 0, 1), np.float32)
    return _mixed(sheet, cover, 70)


def written(
    sheet: Sheet, chance: np.random.Generator, *, about: Point, side: float, strokes: int, width: float
) -> Sheet:
    """Draw ``strokes`` of a ball pen across a square of ``side`` around a point."""
    ink = np.zeros_like(sheet.pixels)
    for _ in range(strokes):
        angle = chance.uniform(0, np.pi)
        middle = np.array(about) + chance.uniform(-0.4, 0.4, 2) * side
        reach = side * chance.uniform(0.3, 0.8)
        ends = np.outer([-1, -0.3, 0.3, 1], [np.cos(angle), np.sin(angle)]) * reach / 2
        points = middle + ends + chance.uniform(-0.12, 0.12, (4, 2)) * reach
        curve = _bezier(points) * sheet.scale
        thick = max(1, round(width * chance.uniform(0.8, 1.25) * sheet.scale))
        cv2.polylines(ink, [np.round(curve * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
    cover = np.asarray(ink * np.float32(0.92 / 255), np.float32)
    return _mixed(sheet, cover, chance.uniform(25, 85))


def _bezier(points: NDArray[np.float64]) -> NDArray[np.float64]:
    t = np.linspace(0, 1, 40)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return np.asarray(weights @ points)


def cracked(
    sheet: Sheet,
    chance: np.random.Generator,
    *,
    lines: Sequence[tuple[float, float, float]],
    width: float,
    worn: float,
) -> Sheet:
    """Break the toner off along folds (x, y, direction of the fold in degrees): a share ``worn`` of it is gone."""
    loose = np.zeros_like(sheet.pixels)
    for x, y, angle in lines:
        along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        ends = (np.array([x, y]) + np.outer([-400, 400], along)) * sheet.scale
        thick = max(1, round(width * sheet.scale))
        cv2.polylines(loose, [ends.astype(np.int32)], False, 255, thick, cv2.LINE_AA)
    ragged = cloud(chance, sheet.pixels.shape, sheet.scale * 0.35)
    limit = np.quantile(ragged[::7, ::7], 1 - worn)
    off = (cv2.GaussianBlur(loose, (0, 0), sheet.scale * width / 4) / np.float32(255)) * (ragged > limit)
    return _mixed(sheet, off.astype(np.float32), 240)


# ----------------------------------------------------------------------------------- printers, copiers


def starved(sheet: Sheet, chance: np.random.Generator, *, lost: float) -> Sheet:
    """Print with a drum and cartridge near their end: streaks along the sheet, holes in black, specks on white."""
    rows, columns = sheet.pixels.shape
    across = cloud(chance, (1, columns), sheet.scale * 2.5) + 0.6 * cloud(
        chance, (1, columns), sheet.scale * 0.7
    )
    along = cloud(chance, (rows, columns), sheet.scale * 14)
    grain = cloud(chance, (rows, columns), sheet.scale * 0.3)
    weakness = 0.8 * across + 0.35 * along + 0.55 * grain
    limit = np.quantile(weakness[::5, ::5], 1 - lost)
    gone = np.clip((weakness - limit) * 2.5, 0, 0.93)
    specks = chance.random((rows, columns), np.float32) > 0.9993
    dirt = cv2.dilate(specks.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    pale = sheet.pixels + (255 - sheet.pixels.astype(np.float32)) * gone
    return Sheet(to_grey(pale * (1 - 0.8 * dirt)), sheet.scale)


def printed(sheet: Sheet, *, dpi: float, shrink: float, gain: float) -> Sheet:
    """Print at ``dpi`` dots, the page made ``shrink`` times as large, ink spreading by ``gain`` millimetres.

    The dots of a shrunk page do not fit its modules: some become a dot wider than others.
    """
    dots = dpi / MM_PER_INCH
    factor = dots / sheet.scale * shrink
    fitted = cv2.resize(sheet.pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    bilevel = np.where(np.asarray(fitted) > 128, 255, 0).astype(np.uint8)
    up = sheet.scale / dots
    rows, columns = sheet.pixels.shape
    back = cv2.resize(bilevel, None, fx=up, fy=up, interpolation=cv2.INTER_NEAREST)
    page = np.full((rows, columns), 255, np.uint8)
    top, left = (rows - back.shape[0]) // 2, (columns - back.shape[1]) // 2
    page[top : top + back.shape[0], left : left + back.shape[1]] = back
    return Sheet(_spread(page, gain * sheet.scale), sheet.scale)


def _spread(page: Grey, pixels: float) -> Grey:
    """Return black grown by so many pixels (shrunk, where negative), with the soft edge of toner."""
    soft = cv2.GaussianBlur(page, (0, 0), max(abs(pixels), 0.7))
    level = 128 + 90 * np.clip(pixels / max(abs(pixels), 0.7), -1, 1)
    return to_grey((soft.astype(np.float32) - level) * 3 + 128)


def copied(
    sheet: Sheet, chance: np.random.Generator, *, soft: float, gain: float, dirt: float, offset: float = 0.0
) -> Sheet:
    """Put the sheet on a copier: scanned a little out of focus (``soft``), hard contrast, edges eaten or grown.

    ``gain`` is grey levels by which the threshold is off: above 0 black grows, below it shrinks. ``offset``
    turns and stretches the copy by so many parts in a hundred.
    """
    rows, columns = sheet.pixels.shape
    turn = cv2.getRotationMatrix2D(
        (columns / 2, rows / 2), chance.uniform(-1, 1) * offset, 1 + chance.uniform(-1, 1) * offset / 100
    )
    moved = cv2.warpAffine(sheet.pixels, turn, (columns, rows), borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.GaussianBlur(moved, (0, 0), soft * sheet.scale).astype(np.float32)
    seen += 9 * cloud(chance, (rows, columns), sheet.scale * 0.25)
    seen += gain * (1 + 0.12 * cloud(chance, (rows, columns), sheet.scale * 12)) * -1
    hard = 255 / (1 + np.exp(-(seen - 128) / 13))
    specks = chance.random((rows, columns), np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    black = cv2.dilate((specks < dirt).astype(np.uint8), kernel)
    white = cv2.dilate((specks > 1 - dirt).astype(np.uint8), kernel)
    return Sheet(to_grey(np.where(black > 0, 20.0, np.where(white > 0, 245.0, hard))), sheet.scale)


FAX_DOTS, FAX_LINES = 8.04, 7.7
"""Dots and lines a millimetre of a fax in fine resolution (ITU-T T.4); the standard one has half the lines."""


def faxed(
    sheet: Sheet, chance: np.random.Generator, *, lines: float = FAX_LINES, noise: float, faded: float
) -> Sheet:
    """Send the sheet by fax to a machine with thermal paper: two levels of grey, wide lines, paper gone grey."""
    fx, fy = FAX_DOTS / sheet.scale, lines / sheet.scale
    small = cv2.resize(sheet.pixels, None, fx=fx, fy=fy, interpolation=cv2.INTER_AREA).astype(np.float32)
    small += noise * chance.standard_normal(small.shape, np.float32) + 8 * cloud(chance, small.shape, 40)
    dots = np.where(small > 140, 255, 0).astype(np.uint8)
    lost = np.flatnonzero(chance.random(dots.shape[0]) < 0.004)
    dots[lost] = dots[np.maximum(lost - 1, 0)]
    rows, columns = sheet.pixels.shape
    large = cv2.resize(dots, (columns, rows), interpolation=cv2.INTER_NEAREST)
    heat = cv2.GaussianBlur(large, (0, 0), sheet.scale * 0.06).astype(np.float32) / 255
    heads = 1 - 0.12 * np.abs(cloud(chance, (1, columns), sheet.scale * 0.4))
    pale = 235 - 22 * np.abs(cloud(chance, (rows, columns), sheet.scale * 40))
    black = 60 + (pale - 60) * np.clip(
        faded + 0.12 * cloud(chance, (rows, columns), sheet.scale * 25), 0, 0.93
    )
    return Sheet(to_grey(pale - (pale - black) * (1 - heat) * heads), sheet.scale)
