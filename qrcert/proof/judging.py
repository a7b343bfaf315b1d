"""Whether printer and page will do for certificates: each measure is graded, and the worst grade decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qrcert.proof import plan
from qrcert.proof.measuring import Measures
from qrcert.proof.scaling import Scale

GOOD, USABLE, NOT_GOOD, UNKNOWN = "good", "usable", "not_good", "unknown"

LEAST_MODULE: Final = 0.6
"""mm: below it cheap webcams lose the code of a page."""

_EXACT: Final = 0.015
"""Share by which a size may differ from 100 % and still be a printer's own inaccuracy."""

_SMALLEST, _LARGEST = 0.88, 1.03
"""Sizes at which a certificate still stands well on its page: below, its frame floats; above, edges are cut off."""

_UNEVEN: Final = 0.015
"""Share by which the sizes across and down may differ."""

_CONTRAST: Final = (0.65, 0.4)
"""Contrast that is good, and that is usable; ISO/IEC 15415 grades 0.70, 0.55, 0.40, 0.20, of reflectances."""

_SPARE: Final = (0.6, 0.25)
"""Unused error correction that is good, and usable; ISO/IEC 15415 grades 0.62, 0.50, 0.37, 0.25."""

_LADDER: Final = (0.5, 0.6)
"""Smallest module read that is good, and usable: certificates have 0.6 mm and more."""

_PIXELS: Final = 2.5
"""Pixels a module of the sample below which the picture is too coarse to say anything of the print."""

_CLEAR: Final = 1.3
"""The picture does not limit the ladder where it could show modules that much smaller than the rung in question."""


_SHARPNESS: Final = frozenset(("spare", "unread", "ladder"))
"""Remarks that a camera out of focus causes just as a bad printer does."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about the print, and its grade.

    ``code`` is ``scale`` (it cannot be told), ``shrink``, ``uneven``, ``coarse`` (the picture), ``contrast``,
    ``spare``, ``unread``, ``ladder`` or ``no_sheet``; ``grade`` is one of the four verdicts.
    """

    code: str
    grade: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a picture of the sheet tells of printer and page.

    ``page`` counts from 1 in files of pages, else is None. ``scale`` is None where it cannot be told, and
    ``no_scale`` then says why: ``no_reference`` (nothing of known length in view) or ``contradiction`` (the
    file's resolution and the paper's edges disagree). ``measures`` is None where there is no sheet in the
    picture, and ``scanned`` whether the sheet lies in it as flat as on a scanner; ``others`` are the texts of
    codes that are none of the sheet's.
    """

    verdict: str
    remarks: tuple[Remark, ...]
    page: int | None
    width: int
    height: int
    scale: Scale | None = None
    no_scale: str | None = None
    measures: Measures | None = None
    scanned: bool = False
    others: tuple[str, ...] = ()

    @property
    def module(self) -> float | None:
        """The width in mm of a module of the sample on paper, None where the scale cannot be told."""
        return None if self.scale is None else plan.marks()[plan.sample_text()].module * self.scale.shrink


def judge(measures: Measures, scale: Scale | None, *, scanned: bool) -> tuple[str, tuple[Remark, ...]]:
    """Return the verdict and everything that was graded.

    What is not sharp in a photo may be the camera's fault, so there it is unknown, and not good only in a scan.
    What is not good decides before what could not be told, and that before what is merely usable: a check that
    did not run must not look like one that passed.
    """
    remarks = tuple(
        Remark(remark.code, UNKNOWN)
        if remark.grade == NOT_GOOD and remark.code in _SHARPNESS and not scanned
        else remark
        for remark in _remarks(measures, scale)
    )
    grades = {remark.grade for remark in remarks}
    verdict = next((grade for grade in (NOT_GOOD, UNKNOWN, USABLE) if grade in grades), GOOD)
    return verdict, remarks


def _remarks(measures: Measures, scale: Scale | None) -> Iterator[Remark]:
    if scale is None:
        yield Remark("scale", UNKNOWN)
    else:
        yield from _size(scale)
    if measures.module_pixels < _PIXELS:
        yield Remark("coarse", UNKNOWN)
        return
    yield Remark("contrast", _graded(measures.contrast, _CONTRAST))
    if measures.spare is None:
        yield Remark("unread", NOT_GOOD)
    else:
        yield Remark("spare", _graded(measures.spare, _SPARE))
    yield from _ladder(measures)


def _size(scale: Scale) -> Iterator[Remark]:
    if abs(scale.shrink - 1) <= _EXACT:
        yield Remark("shrink", GOOD)
    else:
        fits = _SMALLEST <= scale.shrink <= _LARGEST
        small = plan.marks()[plan.sample_text()].module * scale.shrink < LEAST_MODULE
        yield Remark("shrink", USABLE if fits and not small else NOT_GOOD)
    if abs(scale.across / scale.down - 1) > max(_UNEVEN, 2 * scale.doubt):
        yield Remark("uneven", USABLE)


def _ladder(measures: Measures) -> Iterator[Remark]:
    """Grade the ladder, but only rungs that the picture is fine enough to show."""
    finest = measures.finest or max(plan.LADDER) * 2
    good, usable = _LADDER
    if finest <= good:
        yield Remark("ladder", GOOD)
    elif measures.limit * _CLEAR > good:
        yield Remark("ladder", UNKNOWN)
    else:
        yield Remark("ladder", USABLE if finest <= usable else NOT_GOOD)


def _graded(value: float, bounds: tuple[float, float]) -> str:
    good, usable = bounds
    return GOOD if value >= good else USABLE if value >= usable else NOT_GOOD
