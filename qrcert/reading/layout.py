"""The build of QR symbols with error correction M: where each module belongs, how the codewords are divided.

Pure tables and geometry, for whoever draws a symbol and whoever reads one from pixels. Modules are named by
(x, y), x to the right and y down from the top left module. Source: ISO/IEC 18004:2015.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

VERSIONS = range(1, 41)

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""The characters of alphanumeric mode in the order of their values (table 5); those of base45."""

ALPHANUMERIC_MODE = 0b0010
"""Mode indicator (table 2)."""

# Table 9, error correction M: check codewords in each block, and blocks, of versions 1 to 40.
_CHECKS = (
    *(10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26),
    *(26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
)
_BLOCKS = (
    *(1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16),
    *(17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
)

_FINDER = 7
_TIMING = 6
"""Row and column of the timing patterns."""

_LEVEL_M = 0b00
_FORMAT_GENERATOR, _FORMAT_MASK = 0x537, 0x5412
_VERSION_GENERATOR, _FIRST_WITH_VERSION = 0x1F25, 7

MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda x, y: (x + y) % 2 == 0,
    lambda x, y: y % 2 == 0,
    lambda x, y: x % 3 == 0,
    lambda x, y: (x + y) % 3 == 0,
    lambda x, y: (x // 3 + y // 2) % 2 == 0,
    lambda x, y: x * y % 2 + x * y % 3 == 0,
    lambda x, y: (x * y % 2 + x * y % 3) % 2 == 0,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2 == 0,
)
"""For each mask whether it turns the data module at (x, y) over (table 10)."""

Module = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """One version: ``fixed`` are its function modules, dark or not, without format information.

    ``data`` are the places of the bits of the codewords, in order; a few of the last carry no codeword.
    """

    version: int
    side: int
    fixed: dict[Module, bool]
    data: tuple[Module, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """How the codewords of one version are divided: ``data`` codewords of each block, ``checks`` in each."""

    data: tuple[int, ...]
    checks: int

    @property
    def capacity(self) -> int:
        """Data codewords of the symbol."""
        return sum(self.data)


@lru_cache(maxsize=len(VERSIONS))
def blocks(version: int) -> Blocks:
    """Return how the codewords of ``version`` (1..40) are divided: shorter blocks come first (section 7.5.1)."""
    checks, count = _CHECKS[version - 1], _BLOCKS[version - 1]
    length, longer = divmod(_codewords(version), count)
    return Blocks((length - checks,) * (count - longer) + (length - checks + 1,) * longer, checks)


def count_bits(version: int) -> int:
    """Return the width of the character count in alphanumeric mode (table 3)."""
    return 9 if version < 10 else 11 if version < 27 else 13


@lru_cache(maxsize=len(VERSIONS))
def plan(version: int) -> Plan:
    """Return the geometry of ``version`` (1..40)."""
    side = 17 + 4 * version
    fixed = dict(_function_modules(version, side))
    reserved = {place for copy in _format_places(side) for place in copy}
    data = tuple(place for place in _zigzag(side) if place not in fixed and place not in reserved)
    return Plan(version, side, fixed, data)


def format_modules(version: int, mask: int) -> dict[Module, bool]:
    """Return the format information for error correction M and ``mask`` (0..7), both copies (section 7.9)."""
    bits = _with_checks(_LEVEL_M << 3 | mask, _FORMAT_GENERATOR, 10) ^ _FORMAT_MASK
    copies = _format_places(17 + 4 * version)
    return {place: bool(bits >> bit & 1) for copy in copies for bit, place in enumerate(copy)}


def _codewords(version: int) -> int:
    """Return how many codewords fit: the modules that no function pattern takes, by eights (table 1)."""
    modules = (16 * version + 128) * version + 64
    if version > 1:
        across = version // 7 + 2
        modules -= (25 * across - 10) * across - 55
    if version >= _FIRST_WITH_VERSION:
        modules -= 36
    return modules // 8


def alignment(version: int) -> tuple[int, ...]:
    """Return the rows, which are also the columns, of the centres of alignment patterns (annex E)."""
    if version == 1:
        return ()
    across = version // 7 + 2
    step = (version * 8 + across * 3 + 5) // (across * 4 - 4) * 2
    last = 17 + 4 * version - _FINDER
    return (_TIMING, *(last - step * place for place in reversed(range(across - 1))))


def _function_modules(version: int, side: int) -> Iterator[tuple[Module, bool]]:
    """Yield every function module but format information (section 6.3); later ones lie over earlier ones."""
    for place in range(side):
        yield (place, _TIMING), place % 2 == 0
        yield (_TIMING, place), place % 2 == 0
    far = side - _FINDER
    rows = alignment(version)
    corners = {(_TIMING, _TIMING), (_TIMING, far), (far, _TIMING)}
    for x, y in product(rows, rows):
        if (x, y) not in corners:
            yield from _square(x, y, radius=2, side=side)
    for x, y in ((3, 3), (side - 4, 3), (3, side - 4)):
        yield from _square(x, y, radius=4, side=side)
    yield (8, side - 8), True
    if version >= _FIRST_WITH_VERSION:
        bits = _with_checks(version, _VERSION_GENERATOR, 12)
        for bit in range(18):
            near, along = side - 11 + bit % 3, bit // 3
            dark = bool(bits >> bit & 1)
            yield (near, along), dark
            yield (along, near), dark


def _square(x: int, y: int, *, radius: int, side: int) -> Iterator[tuple[Module, bool]]:
    """Yield an alignment pattern (radius 2) or a finder pattern with its separator (radius 4)."""
    light = (1,) if radius == 2 else (2, 4)
    for dx, dy in product(range(-radius, radius + 1), repeat=2):
        if 0 <= x + dx < side and 0 <= y + dy < side:
            yield (x + dx, y + dy), max(abs(dx), abs(dy)) not in light


def _format_places(side: int) -> tuple[tuple[Module, ...], tuple[Module, ...]]:
    """Return where the 15 bits of format information stand, lowest first, twice (figure 25)."""
    down, across = (*range(6), 7, 8), (7, *range(5, -1, -1))
    first = (*((8, y) for y in down), *((x, 8) for x in across))
    second = (*((side - 1 - bit, 8) for bit in range(8)), *((8, side - 7 + bit) for bit in range(7)))
    return first, second


def _zigzag(side: int) -> Iterator[Module]:
    """Yield all modules in the order in which data are laid: pairs of columns from the right, up and down."""
    upward = True
    for right in (*range(side - 1, _TIMING, -2), *range(_TIMING - 1, 0, -2)):
        for step in range(side):
            y = side - 1 - step if upward else step
            yield right, y
            yield right - 1, y
        upward = not upward


def _with_checks(value: int, generator: int, checks: int) -> int:
    """Return ``value`` with its BCH check bits behind it (annexes C and D)."""
    rest = value << checks
    for bit in range(rest.bit_length() - 1, checks - 1, -1):
        if rest >> bit & 1:
            rest ^= generator << (bit - checks)
    return value << checks | rest
