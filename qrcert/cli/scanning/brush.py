"""Text on pictures, in PT Sans with Noto for the letters it lacks: OpenCV itself can write only Latin letters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Final

from PIL import ImageDraw, ImageFont

from qrcert.page.faces import FOLDER

Colour = tuple[int, int, int]
"""Red, green, blue, each from 0 to 255."""

_FILES: Final = {False: ("PTS55F.ttf", "NotoSans-Regular.ttf"), True: ("PTS75F.ttf", "NotoSans-Bold.ttf")}
"""Regular and bold, each with the font that has the letters it lacks."""

_NOBODY: Final = "\uffff"
"""No font has this one, so it is drawn as each font draws what it lacks."""

_PLAIN: Final = {"⟨": "<", "⟩": ">"}
"""Brackets around escapes, where neither font has them."""

ELLIPSIS: Final = "…"

_NARROWEST: Final = 0.2
"""Share of the size that the narrowest letters are wide."""


@cache
def font(size: int, *, bold: bool = False, spare: bool = False) -> ImageFont.FreeTypeFont:
    """Return a font of ``size`` pixels; ``spare`` is the one for letters that the first lacks."""
    return ImageFont.truetype(str(FOLDER / _FILES[bold][spare]), size)


@lru_cache(maxsize=4096)
def _has(letter: str, *, bold: bool, spare: bool) -> bool:
    asked = font(32, bold=bold, spare=spare)
    return letter == " " or bytes(asked.getmask(letter)) != bytes(asked.getmask(_NOBODY))


@lru_cache(maxsize=2048)
def runs(text: str, *, bold: bool) -> tuple[tuple[str, bool], ...]:
    """Return the text in pieces of one font each; what no font has stands there as its number."""
    found: list[tuple[str, bool]] = []
    for letter in text:
        spare = not _has(letter, bold=bold, spare=False)
        if spare and not _has(letter, bold=bold, spare=True):
            letter, spare = _PLAIN.get(letter, f"<U+{ord(letter):04X}>"), False
        if found and found[-1][1] == spare:
            found[-1] = found[-1][0] + letter, spare
        else:
            found.append((letter, spare))
    return tuple(found)


def width(text: str, size: int, *, bold: bool = False) -> float:
    """Return how wide a line is in pixels."""
    return sum(font(size, bold=bold, spare=spare).getlength(run) for run, spare in runs(text, bold=bold))


def write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    size: int,
    colour: Colour,
    *,
    bold: bool = False,
) -> None:
    """Write a line; ``place`` is its left end, and the height of the line its letters stand on."""
    x, y = place
    for run, spare in runs(text, bold=bold):
        used = font(size, bold=bold, spare=spare)
        draw.text((x, y), run, fill=colour, font=used, anchor="ls")
        x += used.getlength(run)


def wrapped(text: str, size: int, room: float, *, bold: bool = False) -> Iterator[str]:
    """Yield a text in lines of at most ``room`` pixels, broken at blanks, and within a word if need be."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            yield line
        line = word
        while (fits := _fitting(line, size, room, bold=bold)) < len(line):
            yield line[: max(fits, 1)]
            line = line[max(fits, 1) :]
    if line:
        yield line


def folded(text: str, size: int, room: float, *, most: int, bold: bool = False) -> tuple[str, ...]:
    """Return a text in at most so many lines, an ellipsis where something is left out."""
    lines = tuple(islice(wrapped(text, size, room, bold=bold), most + 1))
    if len(lines) <= most:
        return lines
    return *lines[: most - 1], shortened(f"{lines[most - 1]} {lines[most]}", size, room, bold=bold)


def shortened(text: str, size: int, room: float, *, bold: bool = False) -> str:
    """Return a line cut down to ``room`` pixels, an ellipsis where something is left out."""
    if _fitting(text, size, room, bold=bold) == len(text):
        return text
    left = room - width(ELLIPSIS, size, bold=bold)
    return text[: _fitting(text, size, left, bold=bold)].rstrip() + ELLIPSIS


def _fitting(text: str, size: int, room: float, *, bold: bool) -> int:
    """Return how many letters find room on a line; a stranger's long text costs no more than a short one."""
    most = min(len(text), max(int(room / (size * _NARROWEST)), 0))
    return bisect_right(range(1, most + 1), room, key=lambda count: width(text[:count], size, bold=bold))
