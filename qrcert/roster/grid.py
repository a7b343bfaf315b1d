"""A class list as a grid of cells, whatever file it came from, and the faults that are found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qrcert.errors import Problem, RosterError

MAX_BYTES = 50_000_000
"""A class list of 100 000 pupils has about 20 MB."""

MAX_ROWS = 100_100
"""Rows: a region's 100 000 graduates and what stands above them; more is no class list."""

MAX_COLUMNS = 2_000
"""Columns: twice the items that a form may have."""

MAX_CELLS = 10_000_000
"""Rows times columns: what a sheet takes in memory, filled or not."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that has no value: an error such as ``#Н/Д``, or a formula that was never calculated."""

    en: str
    ru: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A block of merged cells, from its first to its last row and column, all counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def name(self) -> str:
        """Return the block as a spreadsheet names it: ``B2:C3``."""
        return f"{column_name(self.left)}{self.top + 1}:{column_name(self.right)}{self.bottom + 1}"


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells; ``rows[0]`` is row ``first`` as the spreadsheet counts.

    A cell is a str, int, float, bool, date, datetime, time, timedelta, `Broken`, or None; from JSON also a list
    or dict. ``hidden`` are rows, counted from 0, that hold something and cannot be seen.
    """

    rows: Sequence[Sequence[object]]
    first: int = 1
    sheet: str = ""
    merged: tuple[Merged, ...] = ()
    hidden: frozenset[int] = frozenset()

    def cell(self, row: int, column: int) -> object:
        """Return a cell by its place counted from 0; rows may be shorter than others."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None


def is_blank(cell: object) -> bool:
    """Say whether a cell holds nothing: no value, or blanks only."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def column_name(index: int) -> str:
    """Return a spreadsheet's name of the column with this index from 0: A, B, … AA."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def column_index(name: str) -> int:
    """Return the index from 0 of the column that a spreadsheet calls ``name``."""
    index = 0
    for letter in name:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def refusal(name: str, problems: Sequence[Problem]) -> RosterError:
    """Return the error that tells all faults of the class list called ``name``, row by row."""
    told = sorted(problems, key=lambda problem: problem.row or 0)
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return RosterError(f"the class list {name!r} cannot be used: {told[0].text('en')}{more}", told)


def too_large(rows: int, columns: int) -> RosterError:
    """Return the error for a sheet beyond the caps."""
    return unusable(
        f"{rows} rows and {columns} columns are no class list: at most {MAX_ROWS} and {MAX_COLUMNS} are read",
        f"строк {rows}, столбцов {columns}: это не список класса, читается не больше {MAX_ROWS} и {MAX_COLUMNS}",
    )


def unusable(en: str, ru: str) -> RosterError:
    """Return the error for a file that cannot be read as a class list at all."""
    return RosterError(en, [Problem(None, None, en, ru)])
