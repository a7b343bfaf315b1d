"""What those who issue know of a form beside it, never in a code, a hash or a trust list.

Other headings, plausible ages, rules, fields that only the register keeps, the sentences of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from functools import partial
from typing import Any

from qrcert.errors import FormError
from qrcert.form.columns import Cell
from qrcert.form.kinds import Choice
from qrcert.form.model import Form
from qrcert.form.sentences import (
    HOLDER,
    PLACE,
    RECORDED,
    SCHOOL,
    STATES,
    STATUS,
    Hole,
    Line,
    Template,
    chosen,
)
from qrcert.form.wording import Item, Text, quoted, quoted_ru


@dataclass(frozen=True, slots=True)
class OfficeField:
    """A field that only the register keeps: one of ``items``, or any text where there are none.

    ``ends`` gives for a field of the form the endings that tell the item: ``ич`` of a patronymic, ``на``.
    """

    name: str
    label: Text
    items: tuple[Item, ...]
    ends: Mapping[str, tuple[tuple[str, ...], ...]]

    def pack(self, value: object) -> str:
        """Return what the register keeps for ``value``: an item's word, or the text; raise `FormError`."""
        if self.items:
            return self.items[Choice(self.items).pack(value)].word
        if isinstance(value, str) and value.strip():
            return value.strip()
        raise FormError(
            f"{quoted(value)} is not a text", ru=f"{quoted_ru(value)} — не текст", field=self.name
        )

    def guess(self, values: Mapping[str, object]) -> str | None:
        """Return the item that the endings of other fields tell, or None where none or several do."""
        found = {
            index
            for name, groups in self.ends.items()
            for index, endings in enumerate(groups)
            if isinstance(value := values.get(name), str) and value.casefold().endswith(endings)
        }
        return self.items[found.pop()].word if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Rule:
    """Where every field of ``given`` has its value, each row of ``tables`` begins with one of these cells."""

    given: Mapping[str, object]
    tables: Mapping[str, tuple[Cell, ...]]

    def faults(self, values: Mapping[str, Any]) -> list[FormError]:
        """Return a fault for each row that the rule does not allow."""
        if any(values.get(name) != value for name, value in self.given.items()):
            return []
        en = ", ".join(f"{name} {value!r}" for name, value in self.given.items())
        ru = ", ".join(f"«{value}»" for value in self.given.values())
        faults = []
        for name, allowed in self.tables.items():
            for row, cell in map(_first_cell, values.get(name) or ()):
                if cell not in allowed:
                    words = " / ".join(map(str, allowed))
                    faults.append(
                        FormError(
                            f"{quoted(cell)} does not go with {en}, only {words}",
                            ru=f"{quoted_ru(cell)} не сочетается с {ru}, только {words}",
                            field=name,
                            row=row,
                        )
                    )
        return faults


@dataclass(frozen=True, slots=True)
class Export:
    """A sheet that some office elsewhere wants: ``columns`` are a heading and what stands below it."""

    title: Text | None
    columns: tuple[tuple[str, Template], ...]


