"""The readers that ``bench/scan.py`` compares, asked in one way: a picture in, texts and milliseconds out.

zxing-cpp and ours run in the process that asks, turn and turn about. zbar and OpenCV's two detectors run in helper
processes, because some of them crash or hang: a process that takes longer than `SECONDS` is ended and counts as
not having read. Their milliseconds are taken inside the helper, without the way there and back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from qrcert.reading import cascade, soft, zxing
from qrcert.reading.codes import Found
from qrcert.reading.deadline import Clock, Deadline
from qrcert.reading.grey import Grey
from qrcert.reading.process import Helper, HelperLost, Message, serve

ZXING, OURS = "zxing-cpp", "ours"
APART = ("zbar", "OpenCV", "OpenCV Aruco")
ENGINES = (ZXING, *APART)

SECONDS = 10.0
"""Time for one picture and one engine in a helper process: OpenCV was seen to take 7 s."""

OUR_SECONDS = 1.5
"""Time that our reading is given for a picture."""

_PREFIX = "QC1:"
_ELSEWHERE = ("by_zbar",)
"""Stages that run in another process: always by the clock on the wall."""

_STARTING = 60.0
"""Time for the first picture, for which the helper has to load its libraries on a busy machine."""


class Outcome(NamedTuple):
    """What a reader made of a picture: the right text, how many wrong ones, and in how many milliseconds."""

    read: bool
    false: int
    ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """What all readers made of one picture.

    ``engines`` by name; ``stages`` of our cascade, None for one that was not asked; ``pair`` is milliseconds of
    zxing-cpp and of ours, timed turn and turn about, where zxing-cpp reads.
    """

    kind: str
    place: int
    level: float
    engines: Mapping[str, Outcome]
    ours: Outcome
    stages: tuple[Outcome | None, ...]
    pair: tuple[float, float] | None

    @property
    def any_engine(self) -> bool:
        """Whether at least one engine reads the picture."""
        return any(outcome.read for outcome in self.engines.values())

    @property
    def first(self) -> int | None:
        """The place of the first stage that reads the picture."""
        return next((at for at, outcome in enumerate(self.stages) if outcome and outcome.read), None)


def plausible(text: str) -> bool:
    """Return whether a text is one of ours, as every caller of our reading tells it."""
    return text.startswith(_PREFIX)


def judge(texts: Sequence[str], drawn: str, ms: float) -> Outcome:
    """Return the outcome of a reader that gave these texts where ``drawn`` stands."""
    return Outcome(drawn in texts, sum(text != drawn for text in texts), ms)


CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "processor": time.process_time}
"""By what is timed: the clock on the wall, or how long this process had a processor, on a machine that is busy."""

_watch: list[Clock] = [CLOCKS["wall"]]


class _ProcessorDeadline(Deadline):
    """A deadline that counts this process's time on a processor."""

    def __init__(self, seconds: float, *, clock: Clock | None = None) -> None:
        super().__init__(seconds, clock=CLOCKS["processor"])


def time_by(clock: str) -> None:
    """Time by one of `CLOCKS` from now on; by the processor's, the limits of our reading count that time too."""
    _watch[0] = CLOCKS[clock]
    for module in (cascade, soft):
        vars(module)["Deadline"] = _ProcessorDeadline if clock == "processor" else Deadline


def timed(read: Callable[[], Sequence[str]], drawn: str) -> Outcome:
    """Return what a reader in this process makes of a picture."""
    now = _watch[0]
    start = now()
    texts = read()
    return judge(texts, drawn, (now() - start) * 1000)


def read_zxing(picture: Grey) -> list[str]:
    """Return what zxing-cpp reads, as our cascade asks it first."""
    return [code.text for code in zxing.read(picture).codes]


def read_ours(picture: Grey, seconds: float = OUR_SECONDS) -> list[str]:
    """Return what we read."""
    found = cascade.read(picture, plausible=plausible, seconds=seconds)
    return [code.text for code in found.codes]


def stage_names() -> tuple[str, ...]:
    """Return the names of our cascade's stages, in their order."""
    return tuple(stage.__name__ for stage in cascade.STAGES)


def ask_stages(picture: Grey, drawn: str, *, seconds: float, alone: bool) -> Iterator[Outcome | None]:
    """Yield what each stage of our cascade makes of a picture, with what the stages before it found.

    None for a stage that would not be asked, because one before it has read the code; with ``alone`` all are.
    """
    seen = Found()
    done = False
    for stage in cascade.STAGES:
        if done and not alone:
            yield None
            continue
        search = cascade.Search(plausible, seen.unread, seconds)
        now = CLOCKS["wall"] if stage.__name__ in _ELSEWHERE else _watch[0]
        start = now()
        found = stage(picture, search)
        outcome = judge([code.text for code in found.codes], drawn, (now() - start) * 1000)
        seen = seen.joined(found)
        done = done or outcome.read
        yield outcome


# --------------------------------------------------------------------------------------- engines in other processes


@cache
def _helper(engine: str) -> Helper:
    """Return the helper of an engine; each engine has its own, so that none suffers from another's crash."""
    assert engine in APART
    return Helper(__name__)


_known: set[str] = set()


def read_apart(engine: str, picture: Grey, drawn: str) -> Outcome:
    """Return what an engine makes of a picture in its helper process; a crash or a hang is no reading."""
    clock = next(name for name, known in CLOCKS.items() if known is _watch[0])
    facts = {"engine": engine, "width": picture.width, "height": picture.height, "clock": clock}
    seconds = SECONDS if engine in _known else _STARTING
    try:
        answer = _helper(engine).ask(facts, bytes(picture.data), seconds=seconds)
    except HelperLost:
        _known.discard(engine)
        return Outcome(False, 0, seconds * 1000)
    _known.add(engine)
    return judge(answer.facts["texts"], drawn, float(answer.facts["ms"]))


def _zbar(picture: NDArray[np.uint8]) -> list[str]:
    from pyzbar import pyzbar

    found: list[Any] = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [one.data.decode(errors="replace") for one in found]


def _opencv(detector: Any, picture: NDArray[np.uint8]) -> list[str]:
    done, texts, *_ = detector.detectAndDecodeMulti(picture)
    return [text for text in texts if text] if done else []


def _read_here(engine: str, picture: NDArray[np.uint8]) -> list[str]:
    if engine == "zbar":
        return _zbar(picture)
    return _opencv(_detector(engine), picture)


@cache
def set_up(clock: str) -> None:
    """Let every reader of this process load its libraries and start its helpers, and choose the clock."""
    time_by(clock)
    picture = Grey(64, 64, bytes(range(64)) * 64)
    for name in APART:
        read_apart(name, picture, "")
    list(ask_stages(picture, "", seconds=SECONDS, alone=True))


@cache
def _detector(engine: str) -> Any:
    return cv2.QRCodeDetectorAruco() if engine == "OpenCV Aruco" else cv2.QRCodeDetector()


def _answer(question: Message) -> Message:
    facts = question.facts
    picture = np.frombuffer(question.payload, np.uint8).reshape(facts["height"], facts["width"])
    now = CLOCKS[facts["clock"]]
    start = now()
    try:
        texts = _read_here(facts["engine"], picture)
    except (cv2.error, UnicodeDecodeError):  # OpenCV raises on some pictures: it has read nothing
        texts = []
    return Message({"texts": texts, "ms": (now() - start) * 1000})


def main() -> None:
    """Serve one engine: what the helper process runs."""
    cv2.setNumThreads(1)
    serve(_answer)
