"""The process in which zbar runs: one grey picture in, texts with corners out."""

from __future__ import annotations

from typing import Any

from qrcert.reading.process import Message, serve


def answer(question: Message) -> Message:
    """Return ``codes``: a list of [text, corners], or ``absent``: why there is no zbar here."""
    try:
        from pyzbar import pyzbar
    except ImportError as error:
        return Message({"absent": f"zbar cannot be loaded: {error}"})
    picture = question.payload, question.facts["width"], question.facts["height"]
    try:
        found: list[Any] = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except Exception:  # (whatever it is, zbar has read nothing)
        found = []
    codes = [[one.data.decode(errors="replace"), [list(point) for point in one.polygon]] for one in found]
    return Message({"codes": codes})


def main() -> None:
    """Serve until standard input ends."""
    serve(answer)
