"""How certificates of the register are told: a line of a list, the whole story of one, data for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final

from qrcert import issue, text
from qrcert.cli import russian, screen
from qrcert.cli.forms import FormSource, find_form
from qrcert.cli.papers import state_line
from qrcert.errors import QrcertError
from qrcert.form import shipped_forms
from qrcert.issue.book import Kind, Row
from qrcert.register import AuditReport, Batch, Entry, Event, Query, Restored
from qrcert.trust import hex_groups

_TOLD: Final = 5  # batches that are listed

_ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "issue": ("issued", "выдан"),
    "mend": ("office fields brought up to date", "сведения канцелярии исправлены"),
    "withdraw": ("withdrawn", "отозван"),
    "void": ("void", "погашен"),
    "restore": ("withdrawal lifted", "отзыв снят"),
    "replace": ("replaced", "заменён"),
    "reprint": ("printed again", "отпечатан ещё раз"),
    "recovery": ("recovered from paper", "восстановлен по бумаге"),
}


class KindsHere:
    """The forms at hand: that of a file or id which was named, the shipped ones, those of the published list."""

    def __init__(self, office: issue.Office, wanted: str | None) -> None:
        self._office = office
        self.named = None if wanted is None else self._named(wanted)

    def __call__(self, form: bytes) -> Kind | None:
        """Return the form with this hash, None where nobody here has it."""
        if self.named is not None and self.named.form.hash == form:
            return self.named
        return _shipped().get(form) or self._listed(form)

    @staticmethod
    def of_file(wanted: str) -> FormSource:
        """Return a form by its file or id."""
        return find_form(wanted)

    @staticmethod
    def _named(wanted: str) -> Kind | None:
        with suppress(QrcertError):  # an id of the past still chooses certificates
            found = find_form(wanted)
            return Kind(found.form, found.office)
        return None

    def _listed(self, form: bytes) -> Kind | None:
        with suppress(QrcertError):
            found = self._office.published_list().form(form)
            return None if found is None else Kind(found)
        return None


@cache
def _shipped() -> Mapping[bytes, Kind]:
    found = [find_form(name) for name in shipped_forms()]
    return {one.form.hash: Kind(one.form, one.office) for one in found}


def as_line(entry: Entry, language: str) -> str:
    """Return a certificate as one line of a list."""
    part = f"/{entry.part}" if entry.part else ""
    state = "" if entry.status == "live" else f"  ({state_line(entry.status, language)})"
    number, holder = text.escaped(entry.number), text.escaped(entry.holder)
    return f"{entry.id:>6}  {number}{part}  {entry.issued}  {entry.form_id:<16}  {holder}{state}"


def chosen_line(query: Query, language: str) -> str:
    """Return what was chosen of the register, for the head of its book."""
    parts = [
        (query.year, ("year", "год")),
        (query.form_id, ("form", "форма")),
        (query.batch, ("batch", "партия")),
        (query.number, ("number", "номер")),
        (query.holder, ("name", "имя")),
    ]
    told = [f"{screen.pick(language, *name)}: {value}" for value, name in parts if value is not None]
    if query.status is not None:
        told.append(state_line(query.status, language))
    return ", ".join(told) or screen.pick(language, "all certificates", "все документы")


def story(row: Row, history: Sequence[Event], language: str) -> Iterator[str]:
    """Yield the lines that tell everything about a certificate."""
    entry = row.entry
    number = screen.pick(language, "No.", "№")
    yield f"{number} {text.escaped(entry.number)}, {state_line(entry.status, language)}"
    pairs = [
        (("record", "запись"), str(row.record)),
        (("holder", "кому"), text.escaped(entry.holder)),
        (("issued", "выдан"), entry.issued.isoformat()),
        (("form", "форма"), entry.form_id + (f", {entry.part}" if entry.part else "")),
        (("batch", "партия"), f"{entry.batch}, {entry.position}"),
        (("key", "ключ"), hex_groups(entry.kid)),
        (("digest", "отпечаток"), entry.digest.hex()),
    ]
    for other, names in (
        (row.replaces, ("in place of", "взамен")),
        (row.replaced_by, ("replaced by", "заменён на")),
    ):
        if other is not None:
            pairs.append((names, f"{other.id}, {number} {text.escaped(other.number)}, {other.issued}"))
    for (en, ru), value in pairs:
        yield f"  {screen.pick(language, en, ru):<14} {value}"
    yield from _contents(row, language)
    for event in history:
        yield _event(event, language)
    yield ""


def _contents(row: Row, language: str) -> Iterator[str]:
    contents = row.contents(language)
    if contents is None:
        yield screen.pick(
            language,
            "  ! its form is not known here: --form FILE shows what it says",
            "  ! форма здесь неизвестна: содержание покажет --form ФАЙЛ",
        )
    else:
        for field in contents.fields:
            yield f"  {text.escaped(field.label)}: {text.escaped(field.text)}"
        for mark in contents.marks:
            yield f"    {text.escaped(mark.subject)}: {text.escaped(mark.text)}"
    own = row.kind.office.fields if row.kind is not None and row.kind.office is not None else ()
    labels = {one.name: one.label.in_language(language) for one in own}
    for name, value in row.entry.office.items():
        yield f"  {text.escaped(labels.get(name, name))}: {text.escaped(str(value))}"


def _event(event: Event, language: str) -> str:
    said = screen.pick(language, *_ACTS.get(event.act, (event.act, event.act)))
    at = event.at.strftime("%Y-%m-%d %H:%M UTC")
    told = [str(event.detail[name]) for name in ("reason", "detail") if event.detail.get(name)]
    return f"  {at}  {text.escaped(': '.join([said, *told]))}"


def as_data(entry: Entry, row: Row | None = None, history: Sequence[Event] = ()) -> dict[str, Any]:
    """Return a certificate for machines; with its ``row``, also what it says, its links and its history."""
    data: dict[str, Any] = {
        "record": entry.id,
        "number": entry.number,
        "part": entry.part or None,
        "holder": entry.holder,
        "form": entry.form_id,
        "issued": entry.issued.isoformat(),
        "status": entry.status,
        "kind": entry.kind,
        "changed": entry.changed.isoformat() if entry.changed else None,
        "reason": entry.reason or None,
        "replaces": entry.replaces,
        "batch": entry.batch,
        "position": entry.position,
        "key": entry.kid.hex(),
        "digest": entry.digest.hex(),
        "office": dict(entry.office),
        "printed": dict(entry.printed),
    }
    if row is None:
        return data
    contents = row.contents("en")
    data["replaced_by"] = row.replaced_by.id if row.replaced_by else None
    data["fields"] = contents and {one.name: one.value for one in contents.fields}
    data["marks"] = contents and [
        {"table": one.table, "subject": one.row, "mark": one.mark, "cells": one.cells}
        for one in contents.marks
    ]
    data["history"] = [
        {"at": one.at.isoformat(), "act": one.act, "detail": dict(one.detail)} for one in history
    ]
    return data


def audit_lines(report: AuditReport, manifests: int, language: str) -> Iterator[str]:
    """Yield what the audit found."""
    yield screen.pick(language, f"audit rows: {report.count}", f"строк журнала: {report.count}")
    yield screen.pick(language, f"  head {hex_groups(report.head)}", f"  конец {hex_groups(report.head)}")
    for fault in report.faults:
        said = russian.line(fault.message) if language == "ru" else fault.message
        yield f"  ! {text.escaped(said)}"
    if report.faults:
        count = len(report.faults)
        yield screen.pick(
            language,
            f"changed behind the register's back: {screen.plural(count, 'place')}",
            f"изменено в обход книги, мест: {count}",
        )
    elif manifests:
        yield screen.pick(
            language,
            f"nothing was changed; manifests that fit: {manifests}",
            f"ничего не изменено; описей сошлось: {manifests}",
        )
    else:
        yield screen.pick(
            language,
            "nothing was changed; name manifests kept elsewhere to see that nothing was cut off",
            "ничего не изменено; назовите описи, хранимые отдельно: они покажут, не отрезан ли конец",
        )


def restored_lines(done: Restored, language: str) -> Iterator[str]:
    """Yield what became of the register that a backup took the place of."""
    if done.kept is None:
        return
    shown = text.escaped(str(done.kept))
    yield screen.pick(
        language, f"  what was there is kept as {shown}", f"  прежняя книга сохранена как {shown}"
    )
    if done.damaged:
        yield screen.pick(
            language,
            "  it was damaged: what was issued since the backup is missing; see qrcert recover --help",
            "  она повреждена: выданного после копии в книге нет; см. qrcert recover --help",
        )
    if done.lost:
        yield screen.pick(
            language,
            f"  only there: {screen.plural(len(done.lost), 'certificate')} issued since the backup",
            f"  только в ней: документов, выданных после копии: {len(done.lost)}",
        )
    elif done.changes:
        yield screen.pick(
            language,
            "  only there: changes since the backup, such as withdrawals",
            "  только в ней: изменения после копии, например отзывы",
        )


def restoration_line(event: Event, language: str) -> str:
    """Return when the register was brought back from a backup, and how many certificates were dropped."""
    dropped, name = event.detail.get("dropped", 0), text.escaped(str(event.detail.get("backup", "")))
    return screen.pick(
        language,
        f"  restored on {event.at:%Y-%m-%d} from {name}; certificates dropped: {dropped}",
        f"  восстановлена {event.at:%Y-%m-%d} из {name}; отброшено документов: {dropped}",
    )


def unfinished_lines(batches: Sequence[Batch], language: str) -> Iterator[str]:
    """Yield the batches that were signed and whose pages were never finished, and what to do."""
    for one in batches[-_TOLD:]:
        where = f"{one.issued}, {text.escaped(one.source)}: {one.count}"
        yield screen.pick(
            language,
            f"batch {one.id} ({where}) is signed, but its pages were not finished: qrcert reprint --batch {one.id}",
            f"партия {one.id} ({where}) подписана, но не допечатана: qrcert reprint --batch {one.id}",
        )
    if more := len(batches[:-_TOLD]):
        yield screen.pick(
            language, f"and {more} older ones: qrcert register show", f"и ещё {more}: qrcert register show"
        )
