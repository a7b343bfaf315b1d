"""Our own reader as a whole: it reads what no engine does, nothing false, and ends when it is told to."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import segno
import zxingcpp

import pictures
from qrcert.reading import cascade, finding, grey, soft, solving, zxing
from qrcert.reading.codes import Found
from qrcert.reading.deadline import Deadline
from qrcert.reading.layout import LEVELS, Level
from qrcert.reading.rings import Ring

Spoil = Callable[[pictures.Grey], pictures.Grey]

TEXT = pictures.sample_text(21, length=300)
PAGE = pictures.tilted(pictures.page([TEXT], module_px=6), by=0.05, seed=2)


def anything(text: str) -> bool:
    return True


def look(
    picture: pictures.Grey, *, plausible: Callable[[str], bool] = anything, seconds: float = 60
) -> Found:
    return soft.read(grey.from_array(picture), plausible=plausible, seconds=seconds)


def texts(found: Found) -> list[str]:
    return [code.text for code in found.codes]


# ------------------------------------------------------------------------------------------------ what it reads


def small(picture: pictures.Grey) -> pictures.Grey:
    return pictures.noisy(pictures.shrunk(picture, to=0.24), sigma=22)


def stained(picture: pictures.Grey) -> pictures.Grey:
    dirty = pictures.noisy(pictures.blurred(picture, sigma=2), sigma=14)
    cv2.circle(dirty, (640, 400), 74, 90, -1)
    cv2.line(dirty, (480, 250), (800, 500), 40, 9)
    return dirty


SPOILS: dict[str, Spoil] = {
    "blur": lambda picture: pictures.blurred(picture, sigma=4.0),
    "motion": lambda picture: pictures.shaken(picture, pixels=14),
    "noise": lambda picture: pictures.noisy(picture, sigma=140),
    "contrast": lambda picture: pictures.noisy(pictures.faded(picture, contrast=0.06), sigma=5),
    "glare": lambda picture: pictures.noisy(pictures.glared(picture, strength=1.3, seed=6), sigma=8),
    "stain": stained,
    "small": small,
    "jpeg": lambda picture: pictures.pressed(pictures.shrunk(picture, to=0.26), quality=14),
}


@pytest.mark.parametrize("kind", SPOILS)
def test_what_the_first_engine_does_not_read(kind: str) -> None:
    picture = SPOILS[kind](PAGE)
    seen = grey.from_array(picture)
    assert texts(zxing.read(seen)) == []
    assert texts(look(picture)) == [TEXT]


@pytest.mark.parametrize("turned", [0, 1])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("inverted", [False, True])
def test_turned_mirrored_and_inverted(turned: int, mirrored: bool, inverted: bool) -> None:
    picture = pictures.blurred(PAGE[:, 280:1000], sigma=3.0)
    picture = pictures.inverted(picture) if inverted else picture
    picture = np.ascontiguousarray(np.rot90(picture.T if mirrored else picture, turned))
    (code,) = look(picture).codes
    assert code.text == TEXT
    (same,) = cascade.sharpened(grey.from_array(picture)).codes
    assert np.allclose(code.corners, same.corners, atol=6)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("version", [1, 6, 7, 14, 27, 40])
def test_every_level_and_all_sorts_of_versions(version: int, level: Level) -> None:
    drawn = segno.make("QC1:AB", version=version, error=level, mask=4, boost_error=False, micro=False)
    modules = np.pad(np.array([list(row) for row in drawn.matrix]), 6)
    picture = np.kron(np.where(modules, 30, 220), np.ones((4, 4))).astype(np.uint8)
    assert texts(look(pictures.blurred(picture, sigma=1.9))) == ["QC1:AB"]


def test_paper_that_is_curled() -> None:
    y, x = np.mgrid[: PAGE.shape[0], : PAGE.shape[1]].astype(np.float32)
    bow = (22 * np.cos((x - 640) / 110)).astype(np.float32)
    bent = np.asarray(
        cv2.remap(PAGE, x + 9 * np.sin((y - 360) / 90).astype(np.float32), y + bow, 1), np.uint8
    )
    assert texts(zxing.read(grey.from_array(bent))) == []
    assert texts(look(bent)) == [TEXT]


# ------------------------------------------------------------------------------------------------ nothing false


def halftone(seed: int) -> pictures.Grey:
    y, x = np.mgrid[:400, :500]
    wave = np.sin(x / (2.1 + seed)) * np.sin(y / (2.3 + seed))
    return np.where(wave > np.sin(x / 90), 235, 25).astype(np.uint8)


def foreign(kind: zxingcpp.BarcodeFormat) -> pictures.Grey:
    image = zxingcpp.create_barcode("QC1:NOT A QR CODE 0123456789", kind).to_image(scale=5)
    return pictures.blurred(np.pad(np.asarray(image), 40, constant_values=255), sigma=2)


def halved(keep: float) -> pictures.Grey:
    code = pictures.flat(TEXT, module_px=5)
    code[int(len(code) * keep) :, int(len(code) * keep) :] = pictures.PAPER
    code[: len(code) // 3, len(code) // 3 : len(code) * 2 // 3] = pictures.PAPER
    return np.pad(code, 30, constant_values=pictures.PAPER)


NOT_CODES = {
    "noise": np.random.default_rng(1).integers(0, 256, (400, 500), np.uint8),
    "coarse noise": np.kron(np.random.default_rng(2).integers(0, 2, (80, 99)), np.full((5, 5), 255)).astype(
        np.uint8
    ),
    "checkers": np.kron(np.indices((70, 90)).sum(axis=0) % 2 * 255, np.ones((5, 5))).astype(np.uint8),
    "halftone": halftone(0),
    "coarse halftone": halftone(3),
    "rings": np.tile(cv2.resize(pictures.flat("QC1:A")[32:88, 32:88], (45, 45)), (8, 10)),
    "writing": pictures.page([]),
    "data matrix": foreign(zxingcpp.BarcodeFormat.DataMatrix),
    "aztec": foreign(zxingcpp.BarcodeFormat.Aztec),
    "half a code": halved(0.5),
    "less than half": halved(0.35),
    "black": np.zeros((300, 400), np.uint8),
}


@pytest.mark.parametrize("kind", NOT_CODES)
def test_nothing_is_read_where_nothing_is(kind: str) -> None:
    assert look(NOT_CODES[kind], seconds=1) == Found()


def test_a_misprinted_code_is_not_read_as_something_else() -> None:
    rng = np.random.default_rng(7)
    for share in (0.1, 0.2, 0.3):
        code = pictures.flat(TEXT, module_px=5)
        wrong = np.kron(rng.random((len(code) // 5,) * 2) < share, np.ones((5, 5))).astype(bool)
        code[wrong] = np.where(code[wrong] < 128, pictures.PAPER, pictures.INK)
        assert texts(look(np.pad(code, 20, constant_values=pictures.PAPER), seconds=2)) in ([], [TEXT])


def test_what_is_not_plausible_is_not_returned() -> None:
    picture = SPOILS["blur"](PAGE)
    asked: list[str] = []
    assert look(picture, plausible=lambda text: bool(asked.append(text)), seconds=2) == Found()
    assert set(asked) == {TEXT}


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (8, 8), (20, 20), (21, 21), (22, 400)])
def test_tiny_and_thin_pictures(size: tuple[int, int]) -> None:
    assert look(np.random.default_rng(0).integers(0, 256, size, np.uint8)) == Found()


# ------------------------------------------------------------------------------------------------ places


def test_a_code_in_every_hint_is_read_and_else_one() -> None:
    one, two = pictures.sample_text(31), pictures.sample_text(32)
    page = pictures.blurred(pictures.page([one, two], module_px=6), sigma=3.6)
    seen = grey.from_array(page)
    assert len(look(page).codes) == 1
    hints = [((150.0, 200.0), (490.0, 200.0), (490.0, 520.0), (150.0, 520.0))]
    hints.append(tuple((x + 640, y) for x, y in hints[0]))
    found = soft.read(seen, plausible=anything, seconds=60, hints=hints)
    assert sorted(texts(found)) == sorted([one, two])
    assert texts(soft.read(seen, plausible=anything, seconds=60, hints=hints[1:])) == [two]


# ------------------------------------------------------------------------------------------------ time


class Ticks:
    """A clock that moves by ``step`` each time it is read."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_a_deadline_passes_and_never_comes_back() -> None:
    clock = Ticks(1.0)
    deadline = Deadline(2.5, clock=clock)
    assert (deadline.left, deadline.passed, deadline.passed, deadline.left) == (1.5, False, True, 0.0)


