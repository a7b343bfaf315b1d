"""Tables: which rows are present and what stands in their columns, packed bit by bit.

``bits`` holds one bit a listed row, then for each present row in order, then for each free row: the index into
its `with` list (listed rows only) and its columns. An index among n states has bit_length(n-1) bits, high bit
first; fewer than 8 zero bits fill the last byte. Without free rows the wire value is ``bits``, else
``[bits, + text8]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from qrcert.errors import FormError
from qrcert.form.columns import Cell, Column, read_cells
from qrcert.form.kinds import Words
from qrcert.form.wording import Item, Spellings, combined, loose, quoted, quoted_ru


@dataclass(frozen=True, slots=True)
class Row:
    """A listed row: its item, and the items one of which it always adds (`with`), if any."""

    item: Item
    adds: tuple[Item, ...] = ()

    @property
    def width(self) -> int:
        """The bits of the index into ``adds``; 0 where the row adds nothing."""
        return (len(self.adds) - 1).bit_length() if self.adds else 0

    def word(self, added: int | None) -> str:
        """Return the row's value: as printed in the document's language, with item ``added`` of its list."""
        return self.item.word if added is None else combined(self.item.word, self.adds[added].word)

    def brief(self, added: int | None, language: str) -> str:
        """Return the row as printed in ``language``."""
        main = self.item.brief(language)
        return main if added is None else combined(main, self.adds[added].brief(language))


class Entry(NamedTuple):
    """A row that is present: its index and that into its `with` list, or its text if free; a state a column."""

    row: int | None
    added: int | None
    text: bytes | str | None
    states: tuple[int, ...]


class _Adding(NamedTuple):
    """A listed row with a `with` index: its place from the last row, width and number of states of the index."""

    shift: int
    width: int
    states: int


class Table:
    """Rows of a list, each at most once and in the list's order, then up to ``free`` rows of the issuer's own."""

    type: ClassVar[str] = "table"

    def __init__(self, rows: Sequence[Row], columns: Sequence[Column], *, free: int, words: Words) -> None:
        self.rows = tuple(rows)
        self.columns = tuple(columns)
        self.free = free
        self.words = words
        last = len(self.rows) - 1
        self._adding = tuple(
            _Adding(last - index, row.width, len(row.adds)) for index, row in enumerate(self.rows) if row.adds
        )
        self._widths = tuple(row.width for row in self.rows)
        self._width = sum(column.width for column in self.columns)
        self._mask = (1 << self._width) - 1
        self._loose = _loose_columns(self.columns)

    # on the wire

    def check(self, wire: object) -> None:
        """Raise `FormError` unless ``wire`` is the one spelling of rows and states that the form has."""
        presence, adding, rest, left, texts = self._open(wire)
        if self._loose:
            self._check_columns(presence, rest, left, len(texts))
        used = 0
        for shift, width, states in adding:
            used += width
            before = (presence >> shift + 1).bit_count() * self._width
            if rest >> left - before - used & (1 << width) - 1 >= states:
                raise FormError("an index beyond the list that a row adds")

    def _check_columns(self, presence: int, rest: int, left: int, free: int) -> None:
        for added in (*self._added_widths(presence), *[0] * free):
            left -= added + self._width
            cells = rest >> left & self._mask
            for shift, mask, states in self._loose:
                if cells >> shift & mask >= states:
                    raise FormError("a state beyond those of its column")

    def _added_widths(self, presence: int) -> list[int]:
        """Return for each listed row that is present how many bits its `with` index takes."""
        digits = f"{presence:0{len(self.rows)}b}"
        return [width for width, digit in zip(self._widths, digits, strict=False) if digit == "1"]

    def _open(self, wire: object) -> tuple[int, list[_Adding], int, int, tuple[bytes | str, ...]]:
        """Return the presence bits, the rows of them that add, the bits after them, how many, the free texts.

        Shape, texts, length and filling are checked here; the states that the bits spell are not.
        """
        bits: object = wire
        texts: tuple[Any, ...] = ()
        if type(wire) is tuple:
            bits, texts = wire[0] if wire else None, wire[1:]
            if not 1 <= len(texts) <= self.free:
                raise FormError(f"{len(texts)} free rows in an array, 1..{self.free} are possible")
            for text in texts:
                self.words.check(text)
        if type(bits) is not bytes:
            raise FormError("not a table")
        after = len(bits) * 8 - len(self.rows)
        number = int.from_bytes(bits, "big")
        if after < 0:
            raise FormError("fewer bits than the table has rows")
        presence = number >> after
        if not presence and not texts:
            raise FormError("a table without a row")
        adding = [one for one in self._adding if presence >> one[0] & 1]
        left = (presence.bit_count() + len(texts)) * self._width + sum([one[1] for one in adding])
        fill = after - left
        if not 0 <= fill < 8:
            raise FormError(f"{len(bits)} bytes of bits, not as many as its rows need")
        if number & (1 << fill) - 1:
            raise FormError("bits set after the last state")
        return presence, adding, number >> fill, left, texts

    def entries(self, wire: bytes | tuple[Any, ...]) -> list[Entry]:
        """Return the rows of a wire value that passed `check`, in its order."""
        presence, _, rest, left, texts = self._open(wire)
        last = len(self.rows) - 1
        sources: list[tuple[int | None, bytes | str | None]] = [
            (index, None) for index in range(len(self.rows)) if presence >> last - index & 1
        ]
        sources += [(None, text) for text in texts]
        entries = []
        for row, text in sources:
            added = None
            if row is not None and self.rows[row].adds:
                width = self.rows[row].width
                left -= width
                added = rest >> left & (1 << width) - 1
            states = []
            for column in self.columns:
                left -= column.width
                states.append(rest >> left & (1 << column.width) - 1)
            entries.append(Entry(row, added, text, tuple(states)))
        return entries

    def _bits(self, entries: Sequence[Entry]) -> bytes:
        """Return the bits of ``entries``, listed rows in order first."""
        number, width = 0, len(self.rows)
        for entry in entries:
            if entry.row is not None:
                number |= 1 << (width - 1 - entry.row)
        for entry in entries:
            parts = [(column.width, state) for column, state in zip(self.columns, entry.states, strict=True)]
            if entry.row is not None and entry.added is not None:
                parts.insert(0, (self.rows[entry.row].width, entry.added))
            for bits, state in parts:
                number = number << bits | state
                width += bits
        fill = -width % 8
        return (number << fill).to_bytes((width + fill) // 8, "big")

    # as values

    def pack(self, value: object) -> bytes | tuple[Any, ...]:
        """Return the wire value of rows: ``[row, cell, …]`` or ``{"free": text, "cells": [cell, …]}`` each.

        A row is written as printed, in any language of the form; a row without columns may stand as its bare
        text. Raises `FormError`, with one fault for each row that is wrong.
        """
        if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
            raise FormError(
                f"{quoted(value)} is not a list of rows", ru=f"{quoted_ru(value)} — не список строк"
            )
        entries, faults = [], []
        for given in value:
            try:
                entries.append(self.entry(given))
            except FormError as error:
                error.row = _heading(given)
                faults.append(error)
        faults += self._doubles(entries)
        if faults:
            raise FormError(
                "; ".join(f"{fault.row}: {fault}" for fault in faults),
                ru="; ".join(f"{fault.row}: {fault.ru}" for fault in faults),
                faults=faults,
            )
        if not entries:
            raise FormError("a table without a row", ru="таблица без строк")
        entries.sort(key=lambda entry: len(self.rows) if entry.row is None else entry.row)
        bits, texts = self._bits(entries), [entry.text for entry in entries if entry.text is not None]
        return (bits, *texts) if texts else bits

    def entry(self, given: object) -> Entry:
        """Return one row packed; raise `FormError` for a row or a cell that the form does not have."""
        if isinstance(given, Mapping) and given.keys() <= {"free", "cells"} and "free" in given:
            text, cells = given["free"], given.get("cells", ())
            if not self.free:
                raise FormError("no rows of one's own here", ru="свои строки здесь невозможны")
            packed = self.words.pack(text)
            if isinstance(text, str) and self.spellings.find(text) is not None:
                raise FormError("a free row that the form lists", ru="такая строка в форме уже есть")
            return Entry(None, None, packed, self._states(cells))
        row, cells = (given, ()) if isinstance(given, str) else _parts(given)
        found = self.spellings.find(row)
        if found is None:
            raise self._unknown(row)
        return Entry(*found, None, self._states(cells))

    def _states(self, cells: object) -> tuple[int, ...]:
        if isinstance(cells, (str, Mapping)) or not isinstance(cells, Sequence):
            raise FormError(f"{quoted(cells)} is not a list of cells", ru="ячейки заданы не списком")
        if len(cells) != len(self.columns):
            raise FormError(
                f"{len(cells)} cells, the table has {len(self.columns)} columns",
                ru=f"ячеек {len(cells)}, а столбцов {len(self.columns)}",
            )
        return tuple(column.pack(cell) for column, cell in zip(self.columns, cells, strict=True))

    def _doubles(self, entries: Sequence[Entry]) -> list[FormError]:
        """Return a fault for each row that stands twice and for free rows beyond the form's limit."""
        faults, seen, free = [], set(), 0
        for entry in entries:
            written = None if entry.text is None else self.words.value(entry.text)
            key = entry.row if written is None else loose(written)
            row = self.word(entry)
            if key in seen:
                faults.append(FormError("the row stands twice", ru="строка стоит дважды", row=row))
            seen.add(key)
            free += written is not None
            if written is not None and free == self.free + 1:
                faults.append(
                    FormError(
                        f"more than {self.free} free rows", ru=f"своих строк больше {self.free}", row=row
                    )
                )
        return faults

    def _unknown(self, row: str) -> FormError:
        near = self.spellings.near(row)
        if not near:
            return FormError("no such row in the form", ru="такой строки в форме нет")
        en, ru = ", ".join(map(repr, near)), ", ".join(f"«{spelling}»" for spelling in near)
        return FormError(
            f"no such row in the form, near it: {en}", ru=f"такой строки в форме нет, похожи: {ru}"
        )

    def value(self, wire: bytes | tuple[Any, ...]) -> list[Any]:
        """Return the rows as `pack` takes them, in the document's language."""
        rows: list[Any] = []
        for entry in self.entries(wire):
            word, cells = self.word(entry), self.cells(entry)
            if entry.row is not None:
                rows.append([word, *cells])
            else:
                rows.append({"free": word, "cells": list(cells)} if self.columns else {"free": word})
        return rows

    def brief(self, wire: bytes | tuple[Any, ...], language: str) -> str:
        """Return the rows without their cells, on one line."""
        return ", ".join(self.subject(entry, language) for entry in self.entries(wire))

    def long(self, wire: bytes | tuple[Any, ...], language: str) -> str:
        """Return the rows and their cells on one line."""
        lines = []
        for entry in self.entries(wire):
            texts = ", ".join(filter(None, self.texts(entry, language)))
            lines.append(": ".join(filter(None, (self.subject(entry, language), texts))))
        return "; ".join(lines)

    def subject(self, entry: Entry, language: str) -> str:
        """Return the row as printed in ``language``."""
        return self.word(entry) if entry.row is None else self.rows[entry.row].brief(entry.added, language)

    def cells(self, entry: Entry) -> tuple[Cell, ...]:
        """Return the values of a row's columns."""
        return tuple(column.value(state) for column, state in zip(self.columns, entry.states, strict=True))

    def texts(self, entry: Entry, language: str) -> tuple[str, ...]:
        """Return a row's cells written out: ``5 (excellent)``; an empty one is an empty text."""
        return tuple(
            column.long(state, language) for column, state in zip(self.columns, entry.states, strict=True)
        )

    def word(self, entry: Entry) -> str:
        """Return the row as printed in the document's language."""
        if entry.text is not None:
            return self.words.value(entry.text)
        assert entry.row is not None
        return self.rows[entry.row].word(entry.added)

    # in a class list

    def read_cells(self, text: str) -> tuple[Cell, ...]:
        """Return the cells of a row that one cell of a class list holds, blanks between them, ``-`` for empty.

        Columns that may be empty may all be left out together. Raises `FormError`. A table without columns has
        nothing to read.
        """
        return read_cells(text, self.columns)

    def printed(self) -> Iterator[tuple[str, int, int | None]]:
        """Yield every row with every item it may add: as printed in the document's language, and its indices."""
        for index, row in enumerate(self.rows):
            for added in range(len(row.adds)) if row.adds else (None,):
                yield row.word(added), index, added

    @cached_property
    def spellings(self) -> Spellings[tuple[int, int | None]]:
        """Every listed row by every way to print it; the document's language goes before translations."""
        rows = list(self.printed())
        pairs = [(word, (index, added)) for word, index, added in rows]
        for _, index, added in rows:
            row = self.rows[index]
            item = None if added is None else row.adds[added]
            for language in ("", *row.item.text.others, *(() if item is None else item.text.others)):
                main = row.item.text.in_language(language)
                text = main if item is None else combined(main, item.text.in_language(language))
                pairs += [(row.brief(added, language), (index, added)), (text, (index, added))]
        return Spellings(pairs)


def _loose_columns(columns: Sequence[Column]) -> tuple[tuple[int, int, int], ...]:
    """Return place from the right, mask and number of states of the columns whose bits could spell more states."""
    loose, shift = [], 0
    for column in reversed(columns):
        if column.states < 1 << column.width:
            loose.append((shift, (1 << column.width) - 1, column.states))
        shift += column.width
    return tuple(loose)


def _parts(given: object) -> tuple[str, Sequence[object]]:
    """Return row and cells of ``[row, cell, …]``; raise `FormError` for anything else."""
    if isinstance(given, Sequence) and given and isinstance(given[0], str):
        return given[0], given[1:]
    raise FormError(
        f"{quoted(given)} is neither [row, cell, …] nor {{free, cells}}",
        ru=f"{quoted_ru(given)} — не строка таблицы",
    )


def _heading(given: object) -> str:
    """Return the name of a row that could not be packed, as far as it has one."""
    if isinstance(given, Mapping):
        given = given.get("free", given)
    elif isinstance(given, (list, tuple)) and given:
        given = given[0]
    return given if isinstance(given, str) else str(given)[:40]
