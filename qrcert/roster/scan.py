"""A walk through the XML of a sheet (ECMA-376 part 1, SpreadsheetML) for what a reader of values passes over."""

from __future__ import annotations

import re
from xml.parsers import expat

from qrcert.roster.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Broken,
    Merged,
    column_index,
    too_large,
    unusable,
)

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.ASCII)
_CELL_PARTS = ("f", "v", "is")
_NOT_CALCULATED = Broken(
    "a formula that was never calculated: open the file in a spreadsheet and save it",
    "формула не вычислена: откройте файл в Excel и сохраните",
)


class Scan:
    """What a sheet holds besides values: where it ends, broken cells, merged blocks, hidden rows.

    Places are (row, column) from 0. Raises RosterError for a sheet that is too large, expat's error for XML that
    is none; a document type, which no spreadsheet writes, is refused for what it can do.
    """

    def __init__(self, name: str, xml: bytes) -> None:
        self.name = name
        self.broken: dict[tuple[int, int], Broken] = {}
        self.merged: list[Merged] = []
        self.hidden: set[int] = set()
        self._last_row = self._last_column = -1
        self._row = self._column = -1
        self._row_hidden = False
        self._kind = ""
        self._texts: dict[str, str] = {}  # what stands in the parts of the cell at hand
        self._part = ""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(xml, True)

    @property
    def filled(self) -> bool:
        """Say whether any cell holds something."""
        return self._last_row >= 0

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            place = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = column_index(place[1]) if place else self._column + 1
            self._kind = attributes.get("t", "n")
            self._texts = {}
        elif tag in _CELL_PARTS:
            self._part = tag
            self._texts[tag] = ""
        elif tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            self._row_hidden = attributes.get("hidden", "0") in ("1", "true")
        elif tag == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            ends = [_REFERENCE.fullmatch(end) for end in (first, last or first)]
            (top, left), (bottom, right) = [(int(end[2]) - 1, column_index(end[1])) for end in ends if end]
            self.merged.append(Merged(top, left, bottom, right))

    def _text(self, text: str) -> None:
        if self._part:
            self._texts[self._part] += text

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._cell()
        elif tag in _CELL_PARTS:
            self._part = ""

    def _cell(self) -> None:
        value = self._texts.get("v", "")
        formula = "f" in self._texts
        if not value and not formula and "is" not in self._texts:
            return
        place = (self._row, self._column)
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        rows, columns = self._last_row + 1, self._last_column + 1
        if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
            raise too_large(rows, columns)
        if self._row_hidden:
            self.hidden.add(self._row)
        if self._kind == "e":
            self.broken[place] = Broken(f"the cell holds the error {value}", f"в ячейке ошибка {value}")
        elif formula and not value and self._kind != "str":
            self.broken[place] = _NOT_CALCULATED

    def _doctype(self, *_: object) -> None:
        raise unusable(
            "the file is no sound .xlsx: it has a document type", "файл .xlsx с посторонним содержимым"
        )
