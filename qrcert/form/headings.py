"""The headings of a class list: what stands in its columns, and what a mistyped one may have meant.

A heading is a field's name or label, an `also` of the office, a row as printed, or ``TABLE: ROW``, in any language
of the form. ``TABLE: ROW`` is the only way to make a free row, so a mistyped subject never becomes one unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qrcert.form.model import Form
from qrcert.form.office import Office
from qrcert.form.tables import Table
from qrcert.form.wording import Text, loose, near

NUMBER, ISSUED = "number", "issued"

_COMMON = {
    NUMBER: ("number", "номер", "no.", "№"),
    ISSUED: ("issued", "date of issue", "дата выдачи"),
}
"""Columns that every class list may have: the certificate's number and the day of signing."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds.

    ``number`` and ``issued``; a ``field`` of the form or of the ``office`` by ``name``; a listed ``row`` of table
    ``name``, as printed in the document's language; a ``free`` row of it, ``row`` being its text.
    """

    kind: Literal["number", "issued", "field", "office", "row", "free"]
    name: str
    row: str | None = None


class Headings:
    """Everything that a class list for a form may have as a heading."""

    def __init__(self, form: Form, office: Office) -> None:
        self._tables: dict[str, Table] = {}
        self._names: list[tuple[str, str]] = []
        self._also: dict[str, str] = {}
        self._known: dict[str, list[Heading]] = {}
        self._shown: dict[str, str] = {}
        for kind, words in _COMMON.items():
            for word in words:
                self._add(word, Heading("number" if kind == NUMBER else "issued", kind))
        for one in form.fields:
            self._add_named(one.name, one.label, Heading("field", one.name))
            if isinstance(one.kind, Table):
                self._add_table(one.name, one.label, one.kind)
        for own in office.fields:
            self._add_named(own.name, own.label, Heading("office", own.name))
        self._also = {loose(other): meant for other, meant in office.also.items()}
        for other, meant in office.also.items():
            for heading in self.find(meant):
                self._add(other, heading)

    def _add(self, spelling: str, heading: Heading) -> None:
        key = loose(spelling)
        headings = self._known.setdefault(key, [])
        if heading not in headings:
            headings.append(heading)
        self._shown.setdefault(key, spelling)

    def _add_named(self, name: str, label: Text, heading: Heading) -> None:
        for spelling in (name, *label.everywhere()):
            self._add(spelling, heading)

    def _add_table(self, name: str, label: Text, table: Table) -> None:
        self._tables[name] = table
        for spelling in (name, *label.everywhere()):
            self._names.append((loose(spelling), name))
        for spelling, (index, added) in table.spellings:
            self._add(spelling, Heading("row", name, table.rows[index].word(added)))

    def find(self, text: str) -> tuple[Heading, ...]:
        """Return what ``text`` may mean: nothing for an unknown heading, several for an ambiguous one."""
        found = tuple(self._known.get(loose(text), ()))
        return found or self._find_in_table(text)

    def _find_in_table(self, text: str) -> tuple[Heading, ...]:
        """Return the row that ``TABLE: ROW`` names, listed or free."""
        parts = text.split(":")
        for count in range(1, len(parts)):
            before, row = loose(":".join(parts[:count])), " ".join(":".join(parts[count:]).split())
            tables = [name for spelling, name in self._names if spelling == before]
            if row and tables:
                headings = [self._row(name, row) for name in dict.fromkeys(tables)]
                return tuple([heading for heading in headings if heading is not None])
        return ()

    def _row(self, name: str, row: str) -> Heading | None:
        table = self._tables[name]
        found = table.spellings.find(self._also.get(loose(row), row))
        if found is not None:
            return Heading("row", name, table.rows[found[0]].word(found[1]))
        return Heading("free", name, row) if table.free else None

    def near(self, text: str) -> tuple[str, ...]:
        """Return known headings that look like ``text``, the most alike first."""
        return near(text, self._shown.values())
