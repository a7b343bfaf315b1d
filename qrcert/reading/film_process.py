"""The process in which films of strangers are opened and decoded: a path in, frames out, one by one."""

from __future__ import annotations

import os
from typing import Any

from qrcert.errors import QrcertError, TooBig, Unreadable
from qrcert.reading.process import Message, serve
from qrcert.reading.reader_process import limit_memory

MAX_PIXELS = 16_800_000
"""Pixels of a frame: twice those of the largest films that cameras and telephones make, 4096 x 2160."""


class Projector:
    """Holds one open film and answers questions about it."""

    def __init__(self) -> None:
        self._capture: Any = None

    def answer(self, question: Message) -> Message:
        """``start``, ``open`` the film at ``path``, or give its ``next`` frame; ``error`` tells why not."""
        try:
            return self._act(question)
        except QrcertError as error:
            return Message({"error": str(error), "too_big": isinstance(error, TooBig)})
        except MemoryError:
            return Message({"memory": True})
        except ImportError as error:
            return Message({"absent": str(error)})

    def _act(self, question: Message) -> Message:
        do = question.facts["do"]
        if do == "open":
            return self._open(str(question.facts["path"]))
        if do == "next":
            return self._next()
        import cv2  # noqa: F401 (slow to import, which is no fault of a film)

        return Message({})

    def _open(self, path: str) -> Message:
        """Open a film by what its bytes say; addresses never come here."""
        import cv2

        try:
            captures = (cv2.VideoCapture(_named(path), one) for one in (cv2.CAP_FFMPEG, cv2.CAP_OPENCV_MJPEG))
            capture = next((one for one in captures if one.isOpened()), None)
        except cv2.error as error:
            raise Unreadable("a damaged video") from error
        if capture is None:
            raise Unreadable("a damaged video")
        wide, high = (
            int(capture.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        _check_size(wide, high)
        self._capture = capture
        return Message({"rate": capture.get(cv2.CAP_PROP_FPS)})

    def _next(self) -> Message:
        """Give the next frame, of whatever size: a film may change its size on the way."""
        import cv2

        try:
            given, picture = self._capture.read()
        except cv2.error:
            return Message({"end": True})
        if not given or picture is None or not picture.size:
            return Message({"end": True})
        high, wide = picture.shape[:2]
        _check_size(wide, high)
        return Message({"shape": list(picture.shape)}, picture.tobytes())


def _named(path: str) -> Any:
    """Return the name of a file as OpenCV takes it: it dies of a text with bytes that are no UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def _check_size(wide: int, high: int) -> None:
    if wide * high > MAX_PIXELS:
        raise TooBig(f"a video of {wide} x {high} pixels, at most {MAX_PIXELS:,} are read")


def main() -> None:
    """Serve until standard input ends."""
    limit_memory()
    serve(Projector().answer)
