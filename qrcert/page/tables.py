"""Tables of the page: column widths, row heights, and how they are dealt into two columns. Lengths are points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from qrcert.page.faces import width
from qrcert.page.items import COLUMN, MM, SMALL, Item, Setting, gap, total
from qrcert.page.measure import TIGHT, Run, count_lines, height, word_widths
from qrcert.page.sheet import Table

# Between two columns of tables, and on either side of a cell.
_GUTTER = 7 * MM
_PAD = 1.6 * MM

# The columns of marks of a full table are together as wide as the code below it, so that both begin on one line.
_MARKS = 57 * MM

# No column of names is narrower than this; a table that would need it cannot be set here.
_NAMES = 24 * MM

# Headings are set a little smaller than the rows.
_HEADING = 0.82

# Between the entries of a list, in shares of the type size: a dot with room about it.
_BETWEEN = 1.2

# A table is split between two columns only into parts of at least so many rows.
_LEAST_ROWS = 3

# Cells of at most so many characters stand in the middle of their column.
_CENTRED = 9

# «5 (отлично)» or a bare grade: the mark itself is printed bold.
_MARK = re.compile(r"(\S{1,3})( \(.*\))?")


def _cell(text: str) -> tuple[Run, ...]:
    found = _MARK.fullmatch(text)
    if found is None:
        return ((text, False),)
    return ((found[1], True), (found[2] or "", False))


def heading_size(setting: Setting) -> float:
    """Return the size of a table's headings."""
    return max(SMALL, _HEADING * setting.row)


def _column_widths(table: Table, setting: Setting, space: float) -> list[float] | None:
    """Return the widths of all columns, or None where the names would be left without room.

    A column of marks is as wide as its widest cell or heading; where names would break, headings break first.
    """
    small = heading_size(setting)
    wide, tight = [], []
    for at, heading in enumerate(table.headings, start=1):
        cells = max((setting.row * width(row[at], "bold") for row in table.rows), default=0.0)
        words = word_widths(((heading, False),), cut="strong")
        wide.append(2 * _PAD + max(cells, small * width(heading, "strong")))
        tight.append(2 * _PAD + max(cells, small * max(words)))
    if space == COLUMN and sum(wide) <= _MARKS:
        wide = [column + (_MARKS - sum(wide)) / len(wide) for column in wide]
    longest = max((setting.row * width(row[0], "plain") for row in table.rows), default=0.0)
    marks = wide if longest + _PAD <= space - sum(wide) else tight
    names = space - sum(marks)
    return [names, *marks] if names >= _NAMES else None


def _row_heights(table: Table, setting: Setting, columns: Sequence[float]) -> list[float]:
    """Return the height of the head and of each row."""
    small = heading_size(setting)
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
            "small": heading_size(setting),
            "size": setting.row,
            "headings": (self.table.label, *self.table.headings),
            "rows": [[((row[0], False),), *map(_cell, row[1:])] for row in rows],
        }
        return Item(data, sum(self.heights))


def _measured(tables: Sequence[Table], setting: Setting, space: float) -> list[_Part] | None:
    """Return the tables with their columns, or None when one is too wide for ``space``."""
    parts = []
    for table in tables:
        columns = _column_widths(table, setting, space)
        if columns is None:
            return None
        parts.append(_Part(table, columns, _row_heights(table, setting, columns)))
    return parts


def _pile(parts: Sequence[_Part], setting: Setting) -> list[Item]:
    """Return tables one below the other."""
    items: list[Item] = []
    for part in parts:
        items += [*([gap(setting.gap, 0.4)] if items else []), part.item(setting)]
    return items


def _deals(parts: Sequence[_Part]) -> Iterator[tuple[list[_Part], list[_Part]]]:
    """Yield every way to deal tables in order into two columns, between two of them or through one."""
    for at, part in enumerate(parts):
        before, after = list(parts[:at]), list(parts[at + 1 :])
        if before:
            yield before, [part, *after]
        for row in range(_LEAST_ROWS, len(part.table.rows) - _LEAST_ROWS + 1):
            upper, lower = part.cut(row)
            yield [*before, upper], [lower, *after]


def _halved(parts: Sequence[_Part], setting: Setting) -> Item | None:
    """Return tables in two columns of about one height, or None when there is nothing to deal."""

    def high(column: Sequence[_Part]) -> float:
        return sum(sum(part.heights) for part in column) + setting.gap * (len(column) - 1)

    # The left column is the longer one where neither can be even.
    best = min(_deals(parts), key=lambda deal: (max(map(high, deal)), -high(deal[0])), default=None)
    if best is None:
        return None
    columns = [_pile(column, setting) for column in best]
    data = {
        "do": "halves",
        "gutter": _GUTTER,
        "columns": [[{**item.data, "high": item.high} for item in column] for column in columns],
    }
    return Item(data, max(map(total, columns)))


def _list(table: Table, setting: Setting) -> Item:
    """Return a table without columns: its label, then its entries in running lines."""
    small = heading_size(setting)
    label = small * width(table.label, "strong") + 0.8 * setting.row
    words = [label, *(setting.row * width(word, "plain") for row in table.rows for word in row[0].split(" "))]
    # The dots between entries are room at the lines' ends, too.
    blank = setting.row * max(width(" ", "plain"), _BETWEEN * len(table.rows) / len(words))
    lines = count_lines(words, blank=blank, space=COLUMN)
    data = {
        "do": "list",
        "label": table.label,
        "small": small,
        "size": setting.row,
        "entries": [row[0] for row in table.rows],
    }
    return Item(data, height(lines, size=setting.row))


def set_tables(tables: Sequence[Table], setting: Setting) -> list[Item] | None:
    """Return a sheet's tables, each with the gap above it, or None when the setting is too large for one.

    Tables without columns come last, as lists.
    """
    columned = [table for table in tables if table.headings]
    items: list[Item] = []
    if columned:
        halves = None
        if setting.halves:
            parts = _measured(columned, setting, (COLUMN - _GUTTER) / 2)
            halves = None if parts is None else _halved(parts, setting)
        whole = _measured(columned, setting, COLUMN)
        if halves is None and whole is None:
            return None
        items = [halves] if halves is not None else _pile(whole or [], setting)
        items.insert(0, gap(1.2 * setting.gap, 1.0))
    for table in tables:
        if not table.headings:
            items += [gap(setting.gap, 0.3), _list(table, setting)]
    return items