@dataclass(frozen=True, slots=True)
class Office:
    """The office's part of a form; empty for a form without one.

    ``also`` maps other headings to those of the form, ``ages`` date fields to plausible years of age on the day
    of issue, ``texts`` languages to the lines of the page, ``exports`` names to sheets for other offices.
    """

    also: Mapping[str, str]
    ages: Mapping[str, tuple[int, int]]
    rules: tuple[Rule, ...]
    fields: tuple[OfficeField, ...]
    texts: Mapping[str, tuple[Template, ...]]
    exports: Mapping[str, Export] = attribute(default_factory=dict)

    def field(self, name: str) -> OfficeField | None:
        """Return the field called ``name``, or None."""
        return next((one for one in self.fields if one.name == name), None)

    def faults(self, values: Mapping[str, Any], *, issued: date) -> list[FormError]:
        """Return what is implausible in ``values``: ages, and rows that break a rule.

        ``values`` are `Form.values`, with the office's own fields among them where rules ask for those. Each
        fault names its field, and its row where it has one.
        """
        faults = []
        for name, (low, high) in self.ages.items():
            if name in values:
                youngest, oldest = _ages(values[name], issued)
                if oldest < low or youngest > high:
                    faults.append(
                        FormError(
                            f"{values[name]} makes the age {youngest}, expected {low}..{high}",
                            ru=f"{values[name]}: возраст получается {youngest}, ожидается {low}..{high}",
                            field=name,
                        )
                    )
        for rule in self.rules:
            faults += rule.faults(values)
        return faults

    def sentences(
        self,
        form: Form,
        wire: Mapping[int, Any],
        *,
        language: str,
        entries: Mapping[str, str] | None = None,
        school: str | None = None,
        place: str | None = None,
    ) -> tuple[Line, ...]:
        """Return the lines of the page, filled; in the document's language where there are none in ``language``.

        ``wire`` are the checked fields by label, ``entries`` what the register keeps of the office's fields.
        """
        if language not in self.texts:
            language = form.language if form.language in self.texts else next(iter(self.texts), language)
        special = {HOLDER: form.holder(wire), SCHOOL: school, PLACE: place}
        fill = partial(self._fill, form, wire, language=language, entries=entries or {}, special=special)
        holders = {one.name for one in form.fields if one.holder}
        lines = [template.filled(fill, holders=holders) for template in self.texts.get(language, ())]
        return tuple([line for line in lines if line is not None])

    def export(
        self,
        name: str,
        form: Form,
        wire: Mapping[int, Any],
        *,
        entries: Mapping[str, str],
        special: Mapping[str, str | None],
    ) -> tuple[str, ...]:
        """Return a row of the sheet ``name``, a text for each of its columns, in the document's language.

        ``wire`` and ``entries`` are as for `sentences`; ``special`` has what neither form nor office fields know:
        the names of `qrcert.form.SPECIAL`, ``status`` one of `qrcert.form.STATES`.
        """
        fill = partial(self._fill, form, wire, language=form.language, entries=entries, special=special)
        lines = [template.filled(fill) for _, template in self.exports[name].columns]
        return tuple(["" if line is None else line.text for line in lines])

    def _fill(
        self,
        form: Form,
        wire: Mapping[int, Any],
        hole: Hole,
        *,
        language: str,
        entries: Mapping[str, str],
        special: Mapping[str, str | None],
    ) -> str | None:
        """Return what fills a hole: a field of the form, else of the office, else what only the caller knows."""
        own = self.field(hole.name)
        if form.field(hole.name) is not None:
            return _from_form(form, wire, hole, language)
        if own is not None:
            return _from_office(own, entries.get(hole.name), hole, language)
        value = special.get(hole.name) or None
        if not hole.words:
            return value
        if hole.name == STATUS:
            return chosen(hole.words, STATES.index(value) if value in STATES else None)
        return chosen(hole.words, 0 if value is not None and hole.name in RECORDED else None)


def _from_form(form: Form, wire: Mapping[int, Any], hole: Hole, language: str) -> str | None:
    """Return what a field of the form puts into a hole."""
    one = form.field(hole.name)
    assert one is not None
    value = wire.get(one.key)
    if hole.words:
        return chosen(hole.words, value if isinstance(one.kind, Choice) else None)
    if value is None:
        return None
    return one.kind.long(value, language) if hole.long else one.kind.brief(value, language)


def _from_office(own: OfficeField, entry: str | None, hole: Hole, language: str) -> str | None:
    """Return what a field of the office puts into a hole."""
    words = [item.word for item in own.items]
    index = words.index(entry) if entry in words else None
    if hole.words:
        return chosen(hole.words, index)
    return entry or None if index is None else own.items[index].brief(language)


def _first_cell(row: Any) -> tuple[str, Cell]:
    """Return name and first cell of a row as `Form.values` gives it."""
    return (row["free"], row["cells"][0]) if isinstance(row, Mapping) else (row[0], row[1])


def _ages(born: str, day: date) -> tuple[int, int]:
    """Return the least and the greatest age in whole years on ``day`` that an ISO date, or part of it, allows."""
    year, *rest = map(int, born.split("-"))
    latest, earliest = (*rest, *(12, 31)[len(rest) :]), (*rest, *(1, 1)[len(rest) :])
    reached = day.month, day.day
    return day.year - year - (reached < latest), day.year - year - (reached < earliest)
