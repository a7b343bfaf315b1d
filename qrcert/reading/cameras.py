"""Cameras: which there are, and frames from one, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from qrcert.errors import MissingExtra, Unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

MODES: Final = ((1920, 1080), (1280, 720), (640, 480))
"""Sizes that a camera is asked for, best first: a whole page needs 1080 rows to be read (see docs/reading.md)."""

FIRST_TRIES: Final = 10
"""Frames a camera may fail to give at first: some wake up slowly."""

LOST_TRIES: Final = 5
"""Frames in a row that a camera may fail to give before it counts as pulled out."""

MOST_CAMERAS: Final = 10
"""Numbers that are tried where the system does not list its cameras."""

ORDINARY_RATE: Final = 30.0

_DEVICES: Final = Path("/sys/class/video4linux")
_BUSY: Final = "close other programs that use a camera, or choose another one: --camera N"
_ABSENT: Final = "is it plugged in? qrcert scan --list-cameras tells which there are"


class Source(Protocol):
    """Something that gives frames: ``live`` ones, or those of a film at ``rate`` frames a second."""

    name: str
    live: bool
    rate: float

    def read(self) -> Picture | None:
        """Return the next frame, shape (rows, columns, 3), blue-green-red, or None at the end of a film."""

    def close(self) -> None:
        """Give the camera or file back."""


@dataclass(frozen=True, slots=True)
class Device:
    """A camera of this machine: the number it is opened by, and what it calls itself."""

    number: int
    name: str


class Camera:
    """An open webcam; see `open_camera`."""

    live = True

    def __init__(self, number: int, capture: Any) -> None:
        self.number = number
        self.name = f"camera {number}"
        self.rate = ORDINARY_RATE
        self._capture = capture

    def read(self) -> Picture:
        """Return the next frame; waits for it. Raises Unreadable when the camera gives none any more."""
        for _ in range(LOST_TRIES):
            if (picture := _next(self._capture)) is not None:
                return picture
        raise Unreadable(f"camera {self.number} gives no pictures any more", hint="was it pulled out?")

    def close(self) -> None:
        """Give the camera back."""
        self._capture.release()


def devices(*, system: str = sys.platform, folder: Path = _DEVICES) -> tuple[Device, ...]:
    """Return the cameras of this machine, in the order of their numbers.

    Linux lists them in ``folder``; elsewhere each number is opened, which takes its time. Raises MissingExtra.
    """
    if system.startswith("linux"):
        return tuple(sorted(_listed(folder), key=lambda device: device.number))
    found = []
    for number in range(MOST_CAMERAS):
        capture = _captured(number, system)
        if capture is None:
            break
        capture.release()
        found.append(Device(number, f"camera {number}"))
    return tuple(found)


def open_camera(number: int, *, system: str = sys.platform, folder: Path = _DEVICES) -> Camera:
    """Open a camera at the best of `MODES` that it gives pictures at.

    Raises Unreadable for one that is absent or busy, MissingExtra without the extra ``scan``.
    """
    if system.startswith("linux") and not (folder / f"video{number}").exists():
        raise Unreadable(f"there is no camera {number}", hint=_ABSENT)
    for width, height in MODES:
        capture = _captured(number, system)
        if capture is None:
            break
        with _quiet():
            _ask_for(capture, width, height)
            if any(_next(capture) is not None for _ in range(FIRST_TRIES)):
                return Camera(number, capture)
            capture.release()
    if system.startswith("linux"):
        raise Unreadable(f"camera {number} gives no pictures: it is busy or broken", hint=_BUSY)
    raise Unreadable(f"there is no camera {number}, or it is busy", hint=_BUSY)


def _listed(folder: Path) -> Iterator[Device]:
    """Yield the cameras that Linux lists; of several nodes of one camera the first gives pictures."""
    for node in folder.glob("video*"):
        number = node.name.removeprefix("video")
        with suppress(OSError):
            if number.isdigit() and (node / "index").read_text().strip() in ("", "0"):
                yield Device(int(number), (node / "name").read_text(errors="replace").strip())


def _captured(number: int, system: str) -> Any | None:
    """Return an open capture of a camera, by the system's quickest way first, or None."""
    cv2 = _cv2()
    backends = [cv2.CAP_ANY]
    if system == "win32":  # the default way can take a minute to open a camera
        backends = [cv2.CAP_DSHOW, cv2.CAP_MSMF]
    elif system.startswith("linux"):
        backends = [cv2.CAP_V4L2]
    elif system == "darwin":
        backends = [cv2.CAP_AVFOUNDATION]
    with _quiet():
        return next(filter(None, (_opened(cv2, number, backend) for backend in backends)), None)


def _opened(cv2: Any, number: int, backend: int) -> Any | None:
    try:
        capture = _capture(number, backend)
    except cv2.error:
        return None
    if capture.isOpened():
        return capture
    capture.release()
    return None


def _capture(number: int, backend: int) -> Any:
    return _cv2().VideoCapture(number, backend)


def _ask_for(capture: Any, width: int, height: int) -> None:
    """Ask for a size, as motion JPEG: most cameras give 1080 rows no other way at a fair rate."""
    cv2 = _cv2()
    wishes = (
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, width),
        (cv2.CAP_PROP_FRAME_HEIGHT, height),
        (cv2.CAP_PROP_BUFFERSIZE, 1),  # the newest frame, not one from a second ago
        (cv2.CAP_PROP_AUTOFOCUS, 1),
    )
    for name, value in wishes:
        with suppress(cv2.error):
            capture.set(name, value)


def _next(capture: Any) -> Picture | None:
    cv2 = _cv2()
    try:
        given, picture = capture.read()
    except cv2.error:
        return None
    return picture if given and picture is not None and picture.size else None


def _cv2() -> Any:
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise MissingExtra("scan", "opencv-python") from error
    return cv2


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV from writing to the screen that a camera is not there: we say it ourselves."""
    logging = _cv2().utils.logging
    level = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(level)
