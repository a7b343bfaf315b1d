"""What ``qrcert proof`` says in both languages: figures, grades, what to do; and from how far codes are read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qrcert import proof, text, wire
from qrcert.cli import screen
from qrcert.errors import Refused

if TYPE_CHECKING:
    from qrcert.page import Template
    from qrcert.proof import Finding, Measures, Reach, Remark, Scale

_MARKS: Final = {"good": "[+]", "usable": "[~]", "not_good": "[X]", "unknown": "[?]"}

_VERDICTS: Final = {
    "good": ("good: printer and page will do for certificates", "хорошо: принтер и бланк годятся"),
    "usable": ("usable, but it can be better", "годится, но может быть лучше"),
    "not_good": ("not good: do not print certificates like this", "плохо: так документы печатать нельзя"),
    "unknown": ("could not tell everything from this picture", "по этой картинке сказано не всё"),
    "no_sheet": ("could not tell: no print proof here", "не узнать: пробного листа здесь нет"),
}

_LINE: Final = 96
"""Characters of a line of advice, its place under the figures counted in."""

_NAMES: Final = {
    "scale": ("size", "размер"),
    "shrink": ("size", "размер"),
    "uneven": ("evenness", "равномерность"),
    "coarse": ("picture", "картинка"),
    "contrast": ("contrast", "контраст"),
    "spare": ("unused correction", "запас исправления"),
    "unread": ("sample code", "код-образец"),
    "ladder": ("smallest code read", "самый мелкий код"),
    "no_sheet": ("sheet", "лист"),
}

_ADVICE: Final = {
    ("scale", "no_reference"): (
        "scan the sheet, or photograph it on a dark table with all four edges in view, or measure its long ruler "
        "from 0 to 230 and add --ruler MM",
        "отсканируйте лист, или снимите его на тёмном столе со всеми четырьмя краями, или измерьте длинную "
        "линейку от 0 до 230 и добавьте --ruler ММ",
    ),
    ("scale", "contradiction"): (
        "name the scan's resolution with --dpi N, or measure the long ruler from 0 to 230: --ruler MM",
        "назовите разрешение сканера (--dpi N) или измерьте длинную линейку от 0 до 230: --ruler ММ",
    ),
    ("uneven", "usable"): (
        "the printer draws paper in unevenly, or the scanner does; compare the rulers with a real one",
        "бумагу неровно тянет принтер или сканер; сверьте линейки листа с настоящей",
    ),
    ("contrast", "usable"): (
        "use whiter paper or a fuller cartridge; switch off toner saving",
        "возьмите бумагу белее или полный картридж; выключите экономию тонера",
    ),
    ("contrast", "not_good"): (
        "the print is too pale or the paper too dark: change the cartridge, no toner saving, white paper",
        "печать слишком бледна или бумага темна: смените картридж, отключите экономию, возьмите белую",
    ),
    ("spare", "usable"): (
        "the code has print faults: clean the printer, or try smoother paper",
        "в коде есть огрехи печати: почистите принтер или возьмите бумагу глаже",
    ),
    ("spare", "not_good"): (
        "the code was read with difficulty: clean the printer, change the cartridge, try smoother paper",
        "код прочитан с трудом: почистите принтер, смените картридж, возьмите бумагу глаже",
    ),
    ("unread", "not_good"): (
        "clean the printer, change the cartridge, then print the sheet again",
        "почистите принтер, смените картридж и отпечатайте лист ещё раз",
    ),
    ("ladder", "usable"): (
        "the print is not sharp: choose the best print quality",
        "печать нерезкая: выберите лучшее качество печати",
    ),
    ("ladder", "not_good"): (
        "the print is not sharp enough: choose the best print quality, try smoother paper",
        "печать слишком нерезкая: выберите лучшее качество печати, возьмите бумагу глаже",
    ),
    ("coarse", "unknown"): (
        "scan at 300 dpi, or let the sheet fill the picture",
        "сканируйте при 300 dpi или снимите так, чтобы лист занял весь кадр",
    ),
    ("no_sheet", "unknown"): (
        "let the whole sheet be in view, sharp and without glare, 1600 pixels high or more; a new sheet: "
        "qrcert proof -o proof.pdf",
        "лист нужен целиком, резко, без бликов, не ниже 1600 точек; новый лист: qrcert proof -o proof.pdf",
    ),
}
"""Remark and grade (of the size: why it is not known) -> what to do."""

_CAMERA: Final = (
    "the print or the photo is not sharp: scan the sheet at 300 dpi to tell which",
    "нерезка печать или фотография: чтобы узнать, отсканируйте лист при 300 dpi",
)


def as_lines(found: Finding, source: Path, language: str) -> Iterator[str]:
    """Yield the verdict, each figure with its grade, and what to do about those that are not good."""
    verdict = found.verdict if found.measures else "no_sheet"
    page = (
        ""
        if found.page is None
        else screen.pick(language, f", page {found.page}", f", страница {found.page}")
    )
    yield f"{text.escaped(str(source))}{page}: {screen.pick(language, *_VERDICTS[verdict])}"
    rows = [
        (
            _MARKS[remark.grade],
            screen.pick(language, *_NAMES[remark.code]),
            _said(remark, found, language),
            advice,
        )
        for remark in found.remarks
        for advice in [advice_of(remark, found, language)]
    ]
    rows += [("   ", name, said, None) for name, said in _more(found, language)]
    width = max(len(name) for _, name, _, _ in rows)
    for mark, name, said, advice in rows:
        yield f"{mark} {name:<{width}}  {said}"
        for line in textwrap.wrap(
            advice or "", _LINE - width, break_long_words=False, break_on_hyphens=False
        ):
            yield f"    {'':<{width}}  {line}"


def _said(remark: Remark, found: Finding, language: str) -> str:
    """Return what a remark rests on, in figures."""
    if remark.code == "no_sheet":
        return screen.pick(language, "no print proof found in the picture", "пробного листа на картинке нет")
    assert found.measures is not None  # every other remark is about a sheet
    if found.scale is None and remark.code == "scale":
        return screen.pick(language, *_NO_SCALE[found.no_scale or ""])
    if found.scale is not None and remark.code in ("shrink", "uneven"):
        return _size(found.scale, language) if remark.code == "shrink" else _uneven(found.scale, language)
    return _quality(remark.code, found.measures, language)


_NO_SCALE: Final = {
    "no_reference": (
        "cannot be told: nothing of known length is in view",
        "не узнать: в кадре нет ничего известной длины",
    ),
    "contradiction": (
        "cannot be told: the file's resolution and the paper's edges disagree",
        "не узнать: разрешение файла и края бумаги противоречат друг другу",
    ),
}

_HOW: Final = {
    "ruler": ("by the ruler you measured", "по измеренной линейке"),
    "dpi": ("by the scan's resolution", "по разрешению скана"),
    "paper": ("by the edges of the paper", "по краям бумаги"),
    "picture": ("a guess: if the picture is the whole A4 sheet", "догадка: если картинка — весь лист A4"),
}


def _size(scale: Scale, language: str) -> str:
    how = screen.pick(language, *_HOW[scale.how])
    paper = f" {scale.paper}" if scale.paper else ""
    size, doubt = _decimal(scale.shrink * 100, 1, language), _decimal(scale.doubt * 100, 1, language)
    return f"{size} % ± {doubt} %, {how}{paper}"


def _uneven(scale: Scale, language: str) -> str:
    across, down = (_decimal(size * 100, 1, language) for size in (scale.across, scale.down))
    return screen.pick(language, f"{across} % across, {down} % down", f"{across} % поперёк, {down} % вдоль")


def _quality(code: str, measures: Measures, language: str) -> str:
    if code == "contrast":
        return f"{measures.contrast:.0%}".replace("%", " %")
    if code == "coarse":
        pixels = _decimal(measures.module_pixels, 1, language)
        return screen.pick(
            language,
            f"too coarse to judge the print: {pixels} pixels a module",
            f"слишком груба, чтобы судить о печати: точек на модуль {pixels}",
        )
    wrong = _decimal(measures.wrong * 100, 1, language)
    if code == "unread":
        return screen.pick(
            language,
            f"not read; modules that look wrong: {wrong} %",
            f"не прочитан; неверных модулей: {wrong} %",
        )
    if code == "spare":
        assert measures.spare is not None  # else the remark would be ``unread``
        spare = f"{measures.spare * 100:.0f} %"
        return screen.pick(
            language, f"{spare}; modules that look wrong: {wrong} %", f"{spare}; неверных модулей: {wrong} %"
        )
    return _finest(measures, language)


def _finest(measures: Measures, language: str) -> str:
    if measures.finest is None:
        return screen.pick(language, "not even the largest of the ladder", "даже самый крупный не прочитан")
    finest, limit = (_decimal(size, 2, language) for size in (measures.finest, measures.limit))
    said = screen.pick(language, f"{finest} mm a module", f"модуль {finest} мм")
    if measures.finest > min(module for module, _ in measures.ladder) and measures.limit * 1.3 > 0.3:
        more = screen.pick(
            language,
            f"; this picture shows none below {limit} mm",
            f"; мельче {limit} мм на этой картинке не видно",
        )
        return f"{said}{more}"
    return said


def _more(found: Finding, language: str) -> Iterator[tuple[str, str]]:
    """Yield what is told without a grade."""
    measures = found.measures
    if measures is None:
        return
    module = found.module
    if module is not None:
        size = _decimal(module, 2, language)
        name, least = screen.pick(language, "module", "модуль"), _decimal(0.6, 1, language)
        yield (
            name,
            screen.pick(
                language,
                f"{size} mm on a certificate; {least} mm is the least",
                f"{size} мм на документе; наименьший {least} мм",
            ),
        )
        yield screen.pick(language, "distance", "расстояние"), reach_line(proof.reach(module), language)
    palest = measures.palest
    if palest is not None:
        yield (
            screen.pick(language, "palest code read", "самый бледный код"),
            screen.pick(language, f"{palest * 100:.0f} % of black", f"{palest * 100:.0f} % чёрного"),
        )


def reach_line(reach: Reach, language: str) -> str:
    """Return from how far a code is read, in one sentence."""
    return screen.pick(
        language,
        f"hold it about {reach.webcam} cm from a 720p webcam (at most {reach.webcam_most}); "
        f"a phone reads it from up to {reach.phone} cm",
        f"держите примерно в {reach.webcam} см от веб-камеры 720p (не дальше {reach.webcam_most}); "
        f"телефон читает с расстояния до {reach.phone} см",
    )


def code_line(version: int, *, template: Template | str, language: str) -> str:
    """Return how large the modules of a code are on a page, and from how far it is read."""
    try:
        module = proof.page_module(version, template=template)
    except Refused:
        return screen.pick(
            language,
            f"on the page: version {version} is too dense, shorten the longest texts",
            f"на бланке: версия {version} слишком плотна, сократите самые длинные тексты",
        )
    size = _decimal(module, 2, language)
    code = screen.pick(language, f"on the page: {size} mm a module", f"на бланке: модуль {size} мм")
    return f"{code}; {reach_line(proof.reach(module), language)}"


def advice_of(remark: Remark, found: Finding, language: str) -> str | None:
    """Return what to do about a remark, or None where all is well."""
    if remark.code == "no_sheet" and any(wire.scheme(one) is not None for one in found.others):
        return screen.pick(
            language,
            "there is a certificate in the picture: qrcert verify FILE",
            "на картинке документ: qrcert verify ФАЙЛ",
        )
    if remark.code == "shrink" and remark.grade != "good":
        assert found.scale is not None  # or there would be no such remark
        size = f"{found.scale.shrink * 100:.0f} %"
        return screen.pick(
            language,
            f"printed at {size}: set scaling to 100 % (“Actual size”, not “Fit to page”)",
            f"отпечатано при {size}: поставьте масштаб 100 % («Фактический размер»)",
        )
    if remark.grade == "unknown" and remark.code in ("spare", "unread", "ladder"):
        return screen.pick(language, *_CAMERA)
    reason = found.no_scale or "" if remark.code == "scale" else remark.grade
    advice = _ADVICE.get((remark.code, reason))
    return None if advice is None else screen.pick(language, *advice)


def _decimal(value: float, places: int, language: str) -> str:
    said = f"{value:.{places}f}"
    return said.replace(".", ",") if language == "ru" else said
