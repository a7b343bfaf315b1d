"""A thread that looks at the newest frame, again and again: the window goes on showing the picture meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from qrcert.cli.scanning.feed import Feed
from qrcert.reading.looking import Eye, Sight

_PATIENCE: Final = 0.2
"""Seconds to wait for a frame before looking whether to stop."""


class Worker:
    """Looks at the frames of a feed from `start` until `close`; frames that come meanwhile are passed over."""

    def __init__(self, feed: Feed, eye: Eye) -> None:
        self._feed = feed
        self._eye = eye
        self._latest: tuple[int, Sight] = (0, Sight())
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="worker")
        self._work: Future[None] | None = None

    def start(self) -> Worker:
        """Begin to look."""
        self._work = self._thread.submit(self._run)
        return self

    def latest(self) -> tuple[int, Sight]:
        """Return the number of the frame last looked at (0: none yet) and what was seen; raises what went wrong."""
        if self._work is not None and self._work.done():
            self._work.result()
        return self._latest

    def close(self) -> None:
        """Stop looking, once the present look is over."""
        self._stop.set()
        self._thread.shutdown()

    def _run(self) -> None:
        while not self._stop.is_set():
            shot = self._feed.wait(self._latest[0], seconds=_PATIENCE)
            if shot is not None:
                self._latest = shot.number, self._eye.look(shot.picture)
            elif self._feed.over:
                return
