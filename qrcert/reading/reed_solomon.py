"""Reed-Solomon decoding as QR codes use it (ISO/IEC 18004, 7.5.2 and annex B): errors and erasures, in bulk.

Many words are corrected at once, each with its own erasures: a soft-decision reader tries every block of a
symbol with several sets of erasures, and as arrays all of these cost little more than one of them.
The field is GF(256) with x^8+x^4+x^3+x^2+1; a codeword's generator has the roots a^0 .. a^(checks-1).
Algorithms: Berlekamp-Massey begun with the erasures' locator, search over all places, Forney.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Booleans = NDArray[np.bool_]
_Numbers = NDArray[np.intp]

_FIELD: Final = 0x11D
_ORDER: Final = 255
_ZERO: Final = 2 * _ORDER
"""Stands for the logarithm of zero: powers of it and beyond are zero in the table, so products need no test."""


class Corrected(NamedTuple):
    """Words with their errors and erasures corrected where ``solved``, shapes (words, length) and (words,)."""

    words: Bytes
    solved: Booleans


def _tables() -> tuple[_Numbers, Bytes]:
    power = np.zeros(2 * _ZERO + 1, np.uint8)
    logarithm = np.full(256, _ZERO, np.intp)
    value = 1
    for exponent in range(_ORDER):
        power[exponent] = power[exponent + _ORDER] = value
        logarithm[value] = exponent
        value = value << 1 ^ (_FIELD if value & 0x80 else 0)
    return logarithm, power


_LOG, _POWER = _tables()


def correct(words: Bytes, erased: Booleans, *, checks: int, spare: int = 0) -> Corrected:
    """Correct each row of ``words``, shape (words, length), whose last ``checks`` columns are check symbols.

    ``erased``, of the same shape, tells which symbols are not to be trusted. A word is solved when the result
    is a codeword that differs from it in e symbols outside the erasures, 2e + erasures <= ``checks`` - ``spare``.
    """
    length = words.shape[1]
    syndromes = _syndromes(words, checks)
    positions = length - 1 - np.arange(length)
    locator, count = _locator(syndromes, erased, positions)
    roots = _evaluate(locator, -positions) == 0
    possible = (roots.sum(axis=1) == count) & (2 * count - erased.sum(axis=1) <= checks - spare)
    values = _forney(syndromes, locator, positions)
    fixed = words ^ np.where(roots, values, 0).astype(np.uint8)
    solved = possible & ~_syndromes(fixed, checks).any(axis=1)
    return Corrected(np.where(solved[:, np.newaxis], fixed, words), solved)


def _times(left: Bytes, right: Bytes) -> Bytes:
    product: Bytes = _POWER[_LOG[left] + _LOG[right]]
    return product


def _syndromes(words: Bytes, checks: int) -> Bytes:
    length = words.shape[1]
    powers = np.arange(checks)[:, np.newaxis] * (length - 1 - np.arange(length)) % _ORDER
    terms = _POWER[_LOG[words][:, np.newaxis, :] + powers]
    sums: Bytes = np.bitwise_xor.reduce(terms, axis=2)
    return sums


def _evaluate(polynomials: Bytes, exponents: _Numbers) -> Bytes:
    """Return the values at a^exponent, shape (words, exponents); the lowest coefficient comes first."""
    powers = np.arange(polynomials.shape[1])[:, np.newaxis] * exponents % _ORDER
    terms = _POWER[_LOG[polynomials][:, :, np.newaxis] + powers]
    values: Bytes = np.bitwise_xor.reduce(terms, axis=1)
    return values


def _locator(syndromes: Bytes, erased: Booleans, positions: _Numbers) -> tuple[Bytes, _Numbers]:
    """Return the locator of errors and erasures, and how many it claims (Blahut, figure 7.10)."""
    checks = syndromes.shape[1]
    locator = _erasure_locator(erased, positions, checks)
    shifted = locator.copy()
    erasures = erased.sum(axis=1)
    size = erasures.copy()
    for step in range(checks):
        gap = np.bitwise_xor.reduce(_times(locator[:, : step + 1], syndromes[:, step::-1]), axis=1)
        gap[step < erasures] = 0
        moved = np.zeros_like(shifted)
        moved[:, 1:] = shifted[:, :-1]
        active = step >= erasures
        longer = (gap != 0) & (2 * size <= step + erasures)
        updated = locator ^ _times(gap[:, np.newaxis], moved)
        inverse = _POWER[(_ORDER - _LOG[gap]) % _ORDER]
        restarted = _times(inverse[:, np.newaxis], locator)
        shifted = np.where(active[:, np.newaxis], moved, shifted)
        shifted = np.where(longer[:, np.newaxis], restarted, shifted)
        size = np.where(longer, step + 1 + erasures - size, size)
        locator = updated
    return locator, size


def _erasure_locator(erased: Booleans, positions: _Numbers, checks: int) -> Bytes:
    """Return the product of (1 - x a^position) over each word's erasures; at most ``checks`` are regarded."""
    locator = np.zeros((len(erased), checks + 1), np.uint8)
    locator[:, 0] = 1
    ranked = np.argsort(~erased, axis=1, kind="stable")[:, :checks]
    for column in range(min(ranked.shape[1], int(erased.sum(axis=1).max(initial=0)))):
        place = ranked[:, column]
        there = np.take_along_axis(erased, place[:, np.newaxis], axis=1)
        factor = np.where(there, _POWER[positions[place] % _ORDER][:, np.newaxis], 0).astype(np.uint8)
        locator[:, 1:] ^= _times(factor, locator[:, :-1])
    return locator


def _forney(syndromes: Bytes, locator: Bytes, positions: _Numbers) -> Bytes:
    """Return the value to add at every place, meaningful where the locator has a root."""
    checks = syndromes.shape[1]
    evaluator = np.zeros_like(syndromes)
    for power in range(checks):
        evaluator[:, power:] ^= _times(locator[:, power : power + 1], syndromes[:, : checks - power])
    derivative = locator[:, 1:].copy()
    derivative[:, 1::2] = 0
    above = _evaluate(evaluator, -positions)
    below = _evaluate(derivative, -positions)
    quotient = _POWER[_LOG[above] + (_ORDER - _LOG[below]) % _ORDER]
    values: Bytes = _POWER[_LOG[quotient] + positions % _ORDER]
    return values
