"""Two-second clips of a hand that holds a certificate before a webcam: 60 frames, moving, blurred, noisy.

    for clip in clips(seed=1, per_kind=20):
        clip.kind, clip.text, list(clip.frames())

The levels of each kind are chosen so that zxing-cpp reads about one frame in ten: some clips have a few frames
that it reads, many have none. A clip depends on the seed, its kind and its place; frames are made one by one and
never stored, but `write` puts a clip into a video file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from camera import PAPER, Light, Sensor, disc, expose, reflectance, room
from certificates import Grey, Paper, make_papers
from numpy.typing import NDArray

Chance = np.random.Generator
Numbers = NDArray[np.float64]

RATE = 30
FRAMES = 60
SIZE = (720, 1280)
"""Rows and columns of a frame."""

SHEET_SCALE = 7.0
"""Pixels a millimetre of the drawn page: about twice what the camera sees of it."""

PAPERS = 18
EXPOSURES = 4
"""Moments that make up one exposure."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is wrong with a clip.

    ``module``: pixels a module; ``noise`` as of `Sensor`; ``focus``: radius of the unsharp disc in pixels, between
    the two as the camera hunts for it; ``speed``: pixels a second of the hand, at its fastest about twice that;
    ``open``: share of the frame's time for which the shutter is open; ``tilt`` in degrees; ``quality`` of the JPEG.
    """

    module: float
    noise: float
    focus: tuple[float, float]
    speed: float
    open: float = 0.5
    tilt: float = 8.0
    white: float = 1.0
    quality: int = 80


KINDS: dict[str, Kind] = {
    "dim": Kind(3.0, 0.205, (0.6, 0.8), 25, white=1.1),
    "shaky": Kind(3.2, 0.05, (0.5, 0.7), 740),
    "hunting": Kind(3.2, 0.05, (2.0, 3.6), 40),
    "far": Kind(1.54, 0.05, (0.4, 0.6), 20),
    "tilted": Kind(2.5, 0.06, (0.7, 1.1), 60, tilt=46.6),
    "all": Kind(2.7, 0.12, (0.9, 1.4), 160, tilt=22, quality=60),
}
"""The levels at which zxing-cpp reads one frame in ten."""

SPREAD = 0.12
"""Each clip is so much easier or harder than its kind."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: its kind and its place among those; `frames` makes it anew each time."""

    kind: str
    place: int
    paper: Paper
    seed: int

    @property
    def text(self) -> str:
        """What the code holds."""
        return self.paper.text

    def frames(self) -> Iterator[Grey]:
        """Yield the frames, each grey uint8 (rows, columns)."""
        chance = _chance(self.kind, self.place, self.seed)
        chance.integers(PAPERS)
        yield from _filmed(self.paper, KINDS[self.kind], chance)


def clips(kinds: Iterable[str] | None = None, *, per_kind: int, seed: int) -> Iterator[Clip]:
    """Yield ``per_kind`` clips of each kind (of all, unless named)."""
    papers = make_papers(PAPERS, seed=seed)
    for kind in KINDS if kinds is None else kinds:
        for place in range(per_kind):
            paper = papers[int(_chance(kind, place, seed).integers(len(papers)))]
            yield Clip(kind, place, paper, seed)


def write(frames: Iterable[Grey], path: Path) -> None:
    """Write frames into a video file (motion JPEG in AVI)."""
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE[::-1])
    for frame in frames:
        film.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    film.release()


def _chance(kind: str, place: int, seed: int) -> Chance:
    return np.random.default_rng([seed, zlib.crc32(f"clip {kind}".encode()), place])


# ------------------------------------------------------------------------------------- the hand


