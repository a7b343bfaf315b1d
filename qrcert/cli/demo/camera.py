"""A camera for the demo: a page lies on a desk, a little turned, in uneven light, and is photographed badly."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Rows, columns, blue-green-red."""

DPI = 118
DESK = (96, 122, 148)
JPEG_QUALITY = 62


def render_page(pdf: bytes, *, dpi: int = DPI) -> Picture:
    """Return the first page of a PDF of our own as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return np.asarray(document[0].render(scale=dpi / 72).to_numpy(), dtype=np.uint8)[:, :, :3]
    finally:
        document.close()


def photograph(page: Picture, *, seed: int) -> bytes:
    """Return a JPEG of ``page`` as a hand-held phone takes it; the same seed gives the same photo."""
    chance = np.random.default_rng(seed)
    photo = _lay_on_desk(page, chance).astype(np.float32)
    height, width = photo.shape[:2]
    light = np.linspace(1.04, chance.uniform(0.66, 0.8), width, dtype=np.float32)[None, :, None]
    photo *= light * np.linspace(0.96, 1.02, height, dtype=np.float32)[:, None, None]
    soft = cv2.GaussianBlur(photo, (0, 0), chance.uniform(0.7, 1.0)) + chance.normal(0, 5, photo.shape)
    done, data = cv2.imencode(
        ".jpg", np.clip(soft, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    assert done
    return data.tobytes()


def _lay_on_desk(page: Picture, chance: np.random.Generator) -> Picture:
    """Return the page in perspective on a desk, turned by a few degrees."""
    height, width = page.shape[:2]
    margin = width // 10
    size = (width + 2 * margin, height + 2 * margin)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = flat + margin + chance.uniform(-margin * 0.7, margin * 0.7, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(flat, moved)
    desk = np.full((size[1], size[0], 3), DESK, np.uint8)
    inside = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    shadow = cv2.GaussianBlur(np.roll(inside, (10, 8), (0, 1)), (0, 0), 12)[:, :, None] / 255 * 0.45
    desk = (desk * (1 - shadow)).astype(np.uint8)
    laid = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA)
    return np.where(inside[:, :, None] > 127, laid, desk).astype(np.uint8)
