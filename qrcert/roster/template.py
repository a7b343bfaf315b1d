"""The empty class list for a form: text columns, drop-downs for choices and marks, hints on the headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qrcert.errors import MissingExtra
from qrcert.form import Choice, Date, Field, Form, Headings, Number, Office, Table, Words
from qrcert.form import Column as TableColumn
from qrcert.roster.grid import column_name, unusable

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_ROWS = 500
"""Rows that get drop-downs: several classes."""

_MAX_LISTED = 60
"""A drop-down longer than this is no help."""

_LISTS = "qrcert"  # the hidden sheet on which the choices of the drop-downs stand
_TEXT = "@"  # the number format that keeps leading zeros, and 9-8 as it was typed
_WIDTHS = range(9, 32)  # of columns, in characters
_WRITTEN = 20  # of those into which names and numbers are typed, longer than their headings
_FONT = "Calibri"  # that of the other cells: without a name programs take another for the headings
_HEADING = 30.0  # points of height, two lines: Excel keeps the height that a file gives

_EN = {
    "number": "number",
    "yes": "yes",
    "required": "Required.",
    "digits": "{0} digits, with the zeros in front.",
    "longest": "At most {0} characters.",
    "day": "A day: 2008-05-17. ",
    "month": "A month: 2008-05. ",
    "partial": "Or less of it, where no more is known.",
    "range": "A number within {0}.",
    "tick": "yes, or nothing.",
    "cells": "In one cell, with blanks between, - for an empty one: {0}.",
    "with": "Put the right words in place of {0!r} in the heading.",
    "free": "Write the row's name after the colon. For more rows copy the column, up to {0}.",
}
_RU = {
    "number": "Номер",
    "yes": "да",
    "required": "Обязательно.",
    "digits": "Цифр {0}, с нулями в начале.",
    "longest": "Знаков не больше {0}.",
    "day": "День: 17.05.2008. ",
    "month": "Месяц: 05.2008. ",
    "partial": "Или часть даты, если больше не известно.",
    "range": "Число из {0}.",
    "tick": "да или ничего.",
    "cells": "В одной ячейке через пробел, пустое — «-»: {0}.",
    "with": "Впишите в заголовок нужное вместо «{0}».",
    "free": "Напишите название строки после двоеточия. Для новых строк скопируйте столбец, всего до {0}.",
}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column to be made: its heading, the hint on it, what may be chosen in its cells, its least width."""

    title: str
    hint: str
    choices: tuple[str, ...] = ()
    least: int = _WIDTHS.start


