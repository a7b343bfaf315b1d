"""How far a long run is: files done, files a second, time left."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from qrcert.cli import screen


class Bar:
    """A bar for many files, shown only on a terminal; what an earlier run has done does not count for the rate."""

    def __init__(self, length: int, language: str) -> None:
        self._language = language
        self._begun = time.monotonic()
        self._done = 0
        self._skipped = 0
        shown = sys.stderr.isatty() and length > 1
        self._bar: Any = (
            click.progressbar(
                length=length,
                label=screen.pick(language, "checking", "проверка"),
                show_pos=True,
                show_percent=True,
                show_eta=True,
                item_show_func=self._rate,
                file=sys.stderr,
            )
            if shown
            else None
        )

    def __enter__(self) -> Bar:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)

    def step(self) -> None:
        """Show that one file more is through."""
        self._done += 1
        self._show()

    def skip(self) -> None:
        """Show that one file was through before."""
        self._skipped += 1
        self._show()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.update(1, self._done)

    def _rate(self, done: int | None) -> str | None:
        """Return the rate, once there is one."""
        spent = time.monotonic() - self._begun
        if not done or spent <= 0:
            return None
        return f"{done / spent:.1f} {screen.pick(self._language, 'files/s', 'файл./с')}"
