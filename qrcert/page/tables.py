"""Tables of the page: column widths, row heights, and how they are dealt into two columns. Lengths are points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from qrcert.page.faces import width
from qrcert.page.items import COLUMN, MM, SMALL, SQUARE, Item, Setting, gap
from qrcert.page.measure import TIGHT, Run, TooWide, count_lines, height, widest_word, word_widths
from qrcert.page.sheet import Table

# Between two columns of tables, and on either side of a cell.
_GUTTER = 7 * MM
_PAD = 1.6 * MM

# A column is this much wider than its longest word, against rounding.
_EASE = 0.5

# Headings are set a little smaller than the rows.
_HEADING = 0.82

# Between the entries of a list, in shares of the type size: a dot with room about it.
_BETWEEN = 1.2

# A table is split between two columns only into parts of at least so many rows.
_LEAST_ROWS = 3

# Cells of at most so many characters stand in the middle of their column.
_CENTRED = 9

# «5 (отлично)» or a bare grade: in a column of nothing else the mark itself is printed bold.
_MARK = re.compile(r"(|\S{1,2}|\d[\d.,/+-]*)( \(.*\))?")


def _cells(column: Sequence[str]) -> list[tuple[Run, ...]]:
    """Return the cells of a column as runs."""
    found = [_MARK.fullmatch(text) for text in column]
    return [
        ((text, False),) if mark is None or None in found else ((mark[1], True), (mark[2] or "", False))
        for text, mark in zip(column, found, strict=True)
    ]


def _heading_size(setting: Setting) -> float:
    """Return the size of a table's headings."""
    return max(SMALL, _HEADING * setting.row)


def _column_widths(table: Table, setting: Setting, space: float) -> list[float]:
    """Return the widths of all columns; raises TooWide where the longest word of a name finds no room.

    A column of marks is as wide as its widest cell or heading; where names would break, headings break first.
    """
    small = _heading_size(setting)
    wide, tight = [], []
    for at, heading in enumerate(table.headings, start=1):
        cells = max((setting.row * width(row[at], "bold") for row in table.rows), default=0.0)
        wide.append(2 * _PAD + _EASE + max(cells, small * width(heading, "strong")))
        tight.append(2 * _PAD + _EASE + max(cells, small * widest_word(heading, "strong")))
    if space == COLUMN and sum(wide) <= SQUARE:
        # The marks of a full table and the code below them begin on one line.
        wide = [column + (SQUARE - sum(wide)) / len(wide) for column in wide]
    longest = max((setting.row * width(row[0], "plain") for row in table.rows), default=0.0)
    marks = wide if longest + _PAD <= space - sum(wide) else tight
    names = space - sum(marks)
    words = setting.row * max(widest_word(row[0], "plain") for row in table.rows)
    longest = max(words, small * widest_word(table.label, "strong"))
    if names < longest + _PAD + _EASE:
        raise TooWide
    return [names, *marks]


def _row_heights(table: Table, setting: Setting, columns: Sequence[float]) -> list[float]:
    """Return the height of the head and of each row."""
    small = _heading_size(setting)
    rows = [(small, "strong", (table.label, *table.headings))]
    rows += ((setting.row, "plain", row) for row in table.rows)
    heights = []
    for size, cut, cells in rows:
        lines = 1
        for at, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            room = (column - (_PAD if at == 0 else 2 * _PAD)) / size
            if width(cell, "bold") > room:
                words = word_widths(((cell, False),), cut=cut)
                lines = max(lines, count_lines(words, blank=width(" ", cut), space=room))
        heights.append(height(lines, size=size, leading=TIGHT) + 2 * setting.air)
    return heights


class _Part(NamedTuple):
    """Some rows of a table that has been measured; ``heights`` begins with that of the head."""

    table: Table
    columns: list[float]
    heights: list[float]

    def cut(self, at: int) -> tuple[_Part, _Part]:
        """Return the first ``at`` rows and the rest, each with the head."""
        head, *rows = self.heights
        table = self.table
        return (
            _Part(replace(table, rows=table.rows[:at]), self.columns, [head, *rows[:at]]),
            _Part(replace(table, rows=table.rows[at:]), self.columns, [head, *rows[at:]]),
        )

    def item(self, setting: Setting) -> Item:
        """Return the table between rules."""
        rows = self.table.rows
        names, *marks = zip(*rows, strict=True)
        columns = [[((name, False),) for name in names], *map(_cells, marks)]
        alone = len(self.columns) == 2
        aligned = (
            "left" if alone or any(len(row[at]) > _CENTRED for row in rows) else "center"
            for at in range(1, len(self.columns))
        )
        data = {
            "do": "table",
            "columns": self.columns,
            "aligned": ["left", *aligned],
            "pad": _PAD,
            "air": setting.air,
            "small": _heading_size(setting),
            "size": setting.row,
            "headings": (self.table.label, *self.table.headings),
            "rows": list(zip(*columns, strict=True)),
        }
        return Item(data, sum(self.heights))


