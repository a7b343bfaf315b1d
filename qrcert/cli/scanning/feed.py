"""A thread that takes frames from a camera or film as they come: the newest is there whenever one is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qrcert.errors import QrcertError, Unreadable

if TYPE_CHECKING:
    from qrcert.reading.cameras import Picture, Source

STALLED: Final = 5.0
"""Seconds without a frame after which a camera counts as pulled out: some drivers never say so."""

SWITCHING: Final = 60.0
"""Seconds that opening another camera may take (measured on Windows)."""

_END: Final = 1.0
"""Seconds to wait for the thread at the end; one that hangs in a driver is left behind."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A frame and its place in the sequence, from 1."""

    number: int
    picture: Picture


class Feed:
    """Frames of a source, taken in a thread of its own from `start` until `close`.

    ``following`` opens the camera after the present one; the present one is closed before.
    """

    def __init__(self, source: Source, following: Callable[[Source], Source] | None = None) -> None:
        self.source = source
        self.ended = False
        self._following = following
        self._news = threading.Condition()
        self._shot: Shot | None = None
        self._trouble: QrcertError | None = None
        self._switching = False
        self._stop = threading.Event()
        self._alive = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> Feed:
        """Begin to take frames."""
        self._alive = time.monotonic()
        self._thread.start()
        return self

    @property
    def switching(self) -> bool:
        """Whether another camera is being opened."""
        return self._switching

    def newest(self) -> Shot | None:
        """Return the newest frame, None before the first; raises what went wrong with the camera."""
        if self._trouble is not None:
            raise self._trouble
        patience = SWITCHING if self._switching else STALLED
        if not self.ended and time.monotonic() - self._alive > patience:
            raise Unreadable(f"{self.source.name} gives no pictures any more", hint="was it pulled out?")
        return self._shot

    def wait(self, after: int, *, seconds: float) -> Shot | None:
        """Return a frame newer than number ``after``, or None if there is none for ``seconds`` or any more."""
        with self._news:
            self._news.wait_for(lambda: self._number() > after or self.over, seconds)
        return self._shot if self._number() > after else None

    @property
    def over(self) -> bool:
        """Whether no further frame will come."""
        return self.ended or self._trouble is not None or self._stop.is_set()

    def next_camera(self) -> None:
        """Go on with the next camera, if there is a way to."""
        self._switching = self._following is not None and not self.over

    def close(self) -> None:
        """Stop, and give the camera back."""
        self._stop.set()
        with self._news:
            self._news.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_END)
        if not self._thread.is_alive():
            self.source.close()

    def _number(self) -> int:
        return self._shot.number if self._shot else 0

    def _run(self) -> None:
        try:
            self._take()
        except QrcertError as error:
            self._trouble = error
        with self._news:
            self._news.notify_all()

    def _take(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            if self._switching and self._following is not None:
                self.source = self._following(self.source)
                self._alive = time.monotonic()
                self._switching = False
            picture = self.source.read()
            if picture is None:
                self.ended = True
                return
            if not self.source.live:
                due = max(due + 1 / self.source.rate, time.monotonic())
                self._stop.wait(due - time.monotonic())
            with self._news:
                self._shot = Shot(self._number() + 1, picture)
                self._alive = time.monotonic()
                self._news.notify_all()
