"""A form as it is used: packing values, checking what is on the wire, showing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any, NamedTuple

from qrcert.errors import FormError
from qrcert.form.alphabet import is_sound
from qrcert.form.columns import Cell
from qrcert.form.dates import Date
from qrcert.form.kinds import Kind, Value, Wire
from qrcert.form.tables import Table
from qrcert.form.wording import Text, quoted, quoted_ru

MAX_NUMBER_LENGTH = 32
"""Code points of a certificate's number where the form does not make it an integer."""

HOLE = re.compile(r"( ?)\{([a-z0-9_]+)\}")
"""A field's place in a title, with the blank that vanishes together with an absent field."""

_ABSENT: tuple[object, ...] = (None, "", [], ())


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: ``key`` is its label on the wire, 1..23; ``part`` is None where every part has it."""

    key: int
    name: str
    label: Text
    kind: Kind
    holder: bool = False
    required: bool = False
    part: int | None = None

    def pack(self, value: object) -> Wire:
        """Return the wire value of ``value``; raise `FormError` that names this field.

        Takes what `Form.values` gives: a text; a number as int, Decimal, float or text; a date as `date` or
        ``2008-05-17``, ``17.05.2008``; a choice by its word in any language; a table as
        ``[[row, cell, …], {"free": text, "cells": […]}, …]``.
        """
        try:
            return self.kind.pack(value)
        except FormError as error:
            error.field = self.name
            for fault in error.faults:
                fault.field = self.name
            raise


@dataclass(frozen=True, slots=True)
class Shown:
    """A filled field: ``value`` is the same in every language, ``text`` is for a person."""

    name: str
    label: str
    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of a table: ``subject`` as printed, ``mark`` and ``text`` its first cell and all of them written out.

    ``table`` and ``label`` name the table; ``row`` is the subject in the document's language; ``cells`` holds a
    value a column (None = empty), the same in every language, and ``texts`` each of them for a person.
    """

    table: str
    label: str
    subject: str
    mark: Cell
    text: str
    cells: tuple[Cell, ...]
    texts: tuple[str, ...]
    row: str
    free: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What a certificate says, in ``language``: fields in the form's order but tables, then the tables' rows.

    Texts are as they were signed; whether they may be shown is for the caller to see.
    """

    title: str
    part: str | None
    language: str
    fields: tuple[Shown, ...]
    marks: tuple[Mark, ...]


class _Plan(NamedTuple):
    """What `Form.check` needs for one part: a check a label, labels that must be there, labels of the holder."""

    checks: Mapping[int, Callable[[object], None]]
    required: frozenset[int]
    holders: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One kind of certificate. ``languages`` has the document's language first, then those of translations.

    ``hash`` is what certificates name the form by; ``digits`` is None where numbers are texts; ``parts`` is
    empty where one code carries all. Made by `qrcert.form.read_form`.
    """

    hash: bytes
    id: str
    edition: int
    languages: tuple[str, ...]
    title: Text
    fields: tuple[Field, ...]
    parts: tuple[Text, ...] = ()
    digits: int | None = None
    _plans: dict[int | None, _Plan] = attribute(init=False, repr=False, compare=False)
    _ends: tuple[int, ...] = attribute(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (None, *range(1, len(self.parts) + 1))
        object.__setattr__(self, "_plans", {part: self._plan(part) for part in parts})
        ends = (one.key for one in self.fields if isinstance(one.kind, Date) and one.kind.until)
        object.__setattr__(self, "_ends", tuple(ends))

    def _plan(self, part: int | None) -> _Plan:
        fields = self.of_part(part)
        return _Plan(
            {one.key: one.kind.check for one in fields},
            frozenset(one.key for one in fields if one.required),
            frozenset(one.key for one in fields if one.holder),
        )

    @property
    def language(self) -> str:
        """The document's language."""
        return self.languages[0]

    def field(self, name: str) -> Field | None:
        """Return the field called ``name``, or None."""
        return next((one for one in self.fields if one.name == name), None)

    def of_part(self, part: int | None) -> tuple[Field, ...]:
        """Return the fields that the code of ``part`` carries; None is the code that carries all."""
        if part is None:
            return self.fields
        return tuple(one for one in self.fields if one.part in (None, part))

    # on the wire

    def check(self, wire: Mapping[int, object], part: int | None) -> None:
        """Raise `FormError` unless the fields of a certificate, by label 1..23, obey the form.

        ``part`` is the part that the certificate names, None if it names none.
        """
        plan = self._plans.get(part)
        if plan is None:
            raise FormError(f"part {part} of a form with {len(self.parts)} parts")
        checks, required, holders = plan
        for key, value in wire.items():
            check = checks.get(key)
            if check is None:
                raise FormError(f"label {key} is no field of the form, or of another part")
            try:
                check(value)
            except FormError as error:
                name = self.fields[key - 1].name
                raise FormError(f"{name}: {error}", field=name) from error
        if not wire.keys() >= required:
            missing = self.fields[min(required - wire.keys()) - 1].name
            raise FormError(f"{missing} is required", field=missing)
        if holders.isdisjoint(wire):
            raise FormError("no field names the holder")

    def check_number(self, number: object) -> None:
        """Raise `FormError` unless a certificate's number on the wire is of the form's kind."""
        if self.digits is not None:
            if type(number) is not int or not 0 <= number < 10**self.digits:
                raise FormError(f"the number is not an integer of {self.digits} digits")
        elif type(number) is not str or not 1 <= len(number) <= MAX_NUMBER_LENGTH:
            raise FormError(f"the number is not a text of 1..{MAX_NUMBER_LENGTH}")

    def pack(self, values: Mapping[str, object], *, part: int | None = None) -> dict[int, Wire]:
        """Return the wire values by label of a certificate's fields, given by name.

        None, an empty text and an empty table are absent. Fields of other parts than ``part`` are left out, so
        one row of a class list makes every code. Raises `FormError` with one fault for each thing wrong.
        """
        if part not in self._plans:
            raise FormError(f"part {part} of a form with {len(self.parts)} parts")
        faults = [
            FormError("no such field in the form", ru="такого поля в форме нет", field=name)
            for name in values
            if self.field(name) is None
        ]
        wire: dict[int, Wire] = {}
        for one in self.of_part(part):
            value = values.get(one.name)
            if value not in _ABSENT:
                try:
                    wire[one.key] = one.pack(value)
                except FormError as error:
                    faults += error.faults or (error,)
            elif one.required:
                faults.append(FormError("is required", ru="не заполнено", field=one.name))
        if self._plans[part].holders.isdisjoint(wire) and not faults:
            name = next(one.name for one in self.fields if one.holder)
            faults.append(FormError("nothing names the holder", ru="не указано, кому выдан", field=name))
        if faults:
            raise _together(faults)
        return wire

    def pack_number(self, number: str | int) -> int | str:
        """Return a certificate's number as it stands on the wire; raise `FormError` for one the form cannot have.

        Blanks between the digits are for the eye. A text needs all its zeros; an int is given without them.
        """
        if self.digits is None:
            if (
                not isinstance(number, str)
                or not 1 <= len(number) <= MAX_NUMBER_LENGTH
                or not is_sound(number)
            ):
                raise FormError(
                    f"{quoted(number)} is not a number of 1..{MAX_NUMBER_LENGTH} characters",
                    ru=f"{quoted_ru(number)}: в номере должно быть знаков 1..{MAX_NUMBER_LENGTH}",
                )
            return number
        written = f"{number:0{self.digits}d}" if type(number) is int else "".join(str(number).split())
        if len(written) != self.digits or not (written.isascii() and written.isdigit()):
            raise FormError(
                f"{quoted(number)} is not a number of {self.digits} digits",
                ru=f"{quoted_ru(number)}: в номере должно быть цифр {self.digits}",
            )
        return int(written)

    def number_text(self, number: int | str) -> str:
        """Return a certificate's number as printed, with its zeros."""
        return f"{number:0{self.digits or 1}d}" if isinstance(number, int) else number

    # what a checked certificate says

    def until(self, wire: Mapping[int, Any]) -> int | None:
        """Return the certificate's own last day (days since 1970-01-01), or None if it has none."""
        return min((wire[key] for key in self._ends if key in wire), default=None) if self._ends else None

    @property
    def in_title(self) -> frozenset[str]:
        """The names of the fields that the title holds."""
        return frozenset(hole[2] for hole in HOLE.finditer(self.title.in_language(self.language)))

    def values(self, wire: Mapping[int, Any]) -> dict[str, Value]:
        """Return the values by name, as `pack` takes them: texts, numbers, ISO dates, words, lists of rows."""
        return {one.name: one.kind.value(wire[one.key]) for one in self.fields if one.key in wire}

    def holder(self, wire: Mapping[int, Any]) -> str:
        """Return the name of the person, its fields joined by blanks."""
        named = [one for one in self.fields if one.holder and one.key in wire]
        return " ".join(one.kind.brief(wire[one.key], self.language) for one in named)

    def show(self, wire: Mapping[int, Any], *, part: int | None, language: str) -> Contents:
        """Return the contents of a certificate that passed `check`, in ``language`` or the document's own."""
        if language not in self.languages:
            language = self.language
        fields: list[Shown] = []
        marks: list[Mark] = []
        for one in self.of_part(part):
            value = wire.get(one.key)
            if value is None:
                continue
            label = one.label.in_language(language)
            if isinstance(one.kind, Table):
                marks += _marks(one, value, label=label, language=language)
            else:
                fields.append(Shown(one.name, label, one.kind.value(value), one.kind.long(value, language)))
        heading = None if part is None else self.parts[part - 1].in_language(language)
        return Contents(self._title(wire, part, language), heading, language, tuple(fields), tuple(marks))

    def _title(self, wire: Mapping[int, Any], part: int | None, language: str) -> str:
        """Return the title with its fields filled in; one that is absent vanishes with the blank before it."""
        template = self.title.in_language(language)
        if "{" not in template:
            return template
        fields = {one.name: one for one in self.of_part(part) if one.key in wire}

        def filled(hole: re.Match[str]) -> str:
            one = fields.get(hole[2])
            return "" if one is None else hole[1] + one.kind.brief(wire[one.key], language)

        return HOLE.sub(filled, template)


def _marks(one: Field, wire: Any, *, label: str, language: str) -> list[Mark]:
    """Return the rows of a table as they are shown."""
    table = one.kind
    assert isinstance(table, Table)
    marks = []
    for entry in table.entries(wire):
        cells, texts = table.cells(entry), table.texts(entry, language)
        marks.append(
            Mark(
                table=one.name,
                label=label,
                subject=table.subject(entry, language),
                mark=cells[0] if cells else None,
                text=", ".join(filter(None, texts)),
                cells=cells,
                texts=texts,
                row=table.word(entry),
                free=entry.row is None,
            )
        )
    return marks


def _together(faults: list[FormError]) -> FormError:
    """Return one error for all ``faults`` of a certificate, each named by its field and row."""
    en = [f"{': '.join(filter(None, (fault.field, fault.row)))}: {fault}" for fault in faults]
    ru = [f"{': '.join(filter(None, (fault.field, fault.row)))}: {fault.ru}" for fault in faults]
    return FormError("; ".join(en), ru="; ".join(ru), faults=faults)
