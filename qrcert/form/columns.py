"""The columns of a table: the states of a cell, and reading several cells out of one."""

from __future__ import annotations

from collections.abc import Sequence

from qrcert.errors import FormError
from qrcert.form.kinds import Choice, Number
from qrcert.form.wording import Text, quoted, quoted_ru

EMPTY = "-"
"""How a class list writes an empty cell among full ones."""

Cell = int | str | None
"""An item's word, a number (text where it has decimals), or None for an empty cell."""

_MAX_WORDS = 40
"""Words in a cell of a class list; more is no row of marks, and trying all ways to part them takes long."""


class Column:
    """A column: an item of a list or a number, as a state counted from 0; ``optional`` adds state 0 = empty."""

    def __init__(self, name: str, label: Text, content: Choice | Number, *, optional: bool) -> None:
        self.name = name
        self.label = label
        self.content = content
        self.optional = optional
        low, high = content.limits
        self._shift = optional - low
        self.states = high + self._shift + 1
        self.width = (self.states - 1).bit_length()

    def pack(self, value: object) -> int:
        """Return the state of a cell; None, an empty text and ``-`` leave an optional one empty."""
        if value is None or value == "":
            return self._empty()
        try:
            return self.content.pack(value) + self._shift
        except FormError:
            if value == EMPTY:
                return self._empty()
            raise

    def _empty(self) -> int:
        if not self.optional:
            name, label = self.name, self.label.in_language("ru")
            raise FormError(f"{name} is empty", ru=f"{label}: пусто")
        return 0

    def value(self, state: int) -> Cell:
        """Return what the cell means, the same in every language."""
        return None if self.optional and not state else self.content.value(state - self._shift)

    def long(self, state: int, language: str) -> str:
        """Return the cell for a person; an empty one is an empty text."""
        return "" if self.optional and not state else self.content.long(state - self._shift, language)


def read_cells(text: str, columns: Sequence[Column]) -> tuple[Cell, ...]:
    """Return the cells that ``text`` holds with blanks between them, as a class list writes a row.

    Every column is there, ``-`` for an empty one; or only those that may not be empty. Raises `FormError`.
    """
    words = text.split()
    needed = [column for column in columns if not column.optional]
    if len(columns) == 1 and words:
        return (columns[0].value(columns[0].pack(" ".join(words))),)
    if words and len(words) <= _MAX_WORDS:
        states = _parted(words, columns)
        if states is not None:
            return tuple(column.value(state) for column, state in zip(columns, states, strict=True))
        states = _parted(words, needed)
        if states is not None:
            given = iter(states)
            return tuple(None if column.optional else column.value(next(given)) for column in columns)
    en = " ".join(column.name for column in columns)
    ru = ", ".join(column.label.in_language("ru") for column in columns)
    raise FormError(
        f"{quoted(text)} is not {en}, with blanks between and {EMPTY!r} for an empty one",
        ru=f"{quoted_ru(text)}: ожидается через пробел {ru}, пустое — «{EMPTY}»",
    )


def _parted(words: Sequence[str], columns: Sequence[Column]) -> list[int] | None:
    """Return the states of ``columns`` for ``words`` parted among them without a rest, or None."""
    reached: dict[int, list[int]] = {0: []}
    for column in columns:
        further: dict[int, list[int]] = {}
        for start, states in reached.items():
            for end in range(start + 1, len(words) + 1):
                state = None if end in further else _state(column, " ".join(words[start:end]))
                if state is not None:
                    further[end] = [*states, state]
        reached = further
    return reached.get(len(words))


def _state(column: Column, text: str) -> int | None:
    try:
        return column.pack(text)
    except FormError:
        return None
