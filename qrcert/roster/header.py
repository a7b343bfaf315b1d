"""The header of a class list: which row it is, and what each column holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qrcert.errors import Problem
from qrcert.form import Form, Heading, Headings, Office, Table
from qrcert.roster.grid import Broken, Grid, column_name, is_blank
from qrcert.text import escaped, faults, normalise

_HEADER_WITHIN = 1_000
"""Rows: above a header stand a few lines of title, never a whole list."""

_COUNTERS = frozenset(("№ п/п", "№п/п", "п/п", "#", "n", "no", "nr.", "nr", "№", "no."))
"""Headings under which lists count their rows. Of «№» the values tell: it may be the certificate's number."""

_MAX_SHOWN = 60
"""Characters of a heading that a message repeats."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: its place from 0, its heading as written and what that means."""

    place: int
    text: str
    heading: Heading


@dataclass(frozen=True, slots=True)
class Header:
    """The row of the header, from 0, and its columns by what they mean."""

    row: int
    columns: tuple[Column, ...]


class HeaderReader:
    """Finds and reads the header of a grid for a form; ``problems`` collects what is wrong with it."""

    def __init__(self, form: Form, office: Office) -> None:
        self._form = form
        self._headings = Headings(form, office)
        self.problems: list[Problem] = []

    def knows(self, cell: str) -> bool:
        """Say whether a cell is a heading of the form."""
        return bool(self._headings.find(_spelled(cell)))

    def read(self, grid: Grid, *, numbered: bool) -> Header | None:
        """Return the header, or None where no row is one; ``numbered``: the numbers come from elsewhere."""
        names = {field.name for field in self._form.fields if field.holder}
        row = next(
            (at for at, cells in enumerate(grid.rows[:_HEADER_WITHIN]) if self._has(names, cells)), None
        )
        if row is None:
            self._no_header(grid, names)
            return None
        columns = self._unlike(list(self._columns(grid, row)), grid.first + row)
        self._missing(columns, grid.first + row, numbered=numbered)
        self._unseen(grid, row)
        return Header(row, columns)

    def _has(self, names: set[str], cells: object) -> bool:
        """Say whether a row holds a heading of one of these fields."""
        assert isinstance(cells, (list, tuple))
        found = (heading for cell in cells for heading in self._headings.find(_spelled(cell)))
        return any(heading.kind == "field" and heading.name in names for heading in found)

    def _columns(self, grid: Grid, row: int) -> Iterator[Column]:
        line = grid.first + row
        for place in range(max(map(len, grid.rows[row:]))):
            cell = grid.cell(row, place)
            text = _spelled(cell)
            if isinstance(cell, Broken):
                self._tell(line, column_name(place), cell.en, cell.ru)
            elif not text:
                self._nameless(grid, row, place)
            elif not self._counts_rows(text, grid, row, place):
                heading = self._meaning(text, line)
                if heading is not None and self._usable(heading, text, grid, row, place):
                    yield Column(place, _shown(text), heading)

    def _counts_rows(self, text: str, grid: Grid, row: int, place: int) -> bool:
        """Say whether a column only counts the rows: 1, 2, 3 … to the end, or beside a column for the number."""
        if text.casefold() not in _COUNTERS:
            return False
        found = self._headings.find(text)
        others = [_spelled(cell) for at, cell in enumerate(grid.rows[row]) if at != place]
        if not found or any(self._headings.find(other) == found for other in others):
            return True
        counted = [_spelled(cell).rstrip(".") for _, cell in _below(grid, row, place)]
        return counted == [str(number) for number in range(1, len(counted) + 1)]

    def _meaning(self, text: str, line: int) -> Heading | None:
        """Return what a heading means; tell of one that is unknown, ambiguous or may not be shown."""
        found = self._headings.find(text)
        if len(found) == 1:
            for fault in faults(text):
                self._tell(line, _shown(text), f"the heading {fault.en}", f"заголовок: {fault.ru}")
            return None if faults(text) else found[0]
        words = [self._full(heading) for heading in found] or self._headings.near(text)
        en, ru = ", ".join(map(repr, words)), ", ".join(f"«{word}»" for word in words)
        if found:
            self._tell(
                line, _shown(text), f"means several things, write {en}", f"неоднозначно, напишите {ru}"
            )
        elif words:
            self._tell(
                line, _shown(text), f"unknown heading, near it: {en}", f"неизвестный заголовок, похожи: {ru}"
            )
        else:
            en, ru = (
                "unknown heading: mend it or delete the column",
                "неизвестный заголовок: исправьте или удалите столбец",
            )
            self._tell(line, _shown(text), en, ru)
        return None

    def _full(self, heading: Heading) -> str:
        if heading.row is None:
            return heading.name
        field = self._form.field(heading.name)
        assert field is not None
        return f"{field.label.original}: {heading.row}"

    def _usable(self, heading: Heading, text: str, grid: Grid, row: int, place: int) -> bool:
        """Say whether a column can be read; one that cannot may stay empty, as in a template."""
        field = self._form.field(heading.name)
        if heading.kind == "free" and not any(char.isalnum() for char in heading.row or ""):
            said = "write the row's name after the colon", "напишите название строки после двоеточия"
        elif heading.kind == "field" and field is not None and isinstance(field.kind, Table):
            if any(isinstance(cell, list) for _, cell in _below(grid, row, place)):
                return True  # from JSON
            word = field.label.original
            said = (
                f"a table: write a column for each row, {word}: …",
                f"это таблица: нужен столбец на каждую строку, {word}: …",
            )
        else:
            return True
        for at, _ in _below(grid, row, place):
            self._tell(grid.first + at, _shown(text), *said)
            break
        return False

    def _nameless(self, grid: Grid, row: int, place: int) -> None:
        """Tell of the first value that stands below no heading."""
        for at, _ in _below(grid, row, place):
            said = "a value in a column without heading", "значение в столбце без заголовка"
            self._tell(grid.first + at, column_name(place), *said)
            break

    def _unlike(self, columns: list[Column], line: int) -> tuple[Column, ...]:
        """Return the columns without those whose meaning stood before; tell of these."""
        seen: dict[Heading, Column] = {}
        for column in columns:
            first = seen.setdefault(column.heading, column)
            if first is not column:
                names = column_name(first.place), column_name(column.place)
                en, ru = "columns {} and {} hold the same", "столбцы {} и {} об одном и том же"
                self._tell(line, column.text, en.format(*names), ru.format(*names))
        return tuple(seen.values())

    def _missing(self, columns: tuple[Column, ...], line: int, *, numbered: bool) -> None:
        there = {column.heading.name for column in columns}
        wanted = [
            field.label.original for field in self._form.fields if field.required and field.name not in there
        ]
        if "number" not in there and not numbered:
            wanted.append("Номер" if "ru" in self._form.languages else "number")
        for label in wanted:
            self._tell(line, label, "there is no such column", "такого столбца нет")

    def _unseen(self, grid: Grid, row: int) -> None:
        """Tell of what looks other than it is: merged blocks, and rows hidden by a filter."""
        for block in grid.merged:
            if block.bottom >= row:
                en, ru = "the cells {} are merged: part them", "ячейки {} объединены: разделите их"
                self._tell(grid.first + block.top, None, en.format(block.name()), ru.format(block.name()))
        for at in sorted(grid.hidden):
            if at >= row:
                said = "the row is hidden: show or delete it", "строка скрыта: покажите или удалите её"
                self._tell(grid.first + at, None, *said)

    def _no_header(self, grid: Grid, names: set[str]) -> None:
        """Tell that no row is a header, and of headings that nearly are."""
        if all(is_blank(cell) for cells in grid.rows for cell in cells):
            self._tell(0, None, "the class list is empty", "список пуст")
            return
        labels = [field.label.original for field in self._form.fields if field.name in names]
        en, ru = ", ".join(map(repr, labels)), ", ".join(f"«{label}»" for label in labels)
        self._tell(0, None, f"no row has the headings {en}", f"нет строки с заголовками {ru}")
        for at, cells in enumerate(grid.rows[:_HEADER_WITHIN]):
            for text in map(_spelled, cells):
                near = [word for word in self._headings.near(text) if word in labels] if text else []
                if near:
                    en, ru = (
                        f"a heading perhaps, near it: {near[0]!r}",
                        f"возможно заголовок, похож: «{near[0]}»",
                    )
                    self._tell(grid.first + at, _shown(text), en, ru)

    def _tell(self, line: int, column: str | None, en: str, ru: str) -> None:
        self.problems.append(Problem(line or None, column, en, ru))


def _spelled(cell: object) -> str:
    """Return a cell of the header as text, with single blanks for any white space."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if is_blank(cell) else " ".join(normalise(str(cell)).split())


def _shown(text: str) -> str:
    shown = escaped(text)
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…"


def _below(grid: Grid, row: int, place: int) -> Iterator[tuple[int, object]]:
    """Yield row, from 0, and cell of everything that stands in a column below its heading."""
    for at in range(row + 1, len(grid.rows)):
        cell = grid.cell(at, place)
        if not is_blank(cell):
            yield at, cell
