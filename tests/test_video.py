"""Frame after frame: reading within a budget, places of codes that are not read, and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

import films
import pictures
import school
from films import Grey
from qrcert.reading import advice, cascade, looking, places, zxing
from qrcert.reading.codes import Code, Found, centre
from qrcert.reading.grey import Grey as Frame
from qrcert.reading.grey import from_bytes_array

TEXT = school.text()


def ours(text: str) -> bool:
    return text.startswith("QC1:")


def placed(spoil: Callable[[Grey], Grey], *, module_px: int = 3, at: tuple[int, int] = (200, 640)) -> Grey:
    """A frame with a page, its code at ``at`` (row, column), spoiled as a whole."""
    frame = pictures.page([], size=(720, 1280))
    code = pictures.flat(TEXT, module_px=module_px)
    frame[at[0] : at[0] + code.shape[0], at[1] : at[1] + code.shape[1]] = code
    return spoil(frame)


def sharp(frame: Grey) -> Grey:
    return frame


def singly(frame: Grey) -> list[str]:
    return [code.text for code in zxing.read(from_bytes_array(frame)).codes]


# --- looking


def test_a_clear_frame_is_read_at_the_first_look_in_colour_too() -> None:
    frame = films.in_hand(TEXT)
    for picture in (frame, np.asarray(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), np.uint8)):
        sight = looking.Eye(ours).look(picture)
        (code,) = sight.codes
        assert (code.text, sight.place, sight.advice) == (TEXT, None, None)
        assert singly(frame[10:-10, 10:-10])


def test_foreign_codes_are_told_and_the_looking_goes_on() -> None:
    sight = looking.Eye(ours).look(films.in_hand("HTTPS://QR.EXAMPLE/77"))
    assert [code.text for code in sight.codes] == ["HTTPS://QR.EXAMPLE/77"]


def trembling(count: int) -> Iterator[Grey]:
    """Frames of a hand in bad light, out of focus, that zxing-cpp does not read one by one."""
    for at in range(count):
        frame = np.roll(placed(sharp, module_px=3), (2 * at, 5 * at), (0, 1))
        blurred = pictures.shaken(pictures.blurred(frame, sigma=1.9), pixels=3 + at % 2, angle=35.0 * at)
        yield pictures.noisy(blurred, sigma=9, seed=at)


def test_what_no_single_frame_gives_a_film_gives() -> None:
    frames = list(trembling(30))
    assert not any(ours(text) for frame in frames for text in singly(frame))
    eye = looking.Eye(ours, budget=0.5)  # the test must not depend on how busy the machine is
    sights = map(eye.look, frames)
    read = next(sight for sight in sights if sight.codes)
    assert [code.text for code in read.codes] == [TEXT]
    x, y = centre(read.codes[0].corners)
    assert 640 < x < 1000
    assert 200 < y < 500


class Clock:
    """A clock that goes on by ``step`` whenever it is asked."""

    def __init__(self, step: float) -> None:
        self.step = step
        self.now = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def thorough_looks(monkeypatch: pytest.MonkeyPatch, *, step: float, frames: int) -> list[tuple[int, float]]:
    """At which frames a thorough look began, and the seconds it was given, where each question costs ``step``."""
    begun: list[tuple[int, float]] = []
    looks = [0]
    frame = pictures.blurred(placed(sharp), sigma=3.0)

    def reads(_: object, *, seconds: float, **__: object) -> Found:
        begun.append((looks[0], seconds))
        clock.now += seconds
        return Found()

    monkeypatch.setattr(cascade, "read", reads)
    clock = Clock(step)
    eye = looking.Eye(ours, clock=clock)
    for looks[0] in range(frames):
        eye.look(frame)
    return begun


def test_thorough_looks_are_paid_for_by_what_quick_ones_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = thorough_looks(monkeypatch, step=0.01, frames=60)
    assert len(begun) >= 10
    assert all(looking.LEAST_CREDIT <= seconds <= looking.MOST_CREDIT for _, seconds in begun)
    assert sum(seconds for _, seconds in begun) <= 60 * looking.FRAME_SECONDS


def test_a_slow_machine_looks_thoroughly_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = thorough_looks(monkeypatch, step=0.1, frames=3 * looking.OVERDUE + 3)
    assert [number for number, _ in begun] == [15, 31, 47]
    assert {seconds for _, seconds in begun} == {looking.OVERDUE_SECONDS}


def test_without_a_place_the_whole_frame_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[int, int]] = []

    def reads(picture: Frame, **_: object) -> Found:
        looked.append((picture.height, picture.width))
        return Found((Code(TEXT, ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0))),))

    monkeypatch.setattr(places, "find", lambda _: None)
    monkeypatch.setattr(cascade, "read", reads)
    sight = looking.Eye(ours, budget=9.0).look(pictures.blurred(placed(sharp), sigma=3.0))
    assert looked == [(720, 1280)]
    assert [(code.text, code.corners[0]) for code in sight.codes] == [(TEXT, (1.0, 2.0))]


# --- places


@pytest.mark.parametrize("at", [(0, 0), (30, 1000), (450, 900), (300, 500)])
@pytest.mark.parametrize(
    "spoil",
    [
        sharp,
        lambda frame: pictures.blurred(frame, sigma=3.0),
        lambda frame: pictures.noisy(frame, sigma=60),
        lambda frame: pictures.faded(frame, contrast=0.35),
        lambda frame: pictures.shaken(frame, pixels=9),
        pictures.inverted,
    ],
    ids=["sharp", "blurred", "noisy", "faded", "shaken", "inverted"],
)
def test_a_code_is_found_wherever_it_is(at: tuple[int, int], spoil: Callable[[Grey], Grey]) -> None:
    place = places.find(placed(spoil, at=at))
    assert place is not None
    size = pictures.flat(TEXT, module_px=3).shape[0]
    x, y = centre(place.corners)
    assert abs(x - at[1] - size / 2) < 20
    assert abs(y - at[0] - size / 2) < 20
    left, top, right, bottom = places.around(place, (720, 1280))
    assert left <= at[1] + 15
    assert right >= min(at[1] + size - 15, 1280)
    assert top <= at[0] + 15
    assert bottom >= min(at[0] + size - 15, 720)


@pytest.mark.parametrize(
    "frame",
    [
        np.full((720, 1280), 128, np.uint8),
        np.zeros((480, 640), np.uint8),
        pictures.page([], size=(720, 1280)),
        pictures.noisy(np.full((720, 1280), 90, np.uint8), sigma=25),
        np.tile(np.linspace(0, 255, 1280, dtype=np.uint8), (720, 1)),
        np.zeros((1, 1), np.uint8),
    ],
    ids=["grey", "black", "writing", "noise", "gradient", "pixel"],
)
def test_where_no_code_is_no_code_is_promised(frame: Grey) -> None:
    eye = looking.Eye(ours)
    for _ in range(3):
        sight = eye.look(frame)
        assert (sight.codes, sight.place, sight.advice) == ((), None, "show")


# --- advice


def advised(frame: Grey) -> str:
    """What is said after some looks at the same."""
    adviser, said = advice.Adviser(), "?"
    place = places.find(frame)
    for _ in range(3):
        said = adviser.say(adviser.measure(frame, place) if place is not None else None)
    return said


def leaning(frame: Grey, *, by: float) -> Grey:
    """Seen from the side: narrower by ``by``."""
    height, width = frame.shape
    matrix = np.array([[1 - by, 0, width * by / 2], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(frame, matrix, (width, height), borderValue=120), np.uint8)


def mirrored_lamp(frame: Grey) -> Grey:
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]]
    spot = np.clip(1.6 - np.hypot(y - 300, x - 740) / 45, 0, 1)
    return np.asarray(np.clip(frame + 255 * spot, 0, 255), np.uint8)


@pytest.mark.parametrize(
    ("said", "spoil", "module_px"),
    [
        ("light", lambda frame: pictures.faded(frame, contrast=0.25, level=10), 4),
        ("light", lambda frame: pictures.noisy(frame, sigma=40), 4),
        ("closer", lambda frame: pictures.shrunk(frame, to=0.8), 2),
        ("flatter", lambda frame: leaning(frame, by=0.3), 4),
        ("glare", mirrored_lamp, 4),
        ("still", lambda frame: pictures.shaken(frame, pixels=9), 4),
        ("focus", lambda frame: pictures.blurred(frame, sigma=3.2), 4),
        ("wait", lambda frame: pictures.blurred(frame, sigma=0.8), 4),
        ("show", lambda frame: np.full_like(frame, 200), 4),
    ],
)
def test_each_trouble_has_its_advice(said: str, spoil: Callable[[Grey], Grey], module_px: int) -> None:
    assert advised(placed(spoil, module_px=module_px)) == said


def test_advice_does_not_flicker_and_every_code_is_known() -> None:
    still, soft = (
        placed(lambda frame: pictures.shaken(frame, pixels=9), module_px=4),
        placed(lambda frame: pictures.blurred(frame, sigma=3.2), module_px=4),
    )
    adviser, said = advice.Adviser(), []
    for frame in (still, still, still, soft, still, soft, still, still):
        place = places.find(frame)
        assert place is not None
        said.append(adviser.say(adviser.measure(frame, place)))
    assert Counter(said) == {"still": 8}
    assert set(said) <= set(advice.CODES)
    adviser.forget()
    assert not adviser.sure


def test_the_sharpest_frame_is_known() -> None:
    measured = []
    for sigma in (0.5, 1.0, 2.0, 3.0):
        frame = pictures.blurred(placed(sharp, module_px=4), sigma=sigma)
        place = places.find(frame)
        assert place is not None
        measured.append(advice.measure(frame, place).sharpness)
    assert measured == sorted(measured, reverse=True)