def _measured(tables: Sequence[Table], setting: Setting, space: float) -> list[_Part]:
    """Return the tables with their columns; raises TooWide when one is too wide for ``space``."""
    parts = []
    for table in tables:
        columns = _column_widths(table, setting, space)
        parts.append(_Part(table, columns, _row_heights(table, setting, columns)))
    return parts


def _pile(parts: Sequence[_Part], setting: Setting) -> list[Item]:
    """Return tables one below the other."""
    items: list[Item] = []
    for part in parts:
        items += [*([gap(setting.gap, 0.4)] if items else []), part.item(setting)]
    return items


def _deals(parts: Sequence[_Part], between: float) -> Iterator[tuple[float, float, int, int]]:
    """Yield every way to deal tables in order into two columns, between two of them or through one.

    Each is the height of the higher and of the right column, the table that begins the right column, and how
    many of its rows stay on the left.
    """
    for at, part in enumerate(parts):
        before = sum(sum(other.heights) + between for other in parts[:at])
        after = sum(between + sum(other.heights) for other in parts[at + 1 :])
        head, *rows = part.heights
        cuts = range(_LEAST_ROWS, len(rows) - _LEAST_ROWS + 1)
        for cut in (0, *cuts) if at else cuts:
            left = before + head + sum(rows[:cut]) if cut else before - between
            right = head + sum(rows[cut:]) + after
            yield max(left, right), right, at, cut


def _halved(parts: Sequence[_Part], setting: Setting) -> Item | None:
    """Return tables in two columns of about one height, or None when there is nothing to deal."""
    # Of equal deals the one with the shorter right column.
    best = min(_deals(parts, setting.gap), default=None)
    if best is None:
        return None
    high, _, at, cut = best
    upper, lower = parts[at].cut(cut)
    left, right = [*parts[:at], *([upper] if cut else [])], [lower, *parts[at + 1 :]]
    columns = [
        [{**item.data, "high": item.high} for item in _pile(column, setting)] for column in (left, right)
    ]
    return Item({"do": "halves", "gutter": _GUTTER, "columns": columns}, high)


def _mixed(tables: Sequence[Table], setting: Setting) -> list[Item]:
    """Return the tables that need the full width, then the others in two columns."""
    full: list[Table] = []
    narrow: list[_Part] = []
    for table in tables:
        try:
            narrow += _measured([table], setting, (COLUMN - _GUTTER) / 2)
        except TooWide:
            full.append(table)
    halves = _halved(narrow, setting)
    if halves is None:
        return _pile(_measured(tables, setting, COLUMN), setting)
    items = _pile(_measured(full, setting, COLUMN), setting)
    return [*items, *([gap(setting.gap, 0.4)] if items else []), halves]


def _list(table: Table, setting: Setting) -> Item:
    """Return a table without columns: its label, then its entries in running lines."""
    small = _heading_size(setting)
    widths = [setting.row * width(row[0], "plain") for row in table.rows]
    # Short entries are kept in one piece.
    kept = [wide < COLUMN / 2 for wide in widths]
    words = [small * width(table.label, "strong")]
    for row, wide, whole in zip(table.rows, widths, kept, strict=True):
        pieces = word_widths(((row[0], False),), cut="plain")
        words += [wide] if whole else [setting.row * piece for piece in pieces]
    # The dots between entries are room at the lines' ends, too.
    blank = setting.row * (_BETWEEN if all(kept) else width(" ", "plain") + _BETWEEN)
    lines = count_lines(words, blank=blank, space=COLUMN - _EASE)
    data = {
        "do": "list",
        "label": table.label,
        "small": small,
        "size": setting.row,
        "entries": [(row[0], whole) for row, whole in zip(table.rows, kept, strict=True)],
    }
    return Item(data, height(lines, size=setting.row))


def set_tables(tables: Sequence[Table], setting: Setting) -> list[Item]:
    """Return a sheet's tables, each with the gap above it; those without columns come last, as lists.

    Raises TooWide when a table or a word is too wide for the page in this setting.
    """
    columned = [table for table in tables if table.headings]
    items: list[Item] = []
    if columned:
        whole = (
            _mixed(columned, setting)
            if setting.halves
            else _pile(_measured(columned, setting, COLUMN), setting)
        )
        items = [gap(1.2 * setting.gap, 1.0), *whole]
    for table in tables:
        if not table.headings:
            items += [gap(setting.gap, 0.3), _list(table, setting)]
    return items
