"""The sheet as a PDF: the artwork, its captions, and how to print and to photograph it, in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from qrcert.errors import MissingExtra, Refused
from qrcert.page import INDIGO
from qrcert.page.emblem import divider, emblem
from qrcert.page.faces import FOLDER
from qrcert.proof import artwork, plan

_TEMPLATES: Final = Path(__file__).parent.parent / "pages"

_TITLE: Final = ("Пробный лист", "Print proof")

_ADVICE: Final = (
    (
        "ru",
        (
            "Отпечатайте лист на том принтере и той бумаге, на которых печатаете документы. В окне печати "
            "выберите «Фактический размер» или «100 %», а не «По размеру страницы».",
            f"Приложите линейку: от 0 до {plan.RULER_DOWN} сбоку должно быть ровно {plan.RULER_DOWN} мм. Штрихи у "
            "краёв покажут поля, на которых принтер не печатает.",
            "Отсканируйте лист: 300 dpi, без «улучшений». Или сфотографируйте: лист лежит ровно на тёмном "
            "столе, все четыре края в кадре, камера прямо над ним, без вспышки и теней.",
            "*qrcert proof скан.pdf* скажет, не сжат ли лист и годятся ли принтер и бумага.",
        ),
    ),
    (
        "en",
        (
            "Print this sheet on the printer and the paper that certificates will have. In the print window "
            "choose “Actual size” or “100 %”, not “Fit to page”.",
            f"Lay a ruler on it: from 0 to {plan.RULER_DOWN} at the side must be {plan.RULER_DOWN} mm exactly. The "
            "strokes at the edges tell how many millimetres the printer leaves blank.",
            "Scan the sheet: 300 dpi, without “enhancements”. Or take a photo: the sheet lies flat on a dark "
            "table, all four edges in view, the camera straight above it, no flash, no shadows.",
            "*qrcert proof scan.pdf* tells whether the sheet came out smaller, and whether printer "
            "and paper will do.",
        ),
    ),
)
"""What to do, step by step; what stands between asterisks is typed."""

_HEADINGS: Final = (
    (
        plan.LADDER_FOOT - 26.0,
        plan.LEFT,
        "Лестница: сторона модуля в миллиметрах",
        "Ladder: width of a module, mm",
    ),
    (plan.TONES_TOP - 4.2, plan.LEFT, "Тона: доля чёрного", "Tones: share of black"),
    (plan.PANEL_TOP - 4.6, plan.LEFT, "Бледные коды: доля чёрного", "Pale codes: share of black"),
    (artwork.GRATING_TOP - 4.8, plan.LEFT, "Чёткость", "Sharpness"),
    (plan.PANEL_TOP - 4.6, plan.PANEL_LEFT, "Код, как на документе", "As on a certificate"),
)


def draw(*, day: date) -> bytes:
    """Return the sheet as one page of PDF/A; ``day`` is the date of creation that the file bears.

    Raises MissingExtra without typst or zxing-cpp.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("issue", "typst") from error
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])
    compiler = typst.Compiler(_TEMPLATES / "proof.typ", root=_TEMPLATES, font_paths=fonts)
    said = json.dumps(_data(day), ensure_ascii=False)
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["a-2b"], sys_inputs={"data": said}
        )
    except typst.TypstError as error:
        raise Refused(f"the proof sheet could not be set: {error.message}") from error
    if warnings:
        raise Refused(f"the proof sheet was not set cleanly: {warnings[0].message}")
    assert isinstance(pdf, bytes)
    return pdf


def _data(day: date) -> dict[str, object]:
    """Return what the template sets."""
    return {
        "title": _TITLE,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "art": artwork.artwork(),
        "emblems": {"proof": emblem(INDIGO)},
        "dividers": {"proof": divider(INDIGO)},
        "ink": INDIGO.ink,
        "accent": INDIGO.title,
        "gold": INDIGO.gold,
        "advice": _ADVICE,
        "headings": _HEADINGS,
        "labels": list(_labels()),
        "foot": f"qrcert · {plan.PREFIX.rstrip(':')} · A4",
        "left": plan.LEFT,
        "right": plan.RIGHT,
    }


def _labels() -> Iterator[tuple[float, float, str]]:
    """Yield the captions: the middle of each, its upper edge, its words."""
    for mark in plan.marks().values():
        if mark.text in {plan.ladder_text(module) for module in plan.LADDER}:
            yield mark.left + mark.side / 2, plan.LADDER_FOOT + 1.6, f"{mark.module:.2f}"
        elif mark.ink < 1:
            yield mark.left + mark.side / 2, mark.top + mark.side + 1.6, f"{mark.ink * 100:.0f}\u2009%"
    for left, _, right, bottom, ink in plan.tone_boxes():
        yield (left + right) / 2, bottom + 1.4, f"{ink * 100:.0f}\u2009%"
    for row, width in enumerate(artwork.GRATINGS):
        middle = artwork.GRATING_LEFT + 2 * artwork.GRATING_SIDE + 3 + 6
        yield middle, artwork.GRATING_TOP + row * artwork.GRATING_STEP + 2, f"{width:.2f}"
    yield from _ruler_labels()
    yield from _edge_labels()


def _ruler_labels() -> Iterator[tuple[float, float, str]]:
    near, far = plan.RULER_EDGE - 6.6, plan.RULER_EDGE - 5.2
    start = (plan.WIDTH - plan.RULER_ACROSS) / 2
    for at in range(0, plan.RULER_ACROSS + 1, 10):
        yield start + at, near, f"{at}"
        yield start + at, plan.HEIGHT - far + 0.2, f"{at}"
    start = (plan.HEIGHT - plan.RULER_DOWN) / 2
    for at in range(0, plan.RULER_DOWN + 1, 10):
        yield far - 1.2, start + at - 0.8, f"{at}"
        yield plan.WIDTH - far + 1.2, start + at - 0.8, f"{at}"


def _edge_labels() -> Iterator[tuple[float, float, str]]:
    """Yield the numbers of the edge marks: each stands inward of its mark."""
    for place, far in artwork.edge_places():
        yield plan.WIDTH / 2 + place, far + 0.8, f"{far}"
        yield plan.WIDTH / 2 + place, plan.HEIGHT - far - 2.4, f"{far}"
        yield far + 1.6, plan.HEIGHT / 2 + place - 0.8, f"{far}"
        yield plan.WIDTH - far - 1.6, plan.HEIGHT / 2 + place - 0.8, f"{far}"
