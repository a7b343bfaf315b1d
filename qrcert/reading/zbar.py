"""The engine zbar, in a process of its own: some of its assertions end the process they run in.

It is optional. Without pyzbar or the library libzbar the cascade does without it, and ``engines`` says so.
"""

from __future__ import annotations

from importlib.util import find_spec

from qrcert.reading.codes import Code, Found
from qrcert.reading.grey import Grey
from qrcert.reading.process import Helper, HelperLost, Message

SECONDS = 5.0
"""Time for one picture, the start of the process included: 0.2 s are usual for a scanned page."""

MAX_LOSSES = 3
"""Times in a row that the process may be lost before zbar is left alone for good."""


class Zbar:
    """The zbar of one process: starts when first used, gives up when it cannot work here."""

    def __init__(self, module: str = "qrcert.reading.zbar_process") -> None:
        self._helper = Helper(module)
        self._absent: str | None = None if find_spec("pyzbar") else "pyzbar is not installed"
        self._losses = 0

    def read(self, picture: Grey, *, seconds: float = SECONDS) -> Found:
        """Return the QR codes that zbar reads; nothing when zbar is absent, crashes or takes too long."""
        if self.trouble() is not None:
            return Found()
        size = {"width": picture.width, "height": picture.height}
        try:
            answer = self._helper.ask(size, bytes(picture.data), seconds=seconds)
        except HelperLost:
            self._losses += 1
            return Found()
        self._losses = 0
        self._absent = answer.facts.get("absent")
        return _found(answer)

    def trouble(self) -> str | None:
        """Return why zbar does not work here, as far as known, or None."""
        if self._absent is not None:
            return self._absent
        return "zbar crashes or hangs here" if self._losses >= MAX_LOSSES else None


def _found(answer: Message) -> Found:
    codes = [
        Code(str(text), tuple((float(x), float(y)) for x, y in corners))
        for text, corners in answer.facts.get("codes", [])
        if corners
    ]
    return Found(tuple(codes))
