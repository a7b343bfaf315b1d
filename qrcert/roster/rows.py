"""Reading the rows of a class list, one pupil after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qrcert.errors import FormError, Problem
from qrcert.form import Form, Office, Table, Value
from qrcert.roster import cells
from qrcert.roster.grid import Grid, is_blank, unusable
from qrcert.roster.header import Column, Header

_MAX_PROBLEMS = 1_000
"""Faults after which reading stops: nobody reads more, and one thing is wrong with such a list, not a thousand."""

_ENDS_IN_DIGITS = re.compile(r"(.*?)([0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A pupil: the row of the list as the spreadsheet counts it, and what is to be signed and kept.

    ``values`` are the form's fields by name as `Form.values` gives them, those of every part; ``office`` what
    only the register keeps; ``holder`` the name as printed. Equal rows of tables are one list for all pupils, which
    nobody changes.
    """

    line: int
    number: str
    issued: date
    holder: str
    values: Mapping[str, object]
    office: Mapping[str, str]


class _Draft:
    """A row while it is read; ``bad`` are the fields of which a cell could not be read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.values: dict[str, object] = {}
        self.office: dict[str, str] = {}
        self.number: str | None = None
        self.issued: date | None = None
        self.bad: set[str] = set()
        self.problems: list[Problem] = []

    def tell(self, column: str | None, en: object, ru: object) -> None:
        self.problems.append(Problem(self.line, column, str(en), str(ru or en)))

    def add_row(self, table: str, row: object) -> None:
        rows = self.values.setdefault(table, [])
        assert isinstance(rows, list)
        rows.append(row)


class RowReader:
    """Reads what stands below a header; ``problems`` collects what is wrong.

    ``issued_default`` is the day of signing where a row gives none; ``numbers_from`` the first of consecutive
    numbers, or None where the list has them. Raises RosterError for a first number that the form cannot have.
    """

    def __init__(
        self, form: Form, office: Office, header: Header, *, issued_default: date, numbers_from: str | None
    ) -> None:
        self._form = form
        self._office = office
        self._columns = header.columns
        self._titles = {(column.heading.name, column.heading.row): column.text for column in header.columns}
        self._there = {column.heading.name for column in header.columns}
        self._issued_default = issued_default
        self._numbers = None if numbers_from is None else _Numbers(form, numbers_from)
        self._lines: dict[str, int] = {}
        self._rows: dict[tuple[object, ...], list[object]] = {}
        self.problems: list[Problem] = []

    def read(self, grid: Grid, header: int) -> tuple[Row, ...]:
        """Return the pupils below row ``header``, in their order, as far as they are sound."""
        rows = []
        for at in range(header + 1, len(grid.rows)):
            filled = [
                (column, cell)
                for column in self._columns
                if not is_blank(cell := grid.cell(at, column.place))
            ]
            if not filled:
                continue
            draft = _Draft(grid.first + at)
            row = self._row(draft, filled)
            self.problems += draft.problems
            if row is not None:
                rows.append(row)
            if len(self.problems) >= _MAX_PROBLEMS:
                said = (
                    f"reading stopped after {_MAX_PROBLEMS} faults",
                    f"после {_MAX_PROBLEMS} ошибок чтение остановлено",
                )
                self.problems.append(Problem(draft.line, None, *said))
                break
        return tuple(rows)

    def _row(self, draft: _Draft, filled: Sequence[tuple[Column, object]]) -> Row | None:
        for column, cell in filled:
            try:
                self._take(draft, column, cell)
            except FormError as error:
                draft.bad.add(column.heading.name)
                draft.tell(column.text, error, error.ru)
        self._number(draft)
        holder, values = self._pack(draft)
        for own in self._office.fields:
            guess = None if own.name in draft.office else own.guess(values)
            if guess is not None:
                draft.office[own.name] = guess
        issued = draft.issued or self._issued_default
        for fault in self._office.faults({**values, **draft.office}, issued=issued):
            self._tell_fault(draft, fault)
        if draft.problems or draft.number is None:
            return None
        return Row(draft.line, draft.number, issued, holder, values, draft.office)

    def _take(self, draft: _Draft, column: Column, cell: object) -> None:
        """Put one cell where its heading says; raise FormError for one that cannot be read."""
        heading = column.heading
        field = self._form.field(heading.name)
        own = self._office.field(heading.name)
        if heading.kind == "number":
            if self._numbers is not None:
                raise FormError(
                    "a number, where they are to be counted", ru="номер в списке и сквозная нумерация сразу"
                )
            draft.number = cells.number_value(cell, self._form)
        elif heading.kind == "issued":
            draft.issued = cells.issued_value(cell)
        elif heading.kind == "office":
            assert own is not None
            draft.office[heading.name] = cells.office_value(cell, own)
        elif heading.row is None:
            assert field is not None
            if isinstance(field.kind, Table):
                for row in cells.table_rows(cell):
                    draft.add_row(heading.name, row)
            elif (value := cells.field_value(cell, field)) is not None:
                draft.values[heading.name] = value
        else:
            assert field is not None
            assert isinstance(field.kind, Table)
            states = cells.row_cells(cell, field.kind)
            if states is not None:
                free = {"free": heading.row, "cells": states}
                draft.add_row(heading.name, free if heading.kind == "free" else [heading.row, *states])

    def _number(self, draft: _Draft) -> None:
        """Give the row its number, and see that no other row has it."""
        if self._numbers is not None:
            try:
                draft.number = self._numbers.take()
            except FormError as error:
                draft.tell(None, error, error.ru)
        title = self._titles.get(("number", None))
        if draft.number is None:
            if title is not None and "number" not in draft.bad:
                draft.tell(title, "is required", "не заполнено")
            return
        first = self._lines.setdefault(draft.number, draft.line)
        if first != draft.line:
            number = draft.number
            draft.tell(
                title, f"{number!r} stands in row {first} too", f"«{number}» уже стоит в строке {first}"
            )

    def _pack(self, draft: _Draft) -> tuple[str, dict[str, object]]:
        """Return the holder and the values as the form reads them back; what it refuses is left out and told."""
        try:
            wire = self._form.pack(draft.values)
        except FormError as error:
            refused = {fault.field for fault in error.faults or (error,)}
            for fault in error.faults or (error,):
                if not self._known_cause(draft, fault):
                    self._tell_fault(draft, fault)
            sound = [field for field in self._form.fields if field.name in draft.values.keys() - refused]
            wire = {field.key: field.pack(draft.values[field.name]) for field in sound}
        values = self._form.values(wire).items()
        return self._form.holder(wire), {name: self._shared(value) for name, value in values}

    def _shared(self, value: Value) -> Value:
        """Return a value whose rows are those of the pupils before, if equal: a region's marks fit into memory."""
        if not isinstance(value, list):
            return value
        return [self._rows.setdefault(tuple(row), row) if isinstance(row, list) else row for row in value]

    def _known_cause(self, draft: _Draft, fault: FormError) -> bool:
        """Say whether a field is missing because its column is, or because its cell was refused already."""
        field = self._form.field(fault.field or "")
        if field is None or field.name in draft.values:
            return False
        alike = [one.name for one in self._form.fields if one.holder] if not field.required else [field.name]
        return self._there.isdisjoint(alike) or not draft.bad.isdisjoint(alike)

    def _tell_fault(self, draft: _Draft, fault: FormError) -> None:
        """Tell of a fault under the heading that it came from, or with the name of its row before it."""
        name = fault.field or ""
        title = self._titles.get((name, fault.row))
        if title is not None:
            draft.tell(title, fault, fault.ru)
            return
        field = self._form.field(name)
        title = self._titles.get((name, None), field.label.original if field else name or None)
        before = f"{fault.row}: " if fault.row else ""
        draft.tell(title, f"{before}{fault}", f"{before}{fault.ru or fault}")


class _Numbers:
    """Counts a form's numbers up from ``first``; raises RosterError for one that the form cannot have."""

    def __init__(self, form: Form, first: str) -> None:
        try:
            first = cells.number_value(first, form)
        except FormError as error:
            raise unusable(f"the first number: {error}", f"первый номер: {error.ru or error}") from error
        match = _ENDS_IN_DIGITS.fullmatch(first)
        if match is None:
            said = (
                f"the first number {first!r} does not end in digits",
                f"первый номер «{first}» не кончается цифрами",
            )
            raise unusable(*said)
        self._form = form
        self._before = match[1]
        self._digits = len(match[2])
        self._next = int(match[2])

    def take(self) -> str:
        """Return the next number; raise FormError where the form has no more."""
        number = f"{self._before}{self._next:0{self._digits}d}"
        self._next += 1
        return self._form.number_text(self._form.pack_number(number))
