"""Our own reader, from modules to text: tables, Reed-Solomon, bits, soft values, with an independent writer."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import segno
from numpy.typing import NDArray

import pictures
from qrcert.reading import bitstream, layout, reed_solomon, symbols
from qrcert.reading.layout import LEVELS, Level
from qrcert.reading.symbols import Format, Values

TEXT = "QC1:SOFT DECISIONS ARE BELIEVED WHEN SURE"
"""Of a length that segno pads rightly (docs/decisions/0008)."""


def written(text: str, *, version: int, level: Level = "M", mask: int = 0) -> Values:
    """The modules as segno draws them: 1 dark, -1 light."""
    drawn = segno.make(text, version=version, error=level, mask=mask, boost_error=False, micro=False)
    return np.array([list(row) for row in drawn.matrix], np.float32) * 2 - 1


# ------------------------------------------------------------------------------------------------ layout


@pytest.mark.parametrize("version", layout.VERSIONS)
def test_every_version_is_built_as_an_independent_writer_builds_it(version: int) -> None:
    plan = layout.plan(version)
    formats, words = layout.format_words()
    for place, level in enumerate(LEVELS):
        mask = (version + place) % 8
        modules = written("A1B", version=version, level=level, mask=mask)
        assert plan.side == len(modules)
        assert ((plan.fixed == 0) | (plan.fixed == modules)).all()
        assert (modules.ravel()[plan.formats] == words[formats.index((level, mask))]).all()
        bits = (modules * layout.mask(version, mask)).ravel()[plan.data]
        codewords = np.packbits(bits > 0, axis=1)[:, 0]
        blocks = layout.blocks(version, level)
        assert sorted(blocks.places[blocks.places >= 0].tolist()) == list(range(len(codewords)))
        split = np.where(blocks.places < 0, 0, codewords[blocks.places]).astype(np.uint8)
        intact = reed_solomon.correct(split, np.zeros(split.shape, bool), checks=blocks.checks)
        assert intact.solved.all()
        assert (intact.words == split).all()
        data = split[:, : -blocks.checks][blocks.places[:, : -blocks.checks] >= 0].tobytes()
        assert bitstream.text_of(data, version=version) == "A1B"


def test_each_module_is_for_one_thing() -> None:
    for version in layout.VERSIONS:
        plan = layout.plan(version)
        used = [*np.flatnonzero(plan.fixed), *plan.formats[0], *plan.formats[1], *plan.data.ravel()]
        assert 0 <= plan.side**2 - len(set(used)) < 8
        assert len(used) == len(set(used))


# ------------------------------------------------------------------------------------------------ Reed-Solomon


def a_codeword(checks: int, length: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random codeword: random data, its check symbols found as erasures."""
    word = rng.integers(0, 256, (1, length), np.uint8)
    erased = np.zeros((1, length), bool)
    erased[0, -checks:] = True
    made = reed_solomon.correct(word, erased, checks=checks)
    assert made.solved.all()
    assert (made.words[:, :-checks] == word[:, :-checks]).all()
    return made.words[0]


@pytest.mark.parametrize(("checks", "length"), [(7, 26), (10, 26), (16, 43), (26, 70), (30, 146)])
def test_errors_and_erasures_up_to_the_bound_are_corrected(checks: int, length: int) -> None:
    rng = np.random.default_rng(checks)
    word = a_codeword(checks, length, rng)
    cases = [(e, s) for e in range(checks // 2 + 1) for s in range(checks - 2 * e + 1)]
    spoiled = np.repeat(word[np.newaxis], len(cases), axis=0)
    erased = np.zeros(spoiled.shape, bool)
    for row, (errors, erasures) in enumerate(cases):
        places = rng.permutation(length)[: errors + erasures]
        spoiled[row, places[:errors]] ^= rng.integers(1, 256, errors, np.uint8)
        spoiled[row, places[errors:]] = rng.integers(0, 256, erasures, np.uint8)
        erased[row, places[errors:]] = True
    corrected = reed_solomon.correct(spoiled, erased, checks=checks)
    assert corrected.solved.all()
    assert (corrected.words == word).all()


def test_beyond_the_bound_nothing_is_solved_and_nothing_changed() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (500, 70), np.uint8)
    erased = np.zeros(noise.shape, bool)
    plain = reed_solomon.correct(noise, erased, checks=26)
    assert not plain.solved.any()
    assert (plain.words == noise).all()
    erased[:, :27] = True
    assert not reed_solomon.correct(noise, erased, checks=26).solved.any()


def test_spare_check_symbols_are_kept() -> None:
    word = a_codeword(16, 40, np.random.default_rng(2))[np.newaxis]
    spoiled, erased = word.copy(), np.zeros(word.shape, bool)
    spoiled[0, :4] ^= 1
    erased[0, 4:12] = True
    assert reed_solomon.correct(spoiled, erased, checks=16).solved.all()
    assert reed_solomon.correct(spoiled, erased, checks=16, spare=1).solved.tolist() == [False]


# ------------------------------------------------------------------------------------------------ bits to text


def bits(*parts: tuple[int, int], size: int) -> bytes:
    """Numbers of given widths, one after another, zeros to a whole byte, then the prescribed pads."""
    text = "".join(f"{value:0{width}b}" for value, width in parts)
    text += "0" * (-len(text) % 8)
    data = int(text, 2).to_bytes(len(text) // 8)
    return (data + bytes([0xEC, 0x11] * size))[:size]


@pytest.mark.parametrize(("version", "size"), [(9, 0), (10, 1), (26, 1), (27, 2)])
def test_segments_of_every_mode_and_width(version: int, size: int) -> None:
    numeric, alphanumeric, byte = (10, 12, 14)[size], (9, 11, 13)[size], (8, 16, 16)[size]
    digits = ((1, 4), (7, numeric), (314, 10), (159, 10), (2, 4))
    pair = ((2, 4), (3, alphanumeric), (12 * 45 + 1, 11), (44, 6))
    school, odd = (
        ((4, 4), (len(data), byte), *((one, 8) for one in data)) for data in ("Школа".encode(), b"na\xefve")
    )
    assert bitstream.text_of(bits(*digits, (0, 4), size=40), version=version) == "3141592"
    assert bitstream.text_of(bits(*pair, (0, 4), size=40), version=version) == "C1:"
    assert bitstream.text_of(bits(*school, (0, 4), size=40), version=version) == "Школа"
    everything = bits(*pair, *digits, *odd, (0, 4), size=40)
    assert bitstream.text_of(everything, version=version) == "C1:3141592naïve"


def test_a_symbol_filled_to_the_last_bit_has_no_terminator() -> None:
    full = bits((2, 4), (25, 9), *[(0, 11)] * 12, (0, 6), size=19)
    assert bitstream.text_of(full, version=1) == "0" * 25


HI = ((2, 4), (2, 9), (17 * 45 + 18, 11), (0, 4))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (bits(*HI, size=4), None),
        (bits(*HI, size=9), None),
        (b"", "nothing"),
        (bytes(4), "no segment"),
        (bits((7, 4), *HI, size=6), "another mode"),
        (bits((3, 4), (0, 8), *HI, size=6), "structured append"),
        (bits((2, 4), (0, 9), (0, 4), size=4), "a count of zero"),
        (bits((2, 4), (40, 9), (1, 11), size=4), "a count beyond the end"),
        (bits((2, 4), (2, 9), (2047, 11), (0, 4), size=4), "a pair beyond the last"),
        (bits((2, 4), (1, 9), (45, 6), (0, 4), size=4), "a character beyond the last"),
        (bits((1, 4), (3, 10), (1000, 10), (0, 4), size=4), "a group of digits beyond the last"),
        (bits(*HI, (1, 4), size=4), "a bit before the pads"),
        (bits(*HI, size=6)[:-1] + b"\0", "another last pad"),
        (bits(*HI, size=4) + b"\x11\xec", "pads that begin with the second"),
    ],
)
def test_only_what_a_writer_writes_is_a_text(data: bytes, what: str | None) -> None:
    assert bitstream.text_of(data, version=1) == (None if what else "HI")


