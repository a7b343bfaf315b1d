"""The words of what is told beside a verdict: what differs from the code, what was not looked at, other parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from qrcert.checking.comparing import HOLDER, ISSUED, NUMBER, Difference
from qrcert.checking.findings import Finding, Remark
from qrcert.decode import Verdict
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

_OTHER_PARTS: Final = (
    "This is the {own}. To it belongs: {others}",
    "Это {own}. К документу относится ещё: {others}",
)

_NOTHING: Final = ("nothing", "ничего")
_NAMES: Final = {
    NUMBER: ("the number", "номер"),
    HOLDER: ("the name", "имя"),
    ISSUED: ("the day of issue", "дата выдачи"),
    "text": ("the answer", "ответ"),
}

WARNINGS: Final = tuple(_SENTENCES)


def warnings(finding: Finding, language: str) -> tuple[str, ...]:
    """Return what a person should know beside the verdict, a sentence each; foreign text in it is escaped."""
    return tuple(
        " ".join((_sentence(remark, language), "; ".join(_values(remark, language)))).strip()
        for remark in finding.remarks
        if remark.code in _SENTENCES
    )


def lines(finding: Finding, language: str) -> Iterator[str]:
    """Yield the same as lines for a screen, each value on its own."""
    for remark in finding.remarks:
        if remark.code in _SENTENCES:
            yield f"! {_sentence(remark, language)}"
            yield from (f"  {one}" for one in _values(remark, language))
        if remark.code in _ADVICE:
            yield f"  {_choose(_ADVICE[remark.code], language)}"


def hints(finding: Finding, language: str) -> tuple[str, ...]:
    """Return the line that names the other parts of the certificate, where this file does not hold them."""
    return tuple(
        _other_parts(finding.verdict, remark.parts, language)
        for remark in finding.remarks
        if remark.code == "other_parts"
    )


def _other_parts(verdict: Verdict, parts: Iterable[int], language: str) -> str:
    assert verdict.form is not None
    assert verdict.claims is not None
    assert verdict.claims.part is not None
    titles = [part.in_language(language) for part in verdict.form.parts]
    others = ", ".join(titles[part - 1] for part in parts)
    own = titles[verdict.claims.part - 1]
    return escaped(_choose(_OTHER_PARTS, language).format(own=own, others=others))


def _sentence(remark: Remark, language: str) -> str:
    return _choose(_SENTENCES[remark.code], language).format(count=remark.count, pages=_pages(remark.pages))


def _values(remark: Remark, language: str) -> Iterator[str]:
    """Yield each value that differs: what it is, what stands where."""
    for one in remark.differences:
        said = _choose(_VALUES[remark.code], language)
        what = _choose(_NAMES[one.name], language) if one.name in _NAMES else escaped(one.label)
        yield f"{what}: {said.format(found=_shown(one.found, language), code=_shown(one.code, language))}"


def _shown(value: str, language: str) -> str:
    return f"«{escaped(value)}»" if value else _choose(_NOTHING, language)


def _pages(pages: Iterable[int]) -> str:
    """Return page numbers, runs of them as ``4-40``."""
    spans = []
    for _, group in groupby(enumerate(pages), key=lambda pair: pair[1] - pair[0]):
        run = [page for _, page in group]
        spans.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(spans)


def as_data(difference: Difference) -> dict[str, str]:
    """Return a difference ready for JSON."""
    return {
        "where": difference.where,
        "name": difference.name,
        "label": difference.label,
        "code": difference.code,
        "found": difference.found,
    }


def _choose(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language == "ru" else pair[0]