def write_template(form: Form, office: Office, path: Path, *, language: str) -> None:
    """Write an empty class list (.xlsx) for a form, with headings in ``language`` and hints in Russian or English.

    It holds no example pupil, who might be signed. Raises RosterError where the file cannot be written, and
    MissingExtra.
    """
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtra("issue", "openpyxl") from error
    said = _RU if language == "ru" else _EN
    columns = list(_Plan(form, office, language, said).columns())
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = form.id[:31]  # the longest name that a sheet may have
    lists = workbook.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    for place, column in enumerate(columns):
        _write_column(sheet, place, column)
    _write_choices(sheet, lists, columns)
    sheet.row_dimensions[1].height = _HEADING
    sheet.freeze_panes = "A2"
    try:
        workbook.save(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise unusable(
            f"cannot write {path.name!r}: {reason}", f"не записать «{path.name}»: {reason}"
        ) from error


class _Plan:
    """What columns a class list for a form has."""

    def __init__(self, form: Form, office: Office, language: str, said: dict[str, str]) -> None:
        self._form = form
        self._office = office
        self._language = language
        self._said = said
        self._headings = Headings(form, office)

    def columns(self) -> Iterator[_Column]:
        """Yield the number, the form's fields in order, each table's rows, then the office's own fields."""
        digits = self._form.digits
        yield _Column(self._said["number"], self._say("digits", digits) if digits else "", least=_WRITTEN)
        for field in self._form.fields:
            if isinstance(field.kind, Table):
                yield from self._rows(field, field.kind)
            else:
                hint = f"{self._say('required')} {self._hint(field)}" if field.required else self._hint(field)
                yield _Column(
                    self._title(field.label.in_language(self._language), field.name),
                    hint,
                    self._choices(field),
                    _WRITTEN if isinstance(field.kind, Words) else _WIDTHS.start,
                )
        for own in self._office.fields:
            items = tuple(item.brief(self._language) for item in own.items)
            yield _Column(self._title(own.label.in_language(self._language), own.name), "", items)

    def _say(self, key: str, *values: object) -> str:
        return self._said[key].format(*values)

    def _title(self, title: str, otherwise: str) -> str:
        """Return a heading, or another one where it would mean several things."""
        return title if len(self._headings.find(title)) == 1 else otherwise

    def _rows(self, field: Field, table: Table) -> Iterator[_Column]:
        label = field.label.in_language(self._language)
        hint, choices = self._cells(table.columns)
        for row in table.rows:
            title = row.brief(0 if row.adds else None, self._language)
            added = self._say("with", row.adds[0].brief(self._language)) if row.adds else ""
            yield _Column(self._title(title, f"{label}: {title}"), f"{hint} {added}".strip(), choices)
        if table.free:
            yield _Column(f"{label}: …", f"{self._say('free', table.free)} {hint}", choices)

    def _cells(self, columns: Sequence[TableColumn]) -> tuple[str, tuple[str, ...]]:
        """Return hint and choices for the cells of a table's rows."""
        if not columns:
            return self._say("tick"), (self._say("yes"),)
        if len(columns) == 1:
            return f"{columns[0].label.in_language(self._language)}.", self._listed(columns[0].content)
        return self._say(
            "cells", ", ".join(column.label.in_language(self._language) for column in columns)
        ), ()

    def _hint(self, field: Field) -> str:
        kind = field.kind
        if isinstance(kind, Words):
            return self._say("longest", kind.longest)
        if isinstance(kind, Number):
            return self._say("range", kind.scale.limits())
        if isinstance(kind, Date):
            return self._say("month" if kind.month else "day") + (
                self._say("partial") if kind.partial else ""
            )
        if isinstance(kind, Choice) and len(kind.items) == 1:
            return self._say("tick")
        return ""

    def _choices(self, field: Field) -> tuple[str, ...]:
        if not isinstance(field.kind, Choice):
            return ()
        return (self._say("yes"),) if len(field.kind.items) == 1 else self._listed(field.kind)

    def _listed(self, kind: Choice | Number) -> tuple[str, ...]:
        low, high = kind.limits
        if high - low >= _MAX_LISTED:
            return ()
        return tuple(
            str(kind.value(state)) if isinstance(kind, Number) else kind.brief(state, self._language)
            for state in range(low, high + 1)
        )


def _write_column(sheet: Worksheet, place: int, column: _Column) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font

    heading = sheet.cell(1, place + 1, column.title)
    heading.font = Font(name=_FONT, size=11, bold=True)
    heading.alignment = Alignment(wrap_text=True, vertical="top")
    if column.hint:
        heading.comment = Comment(column.hint, "qrcert")
    width = min(max(len(column.title) + 2, column.least), _WIDTHS.stop)
    dimension = sheet.column_dimensions[column_name(place)]
    dimension.width = width
    dimension.number_format = _TEXT


def _write_choices(sheet: Worksheet, lists: Worksheet, columns: Sequence[_Column]) -> None:
    """Give the columns their drop-downs; columns with the same choices share a list."""
    from openpyxl.worksheet.datavalidation import DataValidation

    validations: dict[tuple[str, ...], DataValidation] = {}
    for place, column in enumerate(columns):
        if not column.choices:
            continue
        validation = validations.get(column.choices)
        if validation is None:
            name = column_name(len(validations))
            for row, choice in enumerate(column.choices, 1):
                lists[f"{name}{row}"] = choice
                lists[f"{name}{row}"].number_format = _TEXT
            formula = f"{_LISTS}!${name}$1:${name}${len(column.choices)}"
            validation = DataValidation(
                type="list", formula1=formula, allow_blank=True, showErrorMessage=True
            )
            validations[column.choices] = validation
            sheet.add_data_validation(validation)
        letter = column_name(place)
        validation.add(f"{letter}2:{letter}{_ROWS + 1}")
