"""Films: frames of a video file, one after the other, decoded in a process of its own with limits.

A film is taken for what its content says, as pictures are: names and addresses are never handed to a library that
might fetch them, and play lists that name other files are no films.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qrcert.errors import MissingExtra, QrcertError, TooBig, Unreadable
from qrcert.reading.cameras import ORDINARY_RATE
from qrcert.reading.process import Helper, HelperLost, Message

if TYPE_CHECKING:
    from qrcert.reading.cameras import Picture

START_SECONDS: Final = 30.0
"""Time for the process to start and load OpenCV: 1 s is usual, and none of the film's doing."""

PATIENCE: Final = 4.0
"""Seconds that opening, or all that is slow in decoding, may take together."""

FRAME_SECONDS: Final = 0.25
"""What decoding a frame may take without using that up: 0.01 s are usual, slow machines need ten times as much."""

MAX_FRAMES: Final = 216_000
"""Frames of a film: two hours."""

_RATES: Final = (1.0, 120.0)
_HINT: Final = "a camera is named by its number, a video by its file: --camera 0, --camera film.mp4"

_MARKS: Final = (
    (0, b"RIFF"),  # AVI
    (4, b"ftyp"),  # MP4, MOV, 3GP
    (4, b"moov"),
    (4, b"mdat"),
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"YUV4MPEG2"),
    (0, b"\xff\xd8\xff"),  # motion JPEG without a container
    (0, b"\x00\x00\x01\xba"),  # MPEG
    (0, b"\x00\x00\x01\xb3"),
    (0, b"\x47\x40"),  # MPEG transport stream
    (0, b"OggS"),
    (0, b"GIF8"),
)
"""Where and how files begin that are films; a play list, which names other files, begins otherwise."""


class Film:
    """An open video file; see `open_film`."""

    live = False

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._helper = Helper("qrcert.reading.film_process")
        self._left = PATIENCE
        self._frames = 0
        try:
            self._ask({"do": "start"}, seconds=START_SECONDS)
            opened = self._ask({"do": "open", "path": str(path.absolute())}, seconds=PATIENCE)
        except QrcertError:
            self.close()
            raise
        self.rate = _rate(float(opened.facts["rate"]))

    def read(self) -> Picture | None:
        """Return the next frame, or None at the end of the film, or where it is damaged.

        Raises TooBig for a frame of too many pixels, a film of too many frames, and one that takes too long or too
        much memory, Unreadable for one of which the decoder dies.
        """
        import numpy as np

        begun = time.monotonic()
        answer = self._ask({"do": "next"}, seconds=self._left)
        self._left = min(self._left - (time.monotonic() - begun) + FRAME_SECONDS, PATIENCE)
        if answer.facts.get("end"):
            return None
        self._frames += 1
        if self._frames > MAX_FRAMES:
            raise TooBig(f"a video of more than {MAX_FRAMES:,} frames")
        shape = tuple(int(side) for side in answer.facts["shape"])
        if len(shape) != 3 or prod(shape) != len(answer.payload):
            raise Unreadable(f"a frame of {self.name!r} is not as it was announced")
        return np.frombuffer(answer.payload, np.uint8).reshape(shape)

    def close(self) -> None:
        """Close the file and end its process."""
        self._helper.close()

    def _ask(self, facts: Mapping[str, str], *, seconds: float) -> Message:
        try:
            answer = self._helper.ask(facts, seconds=seconds)
        except HelperLost as error:
            if error.late:
                raise TooBig(f"the video {self.name!r} takes too long to decode") from error
            raise Unreadable(f"the video {self.name!r} could not be decoded") from error
        if "absent" in answer.facts:
            raise MissingExtra("scan", "opencv-python")
        if "memory" in answer.facts:
            raise TooBig(f"the video {self.name!r} needs too much memory")
        if answer.facts.get("too_big"):
            raise TooBig(str(answer.facts["error"]))
        if "error" in answer.facts:
            raise Unreadable(f"{self.name!r} is a damaged video, or of a kind not read here", hint=_HINT)
        return answer


def open_film(path: Path) -> Film:
    """Open a video file; it is to be closed.

    Raises Unreadable for a file that is none, or of which the decoder dies, TooBig for frames of too many pixels
    and a file that takes too long, MissingExtra without the extra ``scan``.
    """
    head = _head(path)
    if not any(head.startswith(mark, at) for at, mark in _MARKS):
        raise Unreadable(f"{str(path)!r} is no video: it begins with {head[:8]!r}", hint=_HINT)
    if find_spec("cv2") is None:
        raise MissingExtra("scan", "opencv-python")
    return Film(path)


def _head(path: Path) -> bytes:
    try:
        if not path.exists():
            raise Unreadable(f"no file {str(path)!r}", hint=_HINT)
        if not path.is_file():
            raise Unreadable(f"{str(path)!r} is not an ordinary file", hint=_HINT)
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error.strerror}") from error


def _rate(told: float) -> float:
    lowest, highest = _RATES
    return told if lowest <= told <= highest else ORDINARY_RATE
