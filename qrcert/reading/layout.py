"""The build of QR symbols: where each module belongs, how codewords are divided into blocks, formats and masks.

Pure tables and geometry (ISO/IEC 18004:2015). Grids are arrays of shape (side, side), rows first; a module is
also named by its place in the flattened grid. Positions are (x, y) in modules, x to the right and y down from
the symbol's own top left corner, so that the centre of its first module is at (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Level = Literal["M", "L", "Q", "H"]

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""Levels of error correction in the order of their numbers in the format information (table 12) but for M and
L, whose numbers are 0 and 1 as they stand here; Q is 3 and H is 2."""

VERSIONS: Final = range(1, 41)
FINDER: Final = 7
"""Modules along a side of a finder pattern."""

FIRST_WITH_VERSION: Final = 7
"""The first version that states its number (section 7.10)."""

_LEVEL_BITS: Final[dict[Level, int]] = {"M": 0b00, "L": 0b01, "H": 0b10, "Q": 0b11}
_FORMAT_GENERATOR, _FORMAT_MASK = 0x537, 0x5412
_VERSION_GENERATOR: Final = 0x1F25
_TIMING: Final = 6
"""Row and column of the timing patterns."""

# Table 9: check codewords in each block, for versions 1 to 40.
_CHECKS: Final[dict[Level, tuple[int, ...]]] = {
    "L": (
        *(7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28),
        *(28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    ),
    "M": (
        *(10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26),
        *(26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
    ),
    "Q": (
        *(13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30),
        *(28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    ),
    "H": (
        *(17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28),
        *(30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    ),
}
# Table 9: blocks, for versions 1 to 40.
_BLOCKS: Final[dict[Level, tuple[int, ...]]] = {
    "L": (
        *(1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8),
        *(8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
    ),
    "M": (
        *(1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16),
        *(17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
    ),
    "Q": (
        *(1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20),
        *(23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68),
    ),
    "H": (
        *(1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25),
        *(25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81),
    ),
}

Places = NDArray[np.intp]
Signs = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One version: what each module is for.

    ``fixed`` is 1 where a function pattern is dark, -1 where it is light, 0 where format or data stand.
    ``data`` are the places of the codewords' bits in order, shape (codewords, 8), the high bit first;
    ``formats`` those of the format information, shape (2 copies, 15), the high bit first. ``alignment`` are
    the centres of the alignment patterns, shape (any, 2).
    """

    version: int
    side: int
    fixed: Signs
    data: Places
    formats: Places
    alignment: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """How the codewords of a symbol are divided.

    ``places``, shape (blocks, length), tells which codeword of the symbol stands where in each block; a block
    that is shorter than others begins with a -1, a codeword that is zero and not there. The last ``checks``
    of each row are its check codewords.
    """

    places: Places
    checks: int


def side_of(version: int) -> int:
    """Return the modules along a side."""
    return 17 + 4 * version


@lru_cache(maxsize=len(VERSIONS))
def plan(version: int) -> Plan:
    """Return the build of ``version`` (1..40)."""
    side = side_of(version)
    fixed = _function_patterns(version)
    formats = np.array([[y * side + x for x, y in copy] for copy in _format_places(side)])
    taken = fixed.ravel() != 0
    taken[formats] = True
    order = _zigzag(side)
    free = order[~taken[order]]
    centres = [(x + 0.5, y + 0.5) for x, y in _alignment_centres(version)]
    return Plan(
        version,
        side,
        fixed,
        free[: free.size // 8 * 8].reshape(-1, 8),
        formats,
        np.array(centres, np.float64).reshape(-1, 2),
    )


@lru_cache(maxsize=len(VERSIONS) * len(LEVELS))
def blocks(version: int, level: Level) -> Blocks:
    """Return how the codewords are divided: shorter blocks come first, codewords are interleaved (7.5, 7.6)."""
    checks, count = _CHECKS[level][version - 1], _BLOCKS[level][version - 1]
    codewords = len(plan(version).data)
    shorter, longer = divmod(codewords, count)
    width = shorter + (1 if longer else 0)
    places = np.full((count, width), -1, np.intp)
    data = width - checks
    whole = shorter - checks
    for row in range(count):
        has_more = row >= count - longer
        own = np.arange(whole) * count + row
        if has_more:
            own = np.append(own, whole * count + row - (count - longer))
        places[row, data - own.size : data] = own
        places[row, data:] = codewords - checks * count + np.arange(checks) * count + row
    return Blocks(places, checks)


@lru_cache(maxsize=len(VERSIONS) * 8)
def mask(version: int, number: int) -> Signs:
    """Return a grid that is -1 where ``number`` (0..7) turns a module over and 1 elsewhere (table 10)."""
    y, x = np.mgrid[: side_of(version), : side_of(version)]
    turned = (
        (x + y) % 2 == 0,
        y % 2 == 0,
        x % 3 == 0,
        (x + y) % 3 == 0,
        (x // 3 + y // 2) % 2 == 0,
        x * y % 2 + x * y % 3 == 0,
        (x * y % 2 + x * y % 3) % 2 == 0,
        ((x + y) % 2 + x * y % 3) % 2 == 0,
    )[number]
    return np.where(turned, -1, 1).astype(np.int8)


@lru_cache(maxsize=1)
def format_words() -> tuple[tuple[tuple[Level, int], ...], Signs]:
    """Return every (level, mask) and its format information as 15 signs, 1 for dark, high bit first (7.9)."""
    formats = tuple((level, number) for level in LEVELS for number in range(8))
    words = [
        _with_checks(_LEVEL_BITS[level] << 3 | number, _FORMAT_GENERATOR, 10) ^ _FORMAT_MASK
        for level, number in formats
    ]
    return formats, _signs(words, 15)


def _signs(words: list[int], bits: int) -> Signs:
    set_bits = np.array(words)[:, np.newaxis] >> np.arange(bits)[::-1] & 1
    return (set_bits * 2 - 1).astype(np.int8)


def _alignment_centres(version: int) -> list[tuple[int, int]]:
    """Return the modules at the centres of the alignment patterns (annex E)."""
    if version == 1:
        return []
    across = version // 7 + 2
    step = (version * 8 + across * 3 + 5) // (across * 4 - 4) * 2
    last = side_of(version) - FINDER
    rows = (_TIMING, *(last - step * place for place in reversed(range(across - 1))))
    corners = {(_TIMING, _TIMING), (_TIMING, last), (last, _TIMING)}
    return [(x, y) for y in rows for x in rows if (x, y) not in corners]


def _function_patterns(version: int) -> Signs:
    """Return the grid of function patterns without format information (6.3); later ones lie over earlier."""
    side = side_of(version)
    fixed = np.zeros((side, side), np.int8)
    along = np.where(np.arange(side) % 2 == 0, 1, -1)
    fixed[_TIMING], fixed[:, _TIMING] = along, along
    for x, y in _alignment_centres(version):
        fixed[y - 2 : y + 3, x - 2 : x + 3] = _square(2, light=(1,))
    finder = _square(4, light=(2, 4))
    fixed[:8, :8] = finder[1:, 1:]
    fixed[:8, -8:] = finder[1:, :-1]
    fixed[-8:, :8] = finder[:-1, 1:]
    fixed[side - 8, 8] = 1
    if version >= FIRST_WITH_VERSION:
        word = _with_checks(version, _VERSION_GENERATOR, 12)
        stated = _signs([word], 18)[0, ::-1].reshape(6, 3)
        fixed[:6, side - 11 : side - 8] = stated
        fixed[side - 11 : side - 8, :6] = stated.T
    return fixed


def _square(radius: int, *, light: tuple[int, ...]) -> Signs:
    """Return concentric squares, -1 on the rings whose distance from the centre is in ``light``."""
    away = np.abs(np.arange(-radius, radius + 1))
    ring = np.maximum(away, away[:, np.newaxis])
    return np.where(np.isin(ring, light), -1, 1).astype(np.int8)


def _format_places(side: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where the 15 bits of format information stand as (x, y), highest first, twice (figure 25)."""
    first = [(x, 8) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, y) for y in (7, 5, 4, 3, 2, 1, 0)]
    second = [(8, side - 1 - bit) for bit in range(7)] + [(side - 8 + bit, 8) for bit in range(8)]
    return first, second


def _zigzag(side: int) -> Places:
    """Return all modules in the order in which data are laid: pairs of columns from the right, up and down."""
    down = np.arange(side) * side
    columns = (*range(side - 1, _TIMING, -2), *range(_TIMING - 1, 0, -2))
    pairs = [
        np.stack([rows + right, rows + right - 1], axis=1).ravel()
        for rows, right in zip(
            ((down[::-1], down)[turn % 2] for turn in range(len(columns))), columns, strict=True
        )
    ]
    return np.concatenate(pairs)


def _with_checks(value: int, generator: int, checks: int) -> int:
    """Return ``value`` with its BCH check bits behind it (annexes C and D)."""
    rest = value << checks
    for bit in range(rest.bit_length() - 1, checks - 1, -1):
        if rest >> bit & 1:
            rest ^= generator << (bit - checks)
    return value << checks | rest