class _Hand:
    """A hand: sums of slow waves and of a tremor, for each way in which a sheet can move."""

    def __init__(self, chance: Chance) -> None:
        slow, fast = chance.uniform(0.2, 1.1, (6, 3)), chance.uniform(3, 8, (6, 2))
        self._rates = 2 * np.pi * np.concatenate([slow, fast], axis=1)
        self._weights = np.concatenate([np.ones((6, 3)) / 3, np.full((6, 2), 0.06)], axis=1)
        self._phases = chance.uniform(0, 2 * np.pi, self._rates.shape)

    def at(self, second: float) -> Numbers:
        """Return six numbers of about -1 to 1: across, down, nearer, turn, tilt, its direction."""
        return np.asarray((self._weights * np.sin(self._rates * second + self._phases)).sum(axis=1))

    def speed(self) -> float:
        """Return how fast it moves in the plane, in its own units a second, on average."""
        steps = np.array([self.at(at / RATE)[:2] for at in range(FRAMES + 1)])
        return float(np.hypot(*np.diff(steps, axis=0).T).mean() * RATE)


def _filmed(paper: Paper, kind: Kind, chance: Chance) -> Iterator[Grey]:
    sheet = _sheet(paper)
    hand = _Hand(chance)
    hard = float(chance.uniform(1 - SPREAD, 1 + SPREAD))
    reach = kind.speed * hard / max(hand.speed(), 1e-6)
    base = (chance.uniform(-0.18, 0.18, 2) * (SIZE[1], SIZE[0]), chance.normal(0, 6), chance.uniform(0, 360))
    behind = room(chance, SIZE)
    left, right = chance.uniform(0.8, 1.1, 2).tolist()
    lamp = np.linspace(left, right, SIZE[1], dtype=np.float32)[None, :]
    sensor = Sensor(white=kind.white, noise=kind.noise * hard, quality=kind.quality)
    hunt = chance.uniform(0.4, 1.0), chance.uniform(0, 2 * np.pi)
    for frame in range(FRAMES):
        moments = (np.arange(EXPOSURES) / EXPOSURES * kind.open + frame) / RATE
        light = np.zeros(SIZE, np.float32)
        for moment in moments:
            matrix = _placed(paper, kind, hand.at(float(moment)), reach, base, hard)
            light += _seen(sheet, matrix, behind)
        wave = 0.5 - 0.5 * np.cos(2 * np.pi * hunt[0] * frame / RATE + hunt[1])
        radius = (kind.focus[0] + (kind.focus[1] - kind.focus[0]) * wave) * hard
        light = np.asarray(cv2.filter2D(light * lamp / EXPOSURES, -1, disc(radius)), np.float32)
        yield expose(light, sensor, chance)


def _placed(
    paper: Paper,
    kind: Kind,
    hand: Numbers,
    reach: float,
    base: tuple[Numbers, float, float],
    hard: float,
) -> Numbers:
    """Return the homography from pixels of the sheet to pixels of the frame."""
    (offset, turn, toward), scale = base, kind.module / hard / paper.module
    tilt = np.radians(kind.tilt * hard + 3 * hand[4])
    way = np.radians(toward + 10 * hand[5])
    angle = np.radians(turn + 4 * hand[3])
    axis = np.array([np.cos(way), np.sin(way), 0.0])
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) + np.sin(tilt) * cross + (1 - np.cos(tilt)) * cross @ cross
    spin = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    pose = spin @ rotation
    distance = 350.0 * (1 - 0.04 * hand[2])
    focal = scale * 350.0
    middle = np.array([SIZE[1] / 2, SIZE[0] / 2]) + offset + reach * hand[:2]
    lens = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
    plane = np.column_stack([pose[:, 0], pose[:, 1], [0, 0, distance]])
    to_sheet = np.array(
        [[1 / SHEET_SCALE, 0, -paper.centre[0]], [0, 1 / SHEET_SCALE, -paper.centre[1]], [0, 0, 1]]
    )
    return np.asarray(lens @ plane @ to_sheet)


def _seen(sheet: Light, matrix: Numbers, behind: Light) -> Light:
    seen = cv2.warpPerspective(sheet, matrix, SIZE[::-1], flags=cv2.INTER_LINEAR, borderValue=(-1.0,))
    return np.where(seen >= 0, seen, behind * np.float32(PAPER)).astype(np.float32)


@lru_cache(maxsize=4)
def _sheet(paper: Paper) -> Light:
    """Return the page in linear light, as soft as pixels of half the density see it."""
    light = reflectance(paper.picture(dpi=SHEET_SCALE * 25.4))
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 0.8), np.float32)
