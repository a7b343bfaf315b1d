"""Prints, scans and photos of the proof sheet: the sheet drawn, then spoiled as printers and cameras spoil it."""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from typing import Any

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from pictures import Grey
from qrcert import proof

DAY = date(2026, 6, 25)
DPI = 200


@cache
def pdf() -> bytes:
    """The sheet as its file."""
    return proof.draw(day=DAY)


@cache
def scan(*, dpi: int = DPI) -> Grey:
    """The sheet as a flawless scanner sees a flawless print."""
    page = pypdfium2.PdfDocument(pdf())[0]
    pixels = np.asarray(page.render(scale=dpi / 72).to_pil().convert("L"))
    pixels.setflags(write=False)
    return pixels


def printed(size: float, *, across: float = 1.0, paper: tuple[float, float] = (210, 297)) -> Grey:
    """A scan of a sheet that was printed at ``size``, in the middle of its paper (mm)."""
    small = cv2.resize(scan(), None, fx=size * across, fy=size, interpolation=cv2.INTER_AREA)
    width, height = (round(length * DPI / 25.4) for length in paper)
    canvas = np.full((height + 2 * DPI, width + 2 * DPI), 255, np.uint8)
    y, x = (canvas.shape[0] - small.shape[0]) // 2, (canvas.shape[1] - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas[DPI : DPI + height, DPI : DPI + width]


def photo(sheet: Grey, *, table: int = 60, tilt: float = 0.04, seed: int = 1, height: int = 2200) -> Grey:
    """A photo of a sheet on a table of one grey, all four edges in view, the camera not quite above it."""
    rows, columns = sheet.shape
    scale = 0.84 * height / rows
    middle = np.array([0.375 * height, 0.5 * height])
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    moved = (corners - corners.mean(axis=0)) * scale + middle
    moved += np.random.default_rng(seed).uniform(-tilt, tilt, (4, 2)) * columns * scale
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    seen = cv2.warpPerspective(sheet, matrix, (round(0.75 * height), height), borderValue=table)
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 1.0), np.uint8)


def bent(picture: Grey, *, by: float) -> Grey:
    """The picture through a lens that moves its corners by about this share toward the middle (or outward)."""
    height, width = picture.shape
    x, y = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    pull = 1 + by * (x**2 + y**2) / (height**2 + width**2) * 4
    source = ((axis * pull + side / 2).astype(np.float32) for axis, side in ((x, width), (y, height)))
    return np.asarray(
        cv2.remap(picture, *source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def faded(sheet: Grey, *, ink: int, paper: int) -> Grey:
    """The sheet in pale ink on dark paper, each a level of grey."""
    return np.asarray(ink + sheet.astype(np.float32) * (paper - ink) / 255, np.uint8)


def file(picture: Grey, kind: str = "PNG", **said: Any) -> bytes:
    """A picture as a file that says of itself what is given, such as ``dpi=(300, 300)``."""
    out = io.BytesIO()
    said |= {"compress_level": 1} if kind == "PNG" else {}
    Image.fromarray(picture).save(out, kind, **said)
    return out.getvalue()
