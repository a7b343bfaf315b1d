"""The picture in the window: a live frame and a scene beside it, composed. Pure: the same in gives the same out.

What does not move is painted once for each scene; a frame then costs a resizing and a copy.

    +-----------------------------------------------+
    | TEST banner, where it is one                  |
    +--------------------------------+--------------+
    | sign  HEADLINE                 | title        |
    |       sentence                 |              |
    +--------------------------------+ contents     |
    | hints                          |              |
    +--------------------------------+              |
    | the live picture, codes        |              |
    | outlined, advice at its foot   | whose list   |
    +--------------------------------+--------------+
    | keys                                   camera |
    +-----------------------------------------------+
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from qrcert.cli.scanning import shapes
from qrcert.cli.scanning.brush import Colour, folded, shortened, width, write
from qrcert.cli.scanning.scene import Row, Scene
from qrcert.reading.codes import Corners

Picture = NDArray[np.uint8]
"""Rows, columns, blue-green-red."""

SIZE: Final = (1280, 720)
"""Columns and rows of the whole picture; the window may be larger or smaller."""

PANEL: Final = 452
LEFT: Final = SIZE[0] - PANEL
FOOT: Final = 44
BANNER: Final = 36
TOP: Final = 210
"""Rows above the live picture, which then is as wide as high 16 to 9; more where the words need more."""

SIGN: Final = 112
HEADLINES: Final = (62, 54, 46, 40)
SENTENCES: Final = (23, 21, 19, 17)
MOST_LINES: Final = 6
MOST_HINTS: Final = 3
"""What a sentence and its hints may take: the name of a school may have 1 000 bytes."""

HINT: Final = 18
CONTENTS: Final = (21, 19, 17, 16, 15, 14, 13)
_LEADING: Final = 1.25
_MARGIN: Final = 22

GROUND: Final[Colour] = (18, 23, 34)
PAPER: Final[Colour] = (27, 34, 49)
LINE: Final[Colour] = (52, 62, 84)
WHITE: Final[Colour] = (255, 255, 255)
TEXT: Final[Colour] = (233, 238, 247)
FAINT: Final[Colour] = (150, 163, 188)
AMBER: Final[Colour] = (255, 198, 92)
VIOLET: Final[Colour] = (92, 52, 150)
DARK_VIOLET: Final[Colour] = (58, 30, 100)

COLOURS: Final[dict[str, Colour]] = {
    shapes.GOOD: (11, 116, 74),
    shapes.BAD: (172, 32, 40),
    shapes.UNSURE: (140, 88, 0),
    shapes.LOOKING: (38, 58, 100),
}
"""The band behind an answer; white on each has a contrast of at least 5 to 1 (WCAG 2.2, 1.4.3)."""

OUTLINES: Final[dict[str, Colour]] = {
    shapes.GOOD: (42, 214, 140),
    shapes.BAD: (255, 82, 82),
    shapes.UNSURE: (255, 190, 60),
    shapes.LOOKING: (120, 176, 255),
}
"""Around a code in the live picture."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A code in the live picture: its corners in the pixels of the frame, and the sign of its answer."""

    corners: Corners
    sign: str


