"""Pictures of codes for the tests: drawn flat, then spoiled the way cameras and scanners spoil them.

Every function takes and returns a grey ``uint8`` array (rows, columns); chance comes from a seed, so a test
sees the same picture every time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from qrcert.symbol import ALPHANUMERIC, QUIET, Symbol

Grey = NDArray[np.uint8]
PAPER = 235
INK = 25


def sample_text(seed: int, *, length: int = 300) -> str:
    """A text as a certificate gives it: the prefix, then base45 characters."""
    return "QC1:" + "".join(random.Random(seed).choices(sorted(ALPHANUMERIC), k=length - 4))


def flat(text: str, *, module_px: int = 8) -> Grey:
    """The code alone with its quiet zone, black on white."""
    dark = np.array([list(row) for row in Symbol(text).matrix], dtype=bool)
    modules = np.where(np.pad(dark, QUIET), INK, PAPER).astype(np.uint8)
    return np.kron(modules, np.ones((module_px, module_px), np.uint8))


def page(texts: Sequence[str], *, module_px: int = 4, size: tuple[int, int] = (720, 1280)) -> Grey:
    """A page of (rows, columns) with the codes beside each other, from left to right, and lines of writing."""
    paper = np.full(size, PAPER, np.uint8)
    for y in range(30, size[0], 26):
        cv2.putText(paper, "certificate of leaving " * 6, (12, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 90)
    for place, text in enumerate(texts):
        code = flat(text, module_px=module_px)
        y = (size[0] - code.shape[0]) // 2
        x = size[1] * (2 * place + 1) // (2 * len(texts)) - code.shape[1] // 2
        paper[y : y + code.shape[0], x : x + code.shape[1]] = code
    return paper


def tilted(picture: Grey, *, by: float, seed: int = 0) -> Grey:
    """Perspective: each corner moves by up to ``by`` of the side, plus a turn in the plane."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(-by, by, (4, 2)).astype(np.float32) * (width, height)
    turn = rng.uniform(-by, by) * 2
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = corners.mean(axis=0)
    target = ((moved - centre) @ spin.T + centre).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    return _grey(cv2.warpPerspective(picture, matrix, (width, height), borderValue=120))


def blurred(picture: Grey, *, sigma: float) -> Grey:
    """Out of focus by ``sigma`` pixels."""
    return _grey(cv2.GaussianBlur(picture, (0, 0), sigma))


def shaken(picture: Grey, *, pixels: int, angle: float = 30.0) -> Grey:
    """Moved by ``pixels`` while it was taken, along ``angle`` degrees."""
    kernel = np.zeros((pixels, pixels), np.float32)
    kernel[pixels // 2] = 1
    turn = cv2.getRotationMatrix2D(((pixels - 1) / 2, (pixels - 1) / 2), angle, 1)
    kernel = cv2.warpAffine(kernel, turn, (pixels, pixels))
    return _grey(cv2.filter2D(picture, -1, kernel / kernel.sum()))


def noisy(picture: Grey, *, sigma: float, seed: int = 0) -> Grey:
    """With gaussian noise of ``sigma`` grey levels."""
    return _grey(picture + np.random.default_rng(seed).normal(0, sigma, picture.shape))


def faded(picture: Grey, *, contrast: float, level: float = 128) -> Grey:
    """With ``contrast`` (1 = as it was) around a grey ``level``."""
    return _grey(picture * contrast + level * (1 - contrast))


def glared(picture: Grey, *, strength: float, seed: int = 0) -> Grey:
    """With a bright spot somewhere in the middle half."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape
    y0, x0 = rng.uniform(0.25, 0.75, 2) * (height, width)
    y, x = np.mgrid[:height, :width]
    spot = np.exp(-((y - y0) ** 2 + (x - x0) ** 2) / (2 * (0.12 * height) ** 2))
    return _grey(picture + 255 * strength * spot)


def pressed(picture: Grey, *, quality: int) -> Grey:
    """Through JPEG at ``quality``."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return _grey(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


def shrunk(picture: Grey, *, to: float) -> Grey:
    """Scaled by ``to`` as a camera does, each pixel the mean of what it covers."""
    return _grey(cv2.resize(picture, None, fx=to, fy=to, interpolation=cv2.INTER_AREA))


def inverted(picture: Grey) -> Grey:
    """As a screen in dark mode shows it."""
    return _grey(255 - picture)


def _grey(values: object) -> Grey:
    return np.clip(np.asarray(values), 0, 255).astype(np.uint8)
