"""One candidate to a text: bend to its patterns, train, correct; then bend and train by what was decided.

An attempt is a value; each step takes one and returns a better one, so whoever asks may stop after any step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qrcert.reading import alignment, bitstream, equaliser, layout, mesh, symbols
from qrcert.reading.codes import Corners
from qrcert.reading.equaliser import Values
from qrcert.reading.fitting import Candidate
from qrcert.reading.layout import Plan, Signs
from qrcert.reading.mesh import Pixels, Warp

FIRST_TRAININGS: Final = 3
TRAININGS: Final = 2
"""Trainings of the equaliser when it begins, and after each bend."""

REACHES: Final = (4.0, 3.0, 1.7)
"""Modules around its place in which each pattern is looked for, at first and then again."""

SETTLED: Final = 0.5
"""Modules by which patterns may still be off: the equaliser sees as far."""

LEAST_SEEN: Final = 0.4
"""Correlation of function patterns below which there is no symbol: of 116 that were read the least had 0.70."""

ROUNDS: Final = 5
"""Rounds of bending to decisions."""


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """How far a candidate was read.

    ``values`` are the soft values of its modules; ``known`` those known for certain, 1 dark, -1 light, 0 not;
    ``seen`` is the correlation of its timing, version and alignment patterns with what should be there.
    """

    plan: Plan
    warp: Warp
    inverted: bool
    drawn: Pixels
    values: Values
    known: Signs
    seen: float
    rounds: int = 0
    text: str | None = None

    @property
    def corners(self) -> Corners:
        """The symbol's corners in pixels: its own top left first, then clockwise around it."""
        side = float(self.plan.side)
        square = np.array([[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]])
        return tuple((float(x), float(y)) for x, y in self.warp.pixels(square))

    @property
    def hopeful(self) -> bool:
        """Whether there are rounds left."""
        return self.text is None and self.rounds < ROUNDS


def begin(picture: NDArray[np.uint8], candidate: Candidate) -> Attempt | None:
    """Return the first attempt at a candidate, or None where there is no symbol of its version."""
    plan = layout.plan(candidate.version)
    warp = candidate.warp
    drawn = _drawn(picture, warp, inverted=candidate.inverted)
    for reach in REACHES:
        if drawn is None:
            return None
        warp, off = alignment.to_patterns(drawn, warp, plan, reach=reach)
        drawn = _drawn(picture, warp, inverted=candidate.inverted)
        if off < SETTLED:
            break
    if drawn is None:
        return None
    samples = equaliser.samples(drawn, plan.side)
    values = equaliser.plain(samples, plan.fixed)
    seen = _seen(values, plan)
    if seen < LEAST_SEEN:
        return None
    values = _trained(samples, values, plan.fixed, FIRST_TRAININGS)
    return _solved(Attempt(plan, warp, candidate.inverted, drawn, values, plan.fixed, seen))


def go_on(picture: NDArray[np.uint8], attempt: Attempt) -> Attempt:
    """Return the attempt after another round: bent to its decisions, trained on them and on solved blocks."""
    rounds = attempt.rounds + 1
    decided = np.where(attempt.known != 0, attempt.known * equaliser.SURE, attempt.values).astype(np.float32)
    warp = alignment.to_decisions(attempt.drawn, attempt.warp, decided)
    drawn = _drawn(picture, warp, inverted=attempt.inverted)
    if drawn is None:
        return replace(attempt, rounds=ROUNDS)
    samples = equaliser.samples(drawn, attempt.plan.side)
    values = _trained(samples, attempt.values, attempt.known, TRAININGS)
    return _solved(replace(attempt, warp=warp, drawn=drawn, values=values, rounds=rounds))


def _drawn(picture: NDArray[np.uint8], warp: Warp, *, inverted: bool) -> Pixels | None:
    drawn = mesh.drawn(picture, warp)
    return 255 - drawn if drawn is not None and inverted else drawn


def _trained(samples: equaliser.Samples, values: Values, known: Signs, trainings: int) -> Values:
    for _ in range(trainings):
        values = equaliser.equalised(samples, known, values)
    return values


def _seen(values: Values, plan: Plan) -> float:
    there = plan.fixed != 0
    for corner in ((slice(8), slice(8)), (slice(8), slice(-8, None)), (slice(-8, None), slice(8))):
        there[corner] = False
    return float(np.corrcoef(np.clip(values[there], -4, 4), plan.fixed[there])[0, 1])


def _solved(attempt: Attempt) -> Attempt:
    """Return the attempt with its text, or with what its solved blocks make known."""
    plan = attempt.plan
    known = plan.fixed
    for form in symbols.formats(attempt.values, plan):
        solved = symbols.solve(attempt.values, plan, form)
        text = None if solved.data is None else bitstream.text_of(solved.data, version=plan.version)
        if text is not None:
            return replace(attempt, text=text)
        if solved.share > 0 and known is plan.fixed:
            known = np.where(solved.known != 0, solved.known, plan.fixed).astype(np.int8)
    return replace(attempt, known=known)
