"""Soft values of modules to codewords: format information, block by block with erasures, and how sure that is.

A block is tried with the least sure codewords erased, more and more of them (generalised minimum distance
decoding). What comes out is believed only if it contradicts little of what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qrcert.reading import layout, reed_solomon
from qrcert.reading.layout import Level, Plan

Values = NDArray[np.float32]

ERASURE_STEP: Final = 3
SPARE_CHECKS: Final = 4
"""Check codewords that erasures leave: without any, every word would be somewhere near a codeword."""

SPARE_ERRORS: Final = 2
"""Check codewords that erasures and errors together leave, for the same reason. With 20 of 24 erased and two
errors corrected, one random word in 25 would be; with one error, one in 200 000."""

MAX_CONTRADICTED: Final = 0.06
"""Share of a block's reliability that a correction may contradict; false corrections contradict far more."""

FORMATS: Final = 2
FORMAT_LEAD: Final = 15.0
"""Formats that are tried, the likeliest first, and by how much it may be ahead of the others."""

_FORMAT_CLIP: Final = 4.0
_FORMAT_PRIOR: Final = 4.0
"""What level M is ahead by: all our symbols have it. A format's best rival is usually 20 and more behind."""


@dataclass(frozen=True, slots=True)
class Format:
    """Level and mask, and whether the symbol is ``mirrored``."""

    level: Level
    mask: int
    mirrored: bool


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Blocks of a symbol as far as they could be corrected.

    ``data`` are all data codewords if every block was, else None. ``known`` are the modules of the corrected
    blocks, shape (side, side): 1 dark, -1 light, 0 not known. ``share`` is how many blocks were corrected.
    """

    data: bytes | None
    known: NDArray[np.int8]
    share: float


def formats(values: Values, plan: Plan) -> list[Format]:
    """Return the likeliest formats of a symbol by its soft values, shape (side, side), best first."""
    known, words = layout.format_words()
    scores = []
    for mirrored, grid in ((False, values), (True, values.T)):
        seen = np.clip(grid.ravel()[plan.formats], -_FORMAT_CLIP, _FORMAT_CLIP).sum(axis=0)
        for (level, mask), score in zip(known, words @ seen, strict=True):
            prior = _FORMAT_PRIOR if level == "M" and not mirrored else 0.0
            scores.append((float(score) + prior, Format(level, mask, mirrored)))
    scores.sort(key=lambda one: -one[0])
    return [form for score, form in scores[:FORMATS] if score > scores[0][0] - FORMAT_LEAD]


def solve(values: Values, plan: Plan, form: Format) -> Solved:
    """Correct the blocks of a symbol of soft ``values``, shape (side, side), read in the format ``form``."""
    upright = values.T if form.mirrored else values
    bits = (upright * layout.mask(plan.version, form.mask)).ravel()[plan.data]
    blocks = layout.blocks(plan.version, form.level)
    there = blocks.places >= 0
    seen = np.where(there[:, :, np.newaxis], bits[blocks.places], -np.float32(40))
    words = np.packbits(seen > 0, axis=2)[:, :, 0]
    best = _corrected(words, np.abs(seen), blocks.checks)
    corrected = best.solved
    data = None
    if corrected.all():
        inner = there[:, : -blocks.checks]
        data = best.words[:, : -blocks.checks][inner].tobytes()
    known = _modules(best.words, corrected, plan, form)
    return Solved(data, known, float(corrected.mean()))


def _corrected(words: reed_solomon.Bytes, sure: Values, checks: int) -> reed_solomon.Corrected:
    """Return each block corrected with the set of erasures whose result contradicts least of what was seen."""
    plainly = reed_solomon.correct(words, np.zeros(words.shape, bool), checks=checks)
    solved = plainly.solved & (_contradicted(words, plainly.words, sure) < MAX_CONTRADICTED)
    result = plainly.words.copy()
    (left,) = np.nonzero(~solved)
    counts = np.arange(ERASURE_STEP, checks - SPARE_CHECKS + 1, ERASURE_STEP)
    if left.size and counts.size:
        doubt = np.log1p(np.exp(-sure[left])).sum(axis=2)
        rank = np.argsort(np.argsort(-doubt, axis=1), axis=1)
        erased = rank[:, np.newaxis, :] < counts[:, np.newaxis]
        tries = np.repeat(words[left], counts.size, axis=0)
        tried = reed_solomon.correct(tries, erased.reshape(tries.shape), checks=checks, spare=SPARE_ERRORS)
        against = _contradicted(tries, tried.words, np.repeat(sure[left], counts.size, axis=0))
        against = np.where(tried.solved, against, 1.0).reshape(left.size, counts.size)
        best = against.argmin(axis=1)
        result[left] = tried.words.reshape(left.size, counts.size, -1)[np.arange(left.size), best]
        solved[left] = against.min(axis=1) < MAX_CONTRADICTED
    return reed_solomon.Corrected(result, solved)


def _contradicted(words: reed_solomon.Bytes, corrected: reed_solomon.Bytes, sure: Values) -> Values:
    """Return the share of each block's reliability that stands on bits which the correction turned over."""
    turned = np.unpackbits((words ^ corrected)[:, :, np.newaxis], axis=2)
    share: Values = (sure * turned).sum(axis=(1, 2)) / np.maximum(sure.sum(axis=(1, 2)), 1e-6)
    return share


def _modules(
    words: reed_solomon.Bytes, corrected: reed_solomon.Booleans, plan: Plan, form: Format
) -> NDArray[np.int8]:
    """Return the modules that corrected blocks make known."""
    blocks = layout.blocks(plan.version, form.level)
    bits = np.unpackbits(words[:, :, np.newaxis], axis=2).astype(np.int8) * 2 - 1
    bits[~corrected] = 0
    known = np.zeros(plan.side * plan.side, np.int8)
    there = blocks.places >= 0
    known[plan.data[blocks.places[there]]] = bits[there]
    grid = known.reshape(plan.side, plan.side) * layout.mask(plan.version, form.mask)
    return grid.T if form.mirrored else grid
