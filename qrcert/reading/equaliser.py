"""From samples of a symbol to soft values of its modules: a linear equaliser that the symbol itself trains.

Blur, motion and small pixels mix each module with its neighbours, and always in the same way within a picture.
The function patterns of a QR code are known, so the filter that undoes the mixture is learnt from them by
least squares, and then again from its own surest decisions. No model of the camera is needed.

Values are positive for dark. Soft values are log-likelihood ratios: how sure, by how much the values of a
module's surroundings scatter around what was decided there; glare and stains need no other mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from qrcert.reading.mesh import MARGIN, PITCH, Pixels

REACH: Final = 4
"""Samples to each side that the filter sees: 9 x 9, three modules. 5 x 5 reads a tenth less, 13 x 13 no more."""

WINDOW: Final = 2 * REACH + 1

NORMAL_BOX: Final = 11
"""Modules along the window in which brightness and contrast are made equal."""

TRAINED_WEIGHT: Final = 3.0
"""Weight of a known module; one that was decided weighs at most 1."""

SURE: Final = 6.0
"""Log-likelihood ratio from which a decision has its full weight."""

RIDGE: Final = 0.003
"""Share of the total weight that holds the filter small, against noise."""

SCATTER_BOX: Final = 5
"""Modules along the window in which the scatter of values is taken."""

BATCH: Final = 32
"""Modules whose products are formed at once: so few that the linear algebra library starts no threads, which
for products of this size cost a hundred times what they save as soon as other work runs."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What is seen around each module, shape (batches, BATCH, window and 1); rows of zeros fill the last one."""

    features: Values
    side: int


def samples(drawn: Pixels, side: int) -> Samples:
    """Return the surroundings of each module of a symbol drawn upright (``mesh.drawn``), made equal."""
    box = (NORMAL_BOX * PITCH, NORMAL_BOX * PITCH)
    mean = np.asarray(cv2.blur(drawn, box))
    square = np.asarray(cv2.sqrBoxFilter(drawn, cv2.CV_32F, box))
    equal = (mean - drawn) / np.sqrt(np.maximum(square - mean * mean, 1.0))
    first = PITCH * MARGIN + PITCH // 2 - REACH
    reach = first + PITCH * (side - 1) + WINDOW
    windows = sliding_window_view(equal[first:reach, first:reach], (WINDOW, WINDOW))
    features = np.zeros((-(-side * side // BATCH) * BATCH, WINDOW**2 + 1), np.float32)
    features[: side * side, :-1] = windows[::PITCH, ::PITCH].reshape(side * side, -1)
    features[: side * side, -1] = 1
    return Samples(features.reshape(-1, BATCH, WINDOW**2 + 1), side)


def plain(seen: Samples, known: NDArray[np.int8]) -> Values:
    """Return soft values, shape (side, side), from the middle of each module alone."""
    taps = np.zeros((WINDOW, WINDOW), np.float32)
    taps[REACH - 1 : REACH + 2, REACH - 1 : REACH + 2] = 1 / 9
    return soft(_filtered(seen, np.append(taps.ravel(), np.float32(0))), known)


def equalised(seen: Samples, known: NDArray[np.int8], decided: Values) -> Values:
    """Return soft values, shape (side, side), through a filter trained on known and decided modules.

    ``known`` is 1 for a module known to be dark, -1 for light, 0 for others; ``decided`` are soft values.
    """
    target = np.where(known == 0, np.sign(decided), known).astype(np.float32)
    trust = np.where(known == 0, np.minimum(np.abs(decided), SURE) / SURE, TRAINED_WEIGHT).astype(np.float32)
    weighted = seen.features * _batches(trust)
    across = weighted.transpose(0, 2, 1)
    normal = (across @ seen.features).sum(axis=0, dtype=np.float64)
    normal[np.diag_indices_from(normal)] += RIDGE * float(trust.sum())
    wanted = (across @ _batches(target)).sum(axis=0, dtype=np.float64)
    taps = np.linalg.solve(normal, wanted).astype(np.float32)
    return soft(_filtered(seen, taps.ravel()), known)


def _filtered(seen: Samples, taps: Values) -> Values:
    values: Values = (seen.features @ taps).ravel()[: seen.side**2].reshape(seen.side, seen.side)
    return values


def _batches(grid: Values) -> Values:
    """Return a value for each module in the shape of the features, (batches, BATCH, 1)."""
    padded = np.zeros(-(-grid.size // BATCH) * BATCH, np.float32)
    padded[: grid.size] = grid.ravel()
    return padded.reshape(-1, BATCH, 1)


def soft(values: Values, known: NDArray[np.int8]) -> Values:
    """Return ``values`` as log-likelihood ratios, by their scatter around the decisions nearby."""
    sign = np.where(known == 0, np.sign(values), known).astype(np.float32)
    agreeing = values * sign
    size = _near(agreeing)
    scatter = _near((agreeing - size) ** 2)
    size = np.maximum(size, 0.05)
    return np.asarray(2 * values * size / np.maximum(scatter, 0.01), np.float32)


def _near(values: Values) -> Values:
    box = (SCATTER_BOX, SCATTER_BOX)
    return np.asarray(cv2.blur(values, box, borderType=cv2.BORDER_REFLECT), np.float32)
