"""Films and a screen for the tests of ``scan``: frames as a webcam gives them, and a real window to look at."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageGrab

import pictures

Grey = NDArray[np.uint8]
Colours = NDArray[np.uint8]

RATE = 30
PATIENCE = 60.0
"""Seconds that a window may take to show what is waited for, on a machine that does much else."""


def in_hand(text: str, *, module_px: int = 4, size: tuple[int, int] = (720, 1280)) -> Grey:
    """A frame of a page that is held up, a little tilted."""
    return pictures.tilted(pictures.page([text], module_px=module_px, size=size), by=0.02, seed=1)


def moving(frame: Grey, count: int) -> Iterator[Grey]:
    """The same frame moved a little each time."""
    for at in range(count):
        yield np.roll(frame, (at % 7, at % 11), (0, 1))


def write(path: Path, frames: Iterable[Grey], *, kind: str = "MJPG") -> Path:
    """Write frames of one size into a video file, as motion JPEG if nothing is said; AVI or as the name ends."""
    film = None
    for frame in frames:
        film = film or cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*kind), RATE, (frame.shape[1], frame.shape[0])
        )
        film.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    assert film is not None
    film.release()
    return path


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A screen of its own that nobody sees; yields its name for DISPLAY."""
    for needed in ("Xvfb", "xdotool"):
        if shutil.which(needed) is None:
            pytest.fail(f"{needed} is not installed: apt install xvfb xdotool")
    asks, tells = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tells), "-screen", "0", "1360x800x24", "-noreset", "-nolisten", "tcp"],
        pass_fds=(tells,),
        stderr=subprocess.DEVNULL,
    )
    os.close(tells)
    try:
        with os.fdopen(asks) as said:
            number = said.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


def shot(display: str) -> Colours:
    """What the screen shows: red, green, blue."""
    return np.asarray(ImageGrab.grab(xdisplay=display).convert("RGB"), np.uint8)


def wait_for(display: str, seen: Callable[[Colours], bool]) -> Colours:
    """The screen as soon as it shows what is waited for."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        picture = shot(display)
        if seen(picture):
            return picture
        time.sleep(0.05)
    Image.fromarray(shot(display)).save("screen.png")
    pytest.fail("the screen never showed what was waited for; see screen.png")


def press(display: str, *keys: str) -> None:
    """Type on the screen's keyboard; ``keys`` are names such as ``q`` and ``Escape``."""
    subprocess.run(["xdotool", "key", *keys], env=os.environ | {"DISPLAY": display}, check=True)
