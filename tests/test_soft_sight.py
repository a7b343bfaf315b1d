"""Our own reader, from pixels to soft values: warps, finder patterns, alignment, the trained equaliser."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

import pictures
from qrcert.reading import alignment, equaliser, finding, fitting, layout, mesh, rings, triples
from qrcert.reading.deadline import Deadline
from qrcert.reading.equaliser import Values
from qrcert.reading.mesh import Points, Warp
from qrcert.reading.rings import Ring
from qrcert.symbol import Symbol

SHORT = "QC1:SOFT DECISIONS ARE BELIEVED WHEN SURE"
SIDE = 29
"""Modules of version 3, which holds the short text."""

LONG = pictures.sample_text(8, length=330)


def modules_of(text: str) -> Values:
    """The modules of a text: 1 dark, -1 light."""
    return np.array([list(row) for row in Symbol(text).matrix], np.float32) * 2 - 1


def upright(module: float, side: int) -> Warp:
    """Where a flat code of ``pictures.flat`` lies."""
    edge = 4 * module - 0.5
    return mesh.flat(np.array([[module, 0, edge], [0, module, edge], [0, 0, 1]]), side)


def drawn_through(picture: pictures.Grey, warp: Warp) -> mesh.Pixels:
    drawn = mesh.drawn(picture, warp)
    assert drawn is not None
    return drawn


# ------------------------------------------------------------------------------------------------ warps

ASLANT = np.array([[5.0, 0.4, 80.0], [-0.3, 4.6, 60.0], [4e-4, -6e-4, 1.0]])


def grid(first: float, last: float, count: int = 7) -> Points:
    along = np.linspace(first, last, count)
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


def test_a_homography_is_found_from_points() -> None:
    places = grid(0, 57)
    found = mesh.homography(places, mesh.project(ASLANT, places))
    assert found is not None
    assert np.allclose(found / found[2, 2], ASLANT)
    assert mesh.homography(places, np.zeros_like(places)) is None


def test_a_bent_warp_meets_its_points_and_lets_go_of_a_stray_one() -> None:
    warp = mesh.flat(ASLANT, 57)
    places = grid(0, 57)
    bend = np.stack([np.zeros(len(places)), 2 * np.sin(places[:, 0] / 57 * np.pi)], axis=1)
    stray = bend.copy()
    stray[24] += (3.5, -3.5)
    off = np.linalg.norm(warp.bent(places, places + stray, np.ones(49)).moved(places) - places - bend, axis=1)
    assert off[24] < 1.2
    assert np.delete(off, 24).max() < 0.3
    assert np.median(off) < 0.05


def test_a_shifted_warp_moves_inside_the_symbol() -> None:
    warp = mesh.flat(np.eye(3), 57).shifted(np.full((5, 5, 2), 0.5, np.float32))
    assert np.allclose(warp.moved(grid(0, 57)), grid(0, 57) + 0.5, atol=1e-5)


@pytest.mark.parametrize("module", [3, 4, 8, 17])
def test_a_symbol_is_drawn_upright_at_any_size(module: int) -> None:
    warp = upright(module, SIDE)
    drawn = drawn_through(pictures.flat(SHORT, module_px=module), warp)
    first = mesh.PITCH * mesh.MARGIN + 1
    middles = drawn[first :: mesh.PITCH, first :: mesh.PITCH][:SIDE, :SIDE]
    assert ((middles < 128) == (modules_of(SHORT) > 0)).all()
    assert mesh.module_size(warp) == pytest.approx(module)


@pytest.mark.parametrize(
    "homography",
    [
        np.array([[4.0, 0, 9000], [0, 4, 0], [0, 0, 1]]),
        np.array([[4.0, 0, 0], [0, 4, 0], [-0.03, 0, 1]]),
        np.array([[np.nan, 0, 0], [0, 4, 0], [0, 0, 1]]),
        np.array([[400.0, 0, 0], [0, 0.4, 0], [0, 0, 1]]),
    ],
)
def test_what_no_symbol_looks_like_is_not_drawn(homography: Points) -> None:
    assert mesh.drawn(np.zeros((300, 300), np.uint8), mesh.flat(homography, 57)) is None


# ------------------------------------------------------------------------------------------------ finder patterns


def scene(text: str = SHORT, *, module: int = 6, turn: float = 0.0, size: int = 480) -> pictures.Grey:
    """A code in the middle of a square, turned by degrees."""
    code = pictures.flat(text, module_px=module)
    paper = np.full((size, size), pictures.PAPER, np.uint8)
    corner = (size - len(code)) // 2
    paper[corner : corner + len(code), corner : corner + len(code)] = code
    spin = cv2.getRotationMatrix2D(((size - 1) / 2, (size - 1) / 2), turn, 1)
    return np.asarray(cv2.warpAffine(paper, spin, (size, size), borderValue=pictures.PAPER), np.uint8)


def finders(*, module: int, turn: float, size: int) -> Points:
    """Where the middles of the finder patterns of a scene lie."""
    middle = np.array([[3.5, 3.5], [SIDE - 3.5, 3.5], [3.5, SIDE - 3.5]]) - SIDE / 2
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return middle @ np.array([[c, -s], [s, c]]) * module + (size - 1) / 2


def every_ring(picture: pictures.Grey) -> list[Ring]:
    return rings.distinct(
        [ring for module in rings.sizes(picture.shape) for ring in rings.rings(picture, module)]
    )


@pytest.mark.parametrize("turn", [0, 11, 20, 70, 100])
@pytest.mark.parametrize("inverted", [False, True])
def test_finder_patterns_are_the_best_rings(turn: float, inverted: bool) -> None:
    picture = scene(turn=turn)
    found = every_ring(pictures.inverted(picture) if inverted else picture)[:3]
    for place in finders(module=6, turn=turn, size=480):
        ring = min(found, key=lambda one: np.hypot(one.x - place[0], one.y - place[1]))
        assert np.hypot(ring.x - place[0], ring.y - place[1]) < 3
        assert ring.module == pytest.approx(6, rel=0.3)
        assert (ring.score < 0) == inverted


@pytest.mark.parametrize("turn", [0, 30, 45, 77, 180])
def test_three_rings_become_a_candidate_that_is_exact(turn: float) -> None:
    picture = scene(turn=turn)
    fits = [fit for three in triples.likeliest(every_ring(picture)) for fit in fitting.fitted(picture, three)]
    best = max(fits, key=lambda fit: fit.score)
    assert (best.version, best.inverted) == (3, False)
    assert best.score > 0.95
    middles = np.array([[3.5, 3.5], [SIDE - 3.5, 3.5], [3.5, SIDE - 3.5]])
    assert np.allclose(best.warp.pixels(middles), finders(module=6, turn=turn, size=480), atol=0.6)


def test_fewer_than_three_rings_make_nothing() -> None:
    ring = Ring(10, 10, 3, 0.9)
    assert triples.likeliest([]) == triples.likeliest([ring, ring._replace(x=200)]) == []


def test_rings_of_both_kinds_are_not_mixed() -> None:
    dark = [Ring(0, 0, 4, 0.9), Ring(100, 0, 4, 0.9)]
    assert triples.likeliest([*dark, Ring(0, 100, 4, -0.9)]) == []
    assert len(triples.likeliest([*dark, Ring(0, 100, 4, 0.9)])) == 1


def test_one_place_is_one_ring() -> None:
    found = [Ring(50, 50, 4, 0.7), Ring(53, 49, 5, 0.8), Ring(90, 50, 4, -0.6)]
    assert rings.distinct(found) == [found[1], found[2]]


def test_sizes_begin_large_and_end_where_nothing_can_be_read() -> None:
    sizes = rings.sizes((720, 1280))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == rings.SMALLEST
    assert sizes[0] * 21 <= 720
    assert rings.sizes((5000, 7000))[-1] > 4
    assert rings.sizes((5, 5)) == [rings.SMALLEST]
    assert rings.rings(np.zeros((5, 5), np.uint8), 1.25) == []


def test_flat_pictures_have_no_rings() -> None:
    assert every_ring(np.full((200, 300), 77, np.uint8)) == []


def test_a_hint_is_looked_at_first_and_gives_places_of_the_whole_picture() -> None:
    large = np.full((1000, 1400), pictures.PAPER, np.uint8)
    for left, top in ((30, 20), (900, 560)):
        large[top : top + 400, left : left + 400] = scene(module=5, size=400)
    hint = ((1000.0, 660.0), (1200.0, 660.0), (1200.0, 860.0), (1000.0, 860.0))
    first = next(finding.candidates(large, hints=[hint], deadline=Deadline(60)))
    assert np.allclose(first.warp.pixels(np.array([[14.5, 14.5]])), (1099.5, 759.5), atol=1)
    everywhere = ((0.0, 0.0), (1399.0, 0.0), (1399.0, 999.0), (0.0, 999.0))
    assert next(finding.candidates(large, hints=[everywhere], deadline=Deadline(60))).version == 3


@pytest.mark.parametrize("squeezed", [(1.0, 0.45), (0.45, 1.0)])
def test_symbols_that_lie_aslant_are_found(squeezed: tuple[float, float]) -> None:
    large = scene(module=10, size=700)
    narrow = cv2.resize(large, None, fx=squeezed[0], fy=squeezed[1], interpolation=cv2.INTER_AREA)
    looked = finding.candidates(np.asarray(narrow, np.uint8), hints=[], deadline=Deadline(60))
    found = next(one for one in looked if one.version == 3 and one.score > 0.9)
    places = mesh.project(found.warp.homography, np.array([[3.5, 3.5], [25.5, 25.5]]))
    truth = (np.array([[-11.0, -11.0], [11.0, 11.0]]) * 10 + 350) * squeezed - 0.5
    assert np.allclose(places, truth, atol=2.5)


# ------------------------------------------------------------------------------------------------ alignment


def test_a_warp_bends_to_alignment_patterns_and_then_to_decisions() -> None:
    modules = modules_of(LONG)
    side = len(modules)
    flat = pictures.flat(LONG, module_px=4)
    y, x = np.mgrid[: len(flat), : len(flat)].astype(np.float32)
    y += 9 * np.sin(x / len(flat) * np.pi)
    bent = np.asarray(cv2.remap(flat, x, y.astype(np.float32), cv2.INTER_LINEAR), np.uint8)
    inside = grid(4, side - 4)
    truth = inside.copy()
    truth[:, 1] -= 9 / 4 * np.sin((inside[:, 0] * 4 + 15.5) / len(flat) * np.pi)

    def off(found: Warp) -> float:
        return float(np.abs(found.moved(inside) - truth).max())

    warp = upright(4, side)
    plan = layout.plan((side - 17) // 4)
    first, furthest = alignment.to_patterns(drawn_through(bent, warp), warp, plan, reach=4)
    assert furthest == pytest.approx(9 / 4, abs=0.3)
    again = first
    for _ in range(4):
        again = alignment.to_decisions(drawn_through(bent, again), again, modules * 6)
    assert off(again) < 0.3 < off(warp)
    assert off(again) < off(first)


# ------------------------------------------------------------------------------------------------ soft values


def softly(picture: pictures.Grey, *, module: float) -> tuple[Values, Values]:
    """Plain and trained soft values of the long code that fills a picture but for its quiet zone."""
    side = len(modules_of(LONG))
    plan = layout.plan((side - 17) // 4)
    samples = equaliser.samples(drawn_through(picture, upright(module, side)), side)
    plain = trained = equaliser.plain(samples, plan.fixed)
    for _ in range(3):
        trained = equaliser.equalised(samples, plan.fixed, trained)
    return plain, trained


@pytest.mark.parametrize(
    "spoil",
    [
        lambda picture: pictures.blurred(picture, sigma=0.62 * 6),
        lambda picture: pictures.shaken(picture, pixels=13, angle=20),
        lambda picture: pictures.faded(pictures.blurred(picture, sigma=3.2), contrast=0.15),
    ],
)
def test_the_equaliser_undoes_what_mixes_modules(spoil: Callable[[pictures.Grey], pictures.Grey]) -> None:
    plain, trained = softly(spoil(pictures.flat(LONG, module_px=6)), module=6)
    wrong = [float((np.sign(values) != modules_of(LONG)).mean()) for values in (plain, trained)]
    assert wrong[0] > 0.04
    assert wrong[1] < wrong[0] / 3


def test_values_under_a_stain_are_unsure() -> None:
    picture = pictures.noisy(pictures.flat(LONG, module_px=6), sigma=12)
    picture[150:230, 150:230] = np.random.default_rng(5).integers(60, 90, (80, 80))
    _, trained = softly(picture, module=6)
    assert np.median(np.abs(trained[23:32, 23:32])) < np.median(np.abs(trained)) / 8
