"""The words of what is told beside a verdict: what differs from the code, what was not looked at, other parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from qrcert.checking import words
from qrcert.checking.comparing import (
    ANSWER,
    FORM,
    HOLDER,
    ISSUED,
    NUMBER,
    SCHOOL,
    TEXT,
    WHICH_PART,
    Difference,
)
from qrcert.checking.findings import Finding, Remark
from qrcert.text import escaped

_SENTENCES: Final = {
    "print": (
        "The printed text differs from the code. The code is right:",
        "Напечатанный текст расходится с кодом. Верен код:",
    ),
    "attachment": (
        "The text attached to the file differs from the code on the page. The code is right:",
        "Приложенный к файлу текст расходится с кодом на странице. Верен код:",
    ),
    "parts": (
        "The parts of the certificate do not belong together:",
        "Части документа не подходят друг к другу:",
    ),
    "only_attached": (
        "This is what the text attached to the file says; no code could be read on its pages, and what is printed "
        "there was not compared.",
        "Так говорит текст, приложенный к файлу; кода на его страницах прочитать не удалось, и напечатанное "
        "не сверялось.",
    ),
    "not_shown": (
        "The file also carries the texts of certificates that stand on none of its pages: {count}",
        "К файлу приложены и тексты документов, которых на его страницах нет: {count}",
    ),
    "hasty": (
        "For want of time only a quick look was taken at these pages: {pages}",
        "Не хватило времени, и эти страницы просмотрены лишь бегло: {pages}",
    ),
}

_ADVICE: Final = {
    "hasty": (
        "If a code may be there, give the file more time: --seconds 60",
        "Если код может быть там, дайте файлу больше времени: --seconds 60",
    ),
}

_VALUES: Final = {
    "print": ("printed {found}, in the code {code}", "напечатано {found}, в коде {code}"),
    "attachment": ("attached {found}, in the code {code}", "приложено {found}, в коде {code}"),
    "parts": ("{code} and {found}", "{code} и {found}"),
}

_OWN_PART: Final = ("This is the {own}.", "Это {own}.")
_OTHER_PARTS: Final = ("To it belongs: {others}", "К документу относится ещё: {others}")

_NOTHING: Final = ("nothing", "ничего")
_ANSWERS: Final = {
    "unreadable": ("damaged", "повреждён"),
    "unsupported": ("by rules not known here", "по неизвестным правилам"),
    "unknown_school": ("a school that is not in the list", "школы нет в списке"),
    "unknown_form": ("a kind that is not in the list", "вида нет в списке"),
    "check_clock": ("a date that does not fit", "дата не согласуется"),
}
"""The answers whose headlines are alike: that it cannot be told."""

_NAMES: Final = {
    NUMBER: ("the number", "номер"),
    HOLDER: ("the name", "имя"),
    ISSUED: ("the day of issue", "дата выдачи"),
    FORM: ("the kind", "вид документа"),
    SCHOOL: ("the school", "школа"),
    WHICH_PART: ("the part", "часть"),
    ANSWER: ("the answer", "ответ"),
    TEXT: ("the text of the code", "текст кода"),
}


def warnings(finding: Finding, language: str) -> tuple[str, ...]:
    """Return what a person should know beside the verdict, a sentence each; foreign text in it is escaped."""
    return tuple(
        " ".join((_sentence(remark, language), "; ".join(_values(finding, remark, language)))).strip()
        for remark in finding.remarks
        if remark.code in _SENTENCES
    )


def lines(finding: Finding, language: str) -> Iterator[str]:
    """Yield the same as lines for a screen, each value on its own."""
    for remark in finding.remarks:
        if remark.code in _SENTENCES:
            yield f"! {_sentence(remark, language)}"
            yield from (f"  {one}" for one in _values(finding, remark, language))
        if remark.code in _ADVICE:
            yield f"  {_choose(_ADVICE[remark.code], language)}"


def hints(finding: Finding, language: str) -> tuple[str, ...]:
    """Return the line that names the other parts of the certificate, where this file does not hold them."""
    verdict, others = finding.verdict, other_parts(finding, language)
    if not others or verdict.form is None or verdict.claims is None or verdict.claims.part is None:
        return ()
    own = escaped(verdict.form.parts[verdict.claims.part - 1].in_language(language))
    return (f"{_choose(_OWN_PART, language).format(own=own)} {belonging(others.values(), language)}",)


def other_parts(finding: Finding, language: str) -> dict[int, str]:
    """Return number and name of each part of the certificate that is not at hand."""
    form = finding.verdict.form
    missing = [part for remark in finding.remarks if remark.code == "other_parts" for part in remark.parts]
    return {part: form.parts[part - 1].in_language(language) for part in missing} if form else {}


def belonging(names: Iterable[str], language: str) -> str:
    """Return the sentence that these parts belong to the certificate too."""
    return _choose(_OTHER_PARTS, language).format(others=", ".join(map(escaped, names)))


def _sentence(remark: Remark, language: str) -> str:
    return _choose(_SENTENCES[remark.code], language).format(count=remark.count, pages=_pages(remark.pages))


def _values(finding: Finding, remark: Remark, language: str) -> Iterator[str]:
    """Yield each value that differs: what it is, what stands where."""
    for one in remark.differences:
        said = _choose(_VALUES[remark.code], language)
        found, code = (_shown(one, value, language) for value in (one.found, one.code))
        yield f"{_name(finding, one, language)}: {said.format(found=found, code=code)}"


def _name(finding: Finding, one: Difference, language: str) -> str:
    """Return what differs: in our words, or as the form labels it where a field has that very name."""
    form = finding.verdict.form
    named = one.name in _NAMES and not (one.label and form is not None and form.field(one.name))
    return _choose(_NAMES[one.name], language) if named else escaped(one.label)


def _shown(one: Difference, value: str, language: str) -> str:
    if not value:
        return _choose(_NOTHING, language)
    said = value
    if one.name == ANSWER and not one.label:
        said = _choose(_ANSWERS[value], language) if value in _ANSWERS else words.headline(value, language)
    return f"«{escaped(said)}»"


def _pages(pages: Iterable[int]) -> str:
    """Return page numbers, runs of them as ``4-40``."""
    spans = []
    for _, group in groupby(enumerate(pages), key=lambda pair: pair[1] - pair[0]):
        run = [page for _, page in group]
        spans.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(spans)


def as_data(difference: Difference, language: str) -> dict[str, str]:
    """Return a difference ready for JSON; what has no label in the document has one in ``language``."""
    return {
        "where": difference.where,
        "name": difference.name,
        "label": difference.label or _choose(_NAMES[difference.name], language),
        "code": difference.code,
        "found": difference.found,
    }


def _choose(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language == "ru" else pair[0]