def test_random_bytes_are_no_text() -> None:
    rng = np.random.default_rng(3)
    assert not any(bitstream.text_of(rng.bytes(20), version=int(rng.integers(1, 41))) for _ in range(5000))


# ------------------------------------------------------------------------------------------------ soft values


def noisy(modules: Values, *, noise: float, seed: int = 0) -> Values:
    """Soft values as a picture with gaussian noise gives them."""
    values = modules + np.random.default_rng(seed).normal(0, noise, modules.shape)
    return (2 * values / noise**2).astype(np.float32)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_format_is_read_softly(level: Level, mirrored: bool) -> None:
    plan = layout.plan(10)
    for mask in range(8):
        modules = written("A", version=10, level=level, mask=mask)
        values = noisy(modules.T if mirrored else modules, noise=0.8, seed=mask)
        assert symbols.formats(values, plan)[0] == Format(level, mask, mirrored)


@pytest.mark.parametrize(("level", "noise"), [("L", 0.36), ("M", 0.42), ("Q", 0.48), ("H", 0.5)])
def test_noise_is_corrected_as_far_as_the_level_goes(level: Level, noise: float) -> None:
    for version in (4, 10, 20):
        modules = written(TEXT, version=version, level=level, mask=2)
        plan = layout.plan(version)
        solved = symbols.solve(
            noisy(modules, noise=noise, seed=version), plan, Format(level, 2, mirrored=False)
        )
        assert solved.data is not None
        assert bitstream.text_of(solved.data, version=version) == TEXT
        assert solved.share == 1
        assert (solved.known.ravel()[plan.data] == modules.ravel()[plan.data]).all()


def test_erasures_double_what_is_corrected() -> None:
    plan, form = layout.plan(4), Format("M", 0, mirrored=False)
    modules = written(TEXT, version=4)
    unsure = modules * 9
    lost = plan.data[:26].ravel()
    unsure.ravel()[lost] = np.random.default_rng(4).normal(0, 0.1, lost.size)
    assert symbols.solve(unsure, plan, form).data is not None
    wrong = np.where(np.abs(unsure) < 9, np.sign(unsure) * 9, unsure).astype(np.float32)
    assert symbols.solve(wrong, plan, form).data is None


def test_solved_blocks_make_their_modules_known() -> None:
    plan, form = layout.plan(10), Format("M", 5, mirrored=True)
    modules = written(pictures.sample_text(8, length=250), version=10, mask=5)
    lost = plan.data[layout.blocks(10, "M").places[-1]].ravel()
    spoiled = (modules * 9).ravel()
    spoiled[lost] *= -1
    solved = symbols.solve(spoiled.reshape(modules.shape).T, plan, form)
    assert (solved.data, solved.share) == (None, 0.8)
    known = solved.known.T
    assert (known[known != 0] == modules[known != 0]).all()
    assert not known.ravel()[lost].any()


def test_random_values_are_never_solved() -> None:
    rng = np.random.default_rng(6)
    for version, level in product((2, 5, 10), LEVELS):
        plan = layout.plan(version)
        for _ in range(12):
            values = rng.normal(0, 3, (plan.side, plan.side)).astype(np.float32)
            assert symbols.solve(values, plan, Format(level, 3, mirrored=False)).share == 0