def steps_of(monkeypatch: pytest.MonkeyPatch, *, step: float, picture: pictures.Grey) -> int:
    """Count the steps that look at pixels within a second of a clock that moves by ``step`` a look."""
    taken: list[str] = []

    def counted(module: object, name: str) -> None:
        work = getattr(module, name)

        def run(*args: object, **kwargs: object) -> object:
            taken.append(name)
            return work(*args, **kwargs)

        monkeypatch.setattr(module, name, run)

    with monkeypatch.context():
        for module, name in ((finding.rings, "rings"), (finding.fitting, "fitted")):
            counted(module, name)
        for name in ("begin", "go_on"):
            counted(solving, name)
        soft.read(grey.from_array(picture), plausible=lambda _: False, seconds=1.0, clock=Ticks(step))
    monkeypatch.undo()
    return len(taken)


def test_the_clock_is_asked_before_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = SPOILS["blur"](PAGE)
    assert steps_of(monkeypatch, step=2.0, picture=picture) == 0
    assert 0 < steps_of(monkeypatch, step=0.5, picture=picture) <= 4
    assert 4 < steps_of(monkeypatch, step=0.1, picture=picture) <= 20


def test_the_cascade_hands_on_what_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []

    def read(picture: grey.Grey, *, seconds: float, **_: object) -> Found:
        told.append(seconds)
        return Found()

    monkeypatch.setattr(soft, "read", read)
    monkeypatch.setattr(cascade, "STAGES", (cascade.soft_decisions,))
    seen = grey.from_array(PAGE)
    for seconds in (0.25, 60.0):
        cascade.read(seen, plausible=anything, seconds=seconds)
    assert 0 < told[0] <= 0.25
    assert told[1] == soft.SECONDS


def test_zbar_is_not_asked_when_it_could_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def read(picture: grey.Grey, *, seconds: float) -> Found:
        asked.append(seconds)
        return Found()

    monkeypatch.setattr(cascade.ZBAR, "read", read)
    for seconds in (0.1, 2.0, 60.0):
        cascade.by_zbar(grey.from_array(PAGE), cascade.Search(anything, (), seconds))
    assert asked == [2.0, 5.0]


@pytest.mark.parametrize("kind", ["checkers", "halftone", "rings"])
def test_huge_pictures_full_of_contours(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tile = NOT_CODES[kind]
    huge = np.tile(tile, (-(-5000 // tile.shape[0]), -(-9000 // tile.shape[1])))[:5000, :9000]
    most: list[int] = []
    distinct = finding.rings.distinct

    def counted(found: list[Ring]) -> list[Ring]:
        most.append(len(found))
        return distinct(found)

    monkeypatch.setattr(finding.rings, "distinct", counted)
    assert soft.read(grey.from_array(huge), plausible=anything, seconds=0.5) == Found()
    assert all(count <= 24 * 30 for count in most)