def compose(frame: Picture | None, scene: Scene, outlines: Sequence[Outline] = ()) -> Picture:
    """Return the picture for the window, `SIZE`; ``frame`` is None before the first one."""
    picture = _still(scene).copy()
    top = _plan(scene).picture
    room = (LEFT, SIZE[1] - FOOT - top)
    if frame is not None:
        scale = min(room[0] / frame.shape[1], room[1] / frame.shape[0])
        wide, high = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        x, y = (room[0] - wide) // 2, top + (room[1] - high) // 2
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        view = picture[y : y + high, x : x + wide]
        view[:] = cv2.resize(frame, (wide, high), interpolation=way)
        for outline in outlines:
            _outline(view, outline, scale)
    if scene.advice is not None:
        _lay(picture, _pill(scene.advice), (room[0] // 2, SIZE[1] - FOOT - 52))
    return picture


def _outline(view: Picture, outline: Outline, scale: float) -> None:
    """Draw a code's outline, dark under light so that it shows on any ground, and its sign at the first corner."""
    points = np.array(outline.corners, np.float32) * scale
    whole: Any = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
    for colour, wide in (((12, 12, 12), 7), (OUTLINES[outline.sign][::-1], 4)):
        cv2.polylines(
            view, [whole], isClosed=True, color=colour, thickness=wide, lineType=cv2.LINE_AA, shift=4
        )
    if outline.sign == shapes.LOOKING:
        return
    sign = shapes.sign(outline.sign, 44, COLOURS[outline.sign], WHITE)
    at = points[np.argmin(points.sum(axis=1))]
    _lay(view, sign, (int(at[0]), int(at[1])))


def _lay(picture: Picture, image: Image.Image, centre: tuple[int, int]) -> None:
    """Lay a see-through image on the picture around ``centre``; what is outside is left away."""
    x, y = centre[0] - image.width // 2, centre[1] - image.height // 2
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + image.width, picture.shape[1]), min(y + image.height, picture.shape[0])
    if left >= right or top >= bottom:
        return
    pixels = np.asarray(image)[top - y : bottom - y, left - x : right - x]
    share = pixels[:, :, 3:].astype(np.float32) / 255
    under = picture[top:bottom, left:right]
    under[:] = (under * (1 - share) + pixels[:, :, 2::-1] * share).astype(np.uint8)


@lru_cache(maxsize=32)
def _pill(text: str) -> Image.Image:
    """Return advice in large letters on a dark ground with round ends."""
    size, fine = 34, 2
    text = shortened(text, size, LEFT - 90, bold=True)
    wide, high = int(width(text, size, bold=True)) + 56, 62
    ground = Image.new("RGBA", (wide * fine, high * fine), (0, 0, 0, 0))
    ImageDraw.Draw(ground).rounded_rectangle(
        (0, 0, wide * fine - 1, high * fine - 1),
        high * fine // 2,
        fill=(10, 14, 22, 225),
        outline=(*AMBER, 255),
        width=4,
    )
    image = ground.resize((wide, high), Image.Resampling.LANCZOS)
    write(ImageDraw.Draw(image), (28, 42), text, size, AMBER, bold=True)
    return image


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things stand above the live picture: rows from the top, sizes of letters, and the lines themselves."""

    band: int
    hints: int
    picture: int
    headline: int
    sentence: int
    lines: tuple[str, ...]
    hint_lines: tuple[str, ...]


@lru_cache(maxsize=32)
def _plan(scene: Scene) -> _Plan:
    """Return the plan with the largest letters that find room; the smallest take what room they need."""
    band = BANNER if scene.banner else 0
    hint_lines = tuple(
        part for hint in scene.hints[:MOST_HINTS] for part in folded(hint, HINT, LEFT - 70, most=2)
    )
    strip = round(len(hint_lines) * HINT * _LEADING) + 16 if hint_lines else 0
    room = LEFT - _WORDS - _MARGIN
    for headline, sentence in zip(HEADLINES, SENTENCES, strict=True):
        lines = folded(scene.sentence, sentence, room, most=MOST_LINES)
        high = _words_high(headline, sentence, len(lines)) + 2 * 14
        if high <= TOP - band - strip and width(scene.headline, headline, bold=True) <= room:
            break
    hints = max(TOP - strip, band + high)
    return _Plan(band, hints, hints + strip, headline, sentence, lines, hint_lines)


_WORDS: Final = 28 + SIGN + 28
"""Columns before the words of the answer."""


def _words_high(headline: int, sentence: int, lines: int) -> int:
    return round(headline * 0.92 + lines * sentence * _LEADING + sentence * 0.2)


@lru_cache(maxsize=8)
def _still(scene: Scene) -> Picture:
    """Return everything but the live picture, its outlines and the advice."""
    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    plan = _plan(scene)
    _band(image, draw, scene, plan)
    _hints(draw, plan)
    _panel(image, draw, scene)
    _foot(draw, scene)
    if scene.banner:
        _banner(draw, scene.banner)
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _banner(draw: ImageDraw.ImageDraw, text: str) -> None:
    """Draw the line that stands over every answer under a test key: stripes, as where no road goes on."""
    draw.rectangle((0, 0, SIZE[0], BANNER), fill=VIOLET)
    for x in range(-BANNER, SIZE[0], 48):
        draw.polygon([(x, BANNER), (x + BANNER, 0), (x + BANNER + 24, 0), (x + 24, BANNER)], fill=DARK_VIOLET)
    wide = width(text, 22, bold=True)
    left = (SIZE[0] - wide) / 2
    draw.rectangle((left - 18, 0, left + wide + 18, BANNER), fill=DARK_VIOLET)
    write(draw, (left, 26), text, 22, WHITE, bold=True)


def _band(image: Image.Image, draw: ImageDraw.ImageDraw, scene: Scene, plan: _Plan) -> None:
    """Draw the answer: colour, sign, a word or two, and the sentence."""
    colour = COLOURS[scene.sign]
    draw.rectangle((0, plan.band, LEFT, plan.hints - 1), fill=_dim(colour) if scene.held else colour)
    high = plan.hints - plan.band
    size = min(SIGN, high - 20)
    sign = shapes.sign(scene.sign, size, WHITE, colour if scene.sign != shapes.LOOKING else WHITE)
    image.paste(sign, (28 + (SIGN - size) // 2, plan.band + (high - size) // 2), sign)
    words = _words_high(plan.headline, plan.sentence, len(plan.lines))
    y = plan.band + (high - words) / 2 + plan.headline * 0.78
    write(draw, (_WORDS, y), scene.headline, plan.headline, WHITE, bold=True)
    if scene.held:
        _tag(draw, scene, plan, y)
    y += plan.headline * 0.14
    for line in plan.lines:
        y += plan.sentence * _LEADING
        write(draw, (_WORDS, y), line, plan.sentence, WHITE)


def _tag(draw: ImageDraw.ImageDraw, scene: Scene, plan: _Plan, y: float) -> None:
    """Draw beside the headline that the paper is not in view, or above the sign where that finds no room."""
    left = _WORDS + width(scene.headline, plan.headline, bold=True) + 24
    text = shortened(scene.held or "", 19, LEFT - _MARGIN - left - 28)
    right = left + width(text, 19) + 28
    draw.rounded_rectangle((left, y - 30, right, y + 4), 17, fill=GROUND)
    write(draw, (left + 14, y - 7), text, 19, TEXT)


def _hints(draw: ImageDraw.ImageDraw, plan: _Plan) -> None:
    """Draw what to heed and what to do next, marked with a bar."""
    if not plan.hint_lines:
        return
    draw.rectangle((0, plan.hints, LEFT, plan.picture - 1), fill=PAPER)
    draw.rectangle((0, plan.hints, 9, plan.picture - 1), fill=AMBER)
    y = plan.hints + 4.0
    for line in plan.hint_lines:
        y += HINT * _LEADING
        write(draw, (28, y), line, HINT, AMBER)


def _dim(colour: Colour) -> Colour:
    red, green, blue = ((2 * one + other) // 4 for one, other in zip(colour, GROUND, strict=True))
    return red, green, blue


# --- the panel beside the live picture


def _panel(image: Image.Image, draw: ImageDraw.ImageDraw, scene: Scene) -> None:
    """Draw title and contents from the top, and from the foot upwards the lists and what other lists say."""
    top = BANNER if scene.banner else 0
    draw.rectangle((LEFT, top, SIZE[0], SIZE[1] - FOOT), fill=PAPER)
    draw.rectangle((LEFT, top, LEFT + 5, SIZE[1] - FOOT), fill=COLOURS[scene.sign])
    left, room = LEFT + 6 + _MARGIN, PANEL - 6 - 2 * _MARGIN
    foot = _panel_foot(image, draw, scene, left, room)
    y = top + 14.0
    for line in folded(scene.title, 24, room, most=3, bold=True):
        y += 29
        write(draw, (left, y), line, 24, WHITE, bold=True)
    if scene.title:
        y += 14
        draw.line((left, y, left + room, y), fill=LINE, width=2)
    _contents(draw, scene.rows, (left, y + 6), room, foot - y - 22)


def _panel_foot(image: Image.Image, draw: ImageDraw.ImageDraw, scene: Scene, left: int, room: int) -> int:
    """Draw what stands at the foot of the panel and return where it begins."""
    y = SIZE[1] - FOOT - 14
    for line in reversed([part for one in scene.lists[:4] for part in folded(one, 16, room, most=2)]):
        write(draw, (left, y), line, 16, FAINT)
        y -= 20
    for sign, text in reversed(scene.others[:4]):
        drawn = shapes.sign(sign, 22, OUTLINES[sign], PAPER)
        image.paste(drawn, (left, y - 17), drawn)
        write(draw, (left + 30, y), shortened(text, 18, room - 30), 18, TEXT)
        y -= 27
    draw.line((left, y - 2, left + room, y - 2), fill=LINE, width=2)
    return y


def _contents(
    draw: ImageDraw.ImageDraw, rows: Sequence[Row], place: tuple[float, float], room: float, high: float
) -> None:
    """Draw the rows in the largest letters in which all find room; what finds none in the smallest is counted."""
    for size in CONTENTS:
        lines = list(_lines(rows, size, room))
        step = size * 1.28
        if len(lines) * step <= high:
            break
    fits = max(0, int(high / step))
    if len(lines) > fits:
        left_out = len(lines) - fits + 1
        lines = [*lines[: fits - 1], [(0.0, f"+{left_out} …", AMBER, True)]]
    x, y = place
    for line in lines:
        y += step
        for indent, text, colour, bold in line:
            write(draw, (x + indent, y), text, size, colour, bold=bold)


Piece = tuple[float, str, Colour, bool]
"""A text within a line: how far from its left, the text, its colour, whether it is bold."""


def _lines(rows: Sequence[Row], size: int, room: float) -> Iterator[list[Piece]]:
    """Yield the lines of the rows: labels to the left, values in a column, those too long on lines of their own."""
    column = min(
        room * 0.42, max((width(row.label, size) for row in rows if not row.mark), default=0) + size * 0.7
    )
    for row in rows:
        if row.mark:
            value = shortened(row.value, size, room * 0.45, bold=True)
            wide = width(value, size, bold=True)
            label = shortened(row.label, size, room - wide - size, bold=False)
            yield [(0.0, label, TEXT, False), (room - wide, value, WHITE, True)]
        elif not row.value:
            yield [(0.0, shortened(row.label, size, room, bold=True), FAINT, True)]
        elif not row.label:
            parts = folded(row.value, size, room - size, most=4) or ("",)
            yield [(0.0, "•", FAINT, True), (float(size), parts[0], TEXT, False)]
            yield from ([(float(size), part, TEXT, False)] for part in parts[1:])
        else:
            label = shortened(row.label, size, column - size * 0.4)
            parts = folded(row.value, size, room - column, most=4, bold=True) or ("",)
            yield [(0.0, label, FAINT, False), (column, parts[0], WHITE, True)]
            yield from ([(column, part, WHITE, True)] for part in parts[1:])


def _foot(draw: ImageDraw.ImageDraw, scene: Scene) -> None:
    """Draw what the keys do, and the camera or what has just been done."""
    y = SIZE[1] - FOOT
    draw.rectangle((0, y, *SIZE), fill=GROUND)
    draw.line((0, y, SIZE[0], y), fill=LINE, width=1)
    x = 22.0
    for key, does in scene.keys:
        draw.rounded_rectangle((x, y + 9, x + 27, y + 35), 6, fill=LINE, outline=FAINT)
        write(draw, (x + 13.5 - width(key, 17, bold=True) / 2, y + 28), key, 17, WHITE, bold=True)
        write(draw, (x + 36, y + 28), does, 18, TEXT)
        x += 36 + width(does, 18) + 34
    told = scene.notice or scene.camera
    told = shortened(told, 18, SIZE[0] - x - 22)
    write(draw, (SIZE[0] - 22 - width(told, 18), y + 28), told, 18, AMBER if scene.notice else FAINT)
