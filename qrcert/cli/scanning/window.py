"""The window: OpenCV's own, which the extra ``scan`` brings along on every system."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Final

import cv2

from qrcert.cli.scanning.painting import SIZE, Picture
from qrcert.errors import QrcertError
from qrcert.page.faces import FOLDER

TITLE: Final = "qrcert"
"""Only ASCII: Windows shows other letters of a title wrongly."""

_PROBE: Final = "import cv2; cv2.namedWindow('qrcert')"
_PROBE_SECONDS: Final = 20.0
_WAIT_MS: Final = 12

_QUIET: Final = {
    "QT_LOGGING_RULES": "*.debug=false;*.info=false;*.warning=false",
    "QT_QPA_FONTDIR": str(FOLDER),
}
"""What keeps the library behind the window from writing about fonts and themes to the terminal."""


class NoWindow(QrcertError):
    """No window can be opened here: no screen, or an OpenCV without windows."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="--once works without a window: qrcert scan --once --json")


class Probe:
    """Tries in a process of its own whether a window can be opened: without a screen, Qt ends its process.

    It runs while the camera is opened; `result` waits for it.
    """

    def __init__(self) -> None:
        _prepare()
        self._process: subprocess.Popen[bytes] | None = None
        if not sys.platform.startswith("linux"):
            return
        if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
            return
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own line)
            [sys.executable, "-c", _PROBE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def result(self) -> None:
        """Raise NoWindow where there is no screen."""
        if not sys.platform.startswith("linux"):
            return
        if self._process is None:
            raise NoWindow("no window can be opened: there is no screen")
        status = None
        with suppress(subprocess.TimeoutExpired):
            status = self._process.wait(_PROBE_SECONDS)
        self.close()
        if status == 1:
            raise NoWindow("no window can be opened: this OpenCV was built without windows")
        if status != 0:
            raise NoWindow("no window can be opened: the screen does not answer")

    def close(self) -> None:
        """End the process, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _prepare() -> None:
    """Choose quiet settings where the user has none: they count from the first window on."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "xcb")  # the only one that OpenCV brings along


class Window:
    """An open window; raises NoWindow where OpenCV has none."""

    def __init__(self) -> None:
        try:
            cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
            cv2.resizeWindow(TITLE, *SIZE)
        except cv2.error as error:
            raise NoWindow("no window can be opened: this OpenCV was built without windows") from error
        self._shown = False

    def show(self, picture: Picture) -> None:
        """Show a picture."""
        cv2.imshow(TITLE, picture)
        self._shown = True

    def key(self) -> int:
        """Let the window work for a moment and return the code of a key that was pressed, else -1."""
        return int(cv2.waitKeyEx(_WAIT_MS))

    @property
    def closed(self) -> bool:
        """Whether the person closed the window."""
        if not self._shown:
            return False
        try:
            return cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1
        except cv2.error:
            return True

    def close(self) -> None:
        """Close the window."""
        with suppress(cv2.error):
            cv2.destroyAllWindows()
            cv2.waitKey(1)
