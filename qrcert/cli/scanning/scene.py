"""What the window shows, as words and values: an answer, or what would help to get one. Nothing here is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from qrcert import checking, wire
from qrcert.checking import words
from qrcert.cli import screen
from qrcert.cli.scanning import shapes
from qrcert.decode import Verdict
from qrcert.text import escaped
from qrcert.trust import VerifiedList

ADVICE: Final = {
    "show": ("Show the whole code, flat", "Покажите код целиком, ровно"),
    "light": ("More light", "Больше света"),
    "glare": ("Tilt it: a light is mirrored in it", "Наклоните: в бумаге отражается свет"),
    "closer": ("Closer", "Ближе"),
    "flatter": ("Flatter: turn it straight to the camera", "Ровнее: держите прямо перед камерой"),
    "still": ("Hold still", "Держите неподвижно"),
    "focus": ("Out of focus: a little further away", "Не в фокусе: чуть дальше от камеры"),
    "wait": ("Reading: hold it like this", "Читаю: держите так"),
}
"""What would help, by the codes of `qrcert.reading.advice`."""

KEYS: Final = (
    ("Q", "quit", "выход"),
    ("C", "next camera", "другая камера"),
    ("R", "report", "сохранить ответ"),
)
"""What the keys do, as the foot of the window says."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the contents: a label and a value, a mark of a table, or with no value a heading."""

    label: str
    value: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """All that stands beside the live picture; every foreign text in it may be shown (`qrcert.text`).

    ``sign`` is one of `shapes`; ``held``: the answer is on a paper that is not in view any more.
    """

    sign: str
    headline: str
    sentence: str = ""
    hints: tuple[str, ...] = ()
    banner: str | None = None
    title: str = ""
    rows: tuple[Row, ...] = ()
    lists: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    advice: str | None = None
    held: str | None = None
    notice: str | None = None
    camera: str = ""
    keys: tuple[tuple[str, str], ...] = ()


def keys_line(language: str) -> tuple[tuple[str, str], ...]:
    """Return the keys and what they do."""
    return tuple((key, screen.pick(language, en, ru)) for key, en, ru in KEYS)


def searching(request: checking.Request, language: str) -> Scene:
    """Return the scene while no code is read."""
    pick = screen.pick
    steps = _STEPS[language == "ru"]
    return Scene(
        shapes.LOOKING,
        pick(language, "LOOKING FOR A CODE", "ИЩУ КОД"),
        pick(
            language,
            "Hold the square code of the certificate up to the camera, flat and whole, with its white frame.",
            "Поднесите к камере квадратный код документа: ровно, целиком, вместе с белым полем вокруг него.",
        ),
        title=pick(language, "How to", "Как держать"),
        rows=tuple(Row("", one) for one in steps),
        lists=tuple(_list_lines(request, language)),
        keys=keys_line(language),
    )


_STEPS: Final = (
    (
        "Let the code fill a third of the picture",
        "Lay the paper flat, or hold it by both edges",
        "Light from the side, no lamp mirrored in the paper",
        "Nothing leaves this device",
    ),
    (
        "Пусть код займёт треть картинки",
        "Положите бумагу или держите её за оба края",
        "Свет сбоку, чтобы лампа не отражалась в бумаге",
        "Ничто не покидает это устройство",
    ),
)


def answered(finding: checking.Finding, request: checking.Request, language: str) -> Scene:
    """Return the scene of an answer."""
    verdict = finding.verdict
    data, *others = checking.as_data(finding, request, language)
    status = request.exit_status(verdict)
    only_test = status != verdict.exit_status
    return Scene(
        shapes.OF_STATUS[status],
        words.headline(verdict.code, language, only_test=only_test),
        escaped(data["sentence"]),
        hints=tuple(map(escaped, (*data["warnings"], *(data["hint"] or "").splitlines()))),
        banner=words.test_banner(language) if verdict.test else None,
        title=_title(data, language),
        rows=tuple(_rows(data, verdict, language)),
        lists=(_list_line(verdict.trust, verdict.today, language),)
        if verdict.trust
        else tuple(_list_lines(request, language)),
        others=tuple(_others(verdict, others, request, language)),
        keys=keys_line(language),
    )


def _title(data: dict[str, Any], language: str) -> str:
    if data["title"] is not None:
        return escaped(data["title"])
    return screen.pick(language, "The code says", "В коде записано") if data["number"] is not None else ""


def _rows(data: dict[str, Any], verdict: Verdict, language: str) -> Iterator[Row]:
    """Yield what the code says, as far as the verdict lets it be shown."""
    if data["number"] is None:
        yield Row("", screen.pick(language, *_HIDDEN))
        return
    russian = language == "ru"
    for one in data["fields"] or ():
        yield Row(escaped(one["label"]), escaped(one["text"]))
    yield Row("№" if russian else "No.", escaped(data["number"]))
    yield Row("Дата выдачи" if russian else "Issued", words.day_text(verdict.issued, language))
    yield from _school_rows(data["school"], russian=russian)
    contents, table = verdict.contents(language), None
    for mark in contents.marks if contents else ():
        if mark.table != table:
            table = mark.table
            yield Row(escaped(mark.label), "")
        yield Row(escaped(mark.subject), escaped(mark.text), mark=True)


_HIDDEN: Final = (
    "What it says is not shown: nobody vouches for it",
    "Содержание не показано: за него никто не ручается",
)


def _school_rows(school: dict[str, Any] | None, *, russian: bool) -> Iterator[Row]:
    if school is None:
        return
    yield Row("Школа" if russian else "School", escaped(school["name"]))
    if school["name_now"] != school["name"]:
        yield Row("Школа сейчас" if russian else "The school now", escaped(school["name_now"]))
    if school["successor"] is not None:
        yield Row("Преемник" if russian else "Its successor", escaped(school["successor"]["name"]))
    if school["archive"] is not None:
        yield Row("Архив" if russian else "Its archive", escaped(school["archive"]))


def _others(
    verdict: Verdict, others: list[dict[str, Any]], request: checking.Request, language: str
) -> Iterator[tuple[str, str]]:
    """Yield sign and line of what other lists say of the same paper."""
    for one, data in zip(verdict.others, others, strict=True):
        status = request.exit_status(one)
        only_test = status != one.exit_status
        name = escaped(data["list"]["authority"]) if data["list"] else "?"
        yield (
            shapes.OF_STATUS[status],
            f"{name}: {words.headline(one.code, language, only_test=only_test)}",
        )


def _list_lines(request: checking.Request, language: str) -> Iterator[str]:
    today = wire.to_day(request.at or request.now)
    for trust in request.lists:
        yield _list_line(trust, today, language)
    if not request.lists:
        yield screen.pick(
            language,
            "You have no list yet: qrcert trust add LIST",
            "Списка ещё нет: qrcert trust add СПИСОК",
        )


def _list_line(trust: VerifiedList, today: int, language: str) -> str:
    """Return whose list it is, of which day, and how old."""
    name, day = escaped(trust.authority), words.day_text(trust.issued, language)
    age = max(0, today - trust.issued)
    return screen.pick(
        language,
        f"List: {name}, {day}, {screen.plural(age, 'day')} old",
        f"Список: {name}, {day}, дней: {age}",
    )
