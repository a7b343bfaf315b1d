"""What a picture shows of the print: contrast, wrong modules, unused error correction, the ladder, the tones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qrcert.proof import plan
from qrcert.proof.looking import Code, Sheet
from qrcert.proof.view import mapped
from qrcert.reading.grey import Grey
from qrcert.symbol import Symbol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qrcert.proof.view import Numbers

READS: Final = 2.0
"""Pixels a module that the first engine needs: 1.75 to 2.0 were measured."""

_SMOOTH: Final = 0.2
"""Smoothing before modules are sampled, in modules: against noise and the screen dots of printers."""

_AROUND: Final = 15
"""Modules over which the levels of ink and paper are taken as one: light is never even."""

_INNER: Final = 0.6
"""Share of a grey patch about its middle in which its tone is measured."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What a picture shows of the sheet.

    ``density`` is pixels for a millimetre of the plan where the sample stands, ``module_pixels`` the width of its
    modules in the picture. ``contrast`` is how much darker the sample's dark modules are than its light ones, as
    a share of these, in the picture's own levels. ``spare`` is the error correction that reading the sample left
    unused, 1 all of it, None where it was not read; ``wrong`` the share of its modules that look like the other
    kind. ``ladder`` and ``pale`` are the rungs and the inks in order, each with whether it was read. ``tones``
    are the levels of the grey patches, 1 paper, 0 black.
    """

    density: float
    module_pixels: float
    contrast: float
    spare: float | None
    wrong: float
    ladder: tuple[tuple[float, bool], ...]
    pale: tuple[tuple[float, bool], ...]
    tones: tuple[float, ...]

    @property
    def finest(self) -> float | None:
        """The module in mm of the smallest rung read with all larger ones, None where the largest was not."""
        found = None
        for module, read in reversed(self.ladder):
            if not read:
                break
            found = module
        return found

    @property
    def limit(self) -> float:
        """The module in mm of the plan below which the picture itself is too coarse, whatever the printer did."""
        return READS / self.density

    @property
    def palest(self) -> float | None:
        """The least ink whose code was read, with all darker ones, None where the darkest was not."""
        found = None
        for ink, read in self.pale:
            if not read:
                break
            found = ink
        return found


def measure(picture: Grey, sheet: Sheet) -> Measures:
    """Return what the picture shows of the sheet."""
    sample = plan.marks()[plan.sample_text()]
    density = sheet.density(sample)
    levels, dark = _levels(picture, sheet, sample, blur=_SMOOTH * sample.module * density)
    ink, paper = float(_median(levels[dark])), float(_median(levels[~dark]))
    read = sheet.codes.get(sample.text)
    return Measures(
        density=density,
        module_pixels=density * sample.module,
        contrast=(paper - ink) / max(paper, 1.0),
        spare=read.spare if read else None,
        wrong=_wrong(levels, dark),
        ladder=tuple((module, plan.ladder_text(module) in sheet.codes) for module in plan.LADDER),
        pale=tuple((share, plan.pale_text(share) in sheet.codes) for share in plan.PALE),
        tones=_tones(picture, sheet),
    )


def _levels(
    picture: Grey, sheet: Sheet, mark: plan.Mark, *, blur: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the levels of a code's modules at their middles, and which of them should be dark."""
    import cv2
    import numpy as np

    dark = np.array([list(row) for row in Symbol(mark.text).matrix], bool)
    count = len(dark)
    middles = [(column + 0.5, row + 0.5) for row in range(count) for column in range(count)]
    places = mapped(_way(sheet, mark, count), middles) - 0.5
    low = np.maximum(np.floor(places.min(axis=0)) - 8, 0).astype(int)
    high = np.ceil(places.max(axis=0)).astype(int) + 8
    part = np.ascontiguousarray(picture.array()[low[1] : high[1], low[0] : high[0]])
    soft = cv2.GaussianBlur(part, (0, 0), max(blur, 0.3))
    x, y = (np.asarray(places[:, axis] - low[axis], np.float32).reshape(count, count) for axis in (0, 1))
    seen = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32), dark


def _way(sheet: Sheet, mark: plan.Mark, count: int) -> Numbers:
    """Return the homography from modules of a code to pixels: by its own corners where it was read."""
    import cv2
    import numpy as np

    read: Code | None = sheet.codes.get(mark.text)
    corners = read.corners if read else sheet.pixels(mark.corners)
    square = np.array([[0, 0], [count, 0], [count, count], [0, count]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(square, np.asarray(corners, np.float32)), np.float64)


def _wrong(levels: NDArray[np.float32], dark: NDArray[np.bool_]) -> float:
    """Return the share of modules on the other side of what lies half way between ink and paper about them."""
    import cv2
    import numpy as np

    def mean(kind: NDArray[np.bool_]) -> NDArray[np.float32]:
        share = np.asarray(kind, np.float32)
        window = (_AROUND, _AROUND)
        above, below = (np.asarray(cv2.blur(one, window), np.float32) for one in (levels * share, share))
        found: NDArray[np.float32] = above / below
        return found

    return float(np.mean((levels < (mean(dark) + mean(~dark)) / 2) != dark))


def _tones(picture: Grey, sheet: Sheet) -> tuple[float, ...]:
    import numpy as np

    pixels = picture.array()
    found = []
    for left, top, right, bottom, _ in plan.tone_boxes():
        x, y = (left + right) / 2, (top + bottom) / 2
        wide, high = (right - left) * _INNER / 2, (bottom - top) * _INNER / 2
        places = [(x + wide * a / 8, y + high * b / 8) for a in range(-8, 9) for b in range(-8, 9)]
        spots = np.rint(sheet.pixels(places) - 0.5).astype(int)
        inside = ((spots >= 0) & (spots < (picture.width, picture.height))).all(axis=1)
        found.append(float(pixels[spots[inside, 1], spots[inside, 0]].mean()) if inside.any() else 0.0)
    paper, black = found[0], found[-1]
    return tuple(round((level - black) / max(paper - black, 1.0), 3) for level in found)


def _median(values: NDArray[np.float32]) -> float:
    import numpy as np

    return float(np.median(values))
