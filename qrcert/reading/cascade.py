"""The order in which engines look at a picture, and when looking ends.

1. zxing-cpp on the picture as it is;
2. zxing-cpp on the picture enlarged and sharpened: small modules, defocus;
3. zxing-cpp on the picture smoothed: noise, dust, moiré;
4. our own soft-decision reader: blur, motion, glare, damage, bent paper, modules of 1.3 pixels;
5. zbar, where it is installed.

Looking ends after the first stage when a plausible text was read **and** no code is left that was seen but not
read: a page may carry two codes of which the first stage reads one. zxing-cpp reports three finder patterns
whose code it could not decode; in 240 pictures it reported the missing code on 14 of 15 pages with one of two
read, and never one where all were read. What the stages read is joined; a symbol and a text count once.

The order of ``STAGES`` is that of their cost. Each is told what is looked for and how much time is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qrcert.reading import zbar, zxing
from qrcert.reading.codes import Corners, Found
from qrcert.reading.deadline import Deadline
from qrcert.reading.grey import Grey, from_bytes_array
from qrcert.reading.zbar import Zbar

Plausible = Callable[[str], bool]

ENLARGE = 2
SHARPEN_SIGMA = 4.0
SHARPEN_AMOUNT = 2.0
"""Unsharp mask on the enlarged picture: sigmas of 1.5 to 5 read 46 to 59 of 280 pictures that stage 1 missed."""

SMOOTH_SIGMA = 1.2

MAX_ENLARGED = 64_000_000
"""Pixels of an enlarged picture: a 16 Mpx photo. In larger ones modules are large enough without."""

ZBAR = Zbar()
ZBAR_LEAST = 0.5
"""Seconds below which zbar is not asked: its process would be ended before it answers, and be taken for broken."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a stage is asked: which texts are looked for, where codes were seen that none read, seconds left."""

    plausible: Plausible
    unread: tuple[Corners, ...]
    seconds: float


Stage = Callable[[Grey, Search], Found]


def plain(picture: Grey, _: Search) -> Found:
    """Read the picture as it is."""
    return zxing.read(picture)


def sharpened(picture: Grey, _: Search | None = None) -> Found:
    """Read the picture enlarged and sharpened."""
    import cv2
    import numpy as np

    pixels = picture.array()
    factor = ENLARGE if pixels.size * ENLARGE**2 <= MAX_ENLARGED else 1
    if factor > 1:
        larger = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        pixels = np.asarray(larger, np.uint8)
    soft = cv2.GaussianBlur(pixels, (0, 0), SHARPEN_SIGMA)
    sharp = cv2.addWeighted(pixels, 1 + SHARPEN_AMOUNT, soft, -SHARPEN_AMOUNT, 0)
    return zxing.read(from_bytes_array(np.asarray(sharp, np.uint8))).scaled(1 / factor)


def smoothed(picture: Grey, _: Search | None = None) -> Found:
    """Read the picture with its noise smoothed away."""
    import cv2
    import numpy as np

    smooth = cv2.GaussianBlur(picture.array(), (0, 0), SMOOTH_SIGMA)
    return zxing.read(from_bytes_array(np.asarray(smooth, np.uint8)))


def soft_decisions(picture: Grey, search: Search) -> Found:
    """Read the picture with our own reader."""
    from qrcert.reading import soft

    seconds = min(search.seconds, soft.SECONDS)
    return soft.read(picture, plausible=search.plausible, seconds=seconds, hints=search.unread)


def by_zbar(picture: Grey, search: Search) -> Found:
    """Read the picture with zbar, if there is time enough."""
    if search.seconds < ZBAR_LEAST:
        return Found()
    return ZBAR.read(picture, seconds=min(search.seconds, zbar.SECONDS))


STAGES: tuple[Stage, ...] = (plain, sharpened, smoothed, soft_decisions, by_zbar)


def read(picture: Grey, *, plausible: Plausible, seconds: float, before: Found | None = None) -> Found:
    """Return what the stages find in a picture, in the order they find it.

    ``plausible`` tells a text that was looked for from a foreign one; ``before`` is what an earlier look at the
    same page found, in pixels of this picture. No stage begins when ``seconds`` have passed, but the first one
    always runs.
    """
    deadline = Deadline(seconds)
    found = before or Found()
    for place, stage in enumerate(STAGES):
        if place and (complete(found, plausible) or deadline.passed or picture.blank):
            break
        found = found.joined(stage(picture, Search(plausible, found.unread, deadline.left)))
    return found


def complete(found: Found, plausible: Plausible) -> bool:
    """Return whether a plausible text was read and no code was seen that was not read."""
    return not found.unread and any(plausible(code.text) for code in found.codes)
