"""Entries of the register as records of its book: a document each, its parts together, its contents read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, Final

from qrcert import cbor, cose, wire
from qrcert.form import Contents, Form
from qrcert.form import Office as FormOffice
from qrcert.register import Entry, Register

_AT_ONCE: Final = 500  # entries whose links are asked for in one question


@dataclass(frozen=True, slots=True)
class Kind:
    """A form as far as it is at hand: lists carry no office part."""

    form: Form
    office: FormOffice | None = None


Kinds = Callable[[bytes], Kind | None]
"""Gives the kind of a form's hash, None where nobody here has the form."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the book: the entry, its contents if its form is known, and its links both ways.

    ``entry`` is that of the first part, ``last`` the number of the last one in the register; ``fields`` are the
    wire values of all parts by label; ``replaces`` is the record in whose place this one came, ``replaced_by`` the
    one that came in its place.
    """

    entry: Entry
    last: int
    kind: Kind | None
    fields: Mapping[int, Any]
    replaces: Entry | None
    replaced_by: Entry | None

    @property
    def record(self) -> int | str:
        """The number of the record in the book, ``6–7`` where each part has one."""
        return self.entry.id if self.last == self.entry.id else f"{self.entry.id}–{self.last}"

    def contents(self, language: str) -> Contents | None:
        """Return what the document says, or None where its form is not known."""
        return None if self.kind is None else self.kind.form.show(self.fields, part=None, language=language)


def read_rows(entries: Iterable[Entry], *, register: Register, kinds: Kinds) -> Iterator[Row]:
    """Yield entries as records, in their order; the parts of one document, which stand together, are one record."""
    rest = iter(entries)
    documents = (list(parts) for _, parts in groupby(rest, key=_document))
    while some := list(islice(documents, _AT_ONCE)):
        firsts = [parts[0] for parts in some]
        after = register.successors([entry.id for entry in firsts])
        before = {
            entry.id: entry
            for entry in register.entries([entry.replaces for entry in firsts if entry.replaces is not None])
        }
        for parts in some:
            entry = parts[0]
            kind = kinds(entry.form)
            fields = (
                {} if kind is None else {key: one for part in parts for key, one in _fields(part).items()}
            )
            yield Row(entry, parts[-1].id, kind, fields, before.get(entry.replaces or 0), after.get(entry.id))


def _document(entry: Entry) -> tuple[object, ...]:
    """Return what the parts of one document have in common; entries without parts stand alone."""
    return entry.batch, entry.form, entry.number, entry.position, 0 if entry.part else entry.id


def _fields(entry: Entry) -> dict[int, Any]:
    payload = cbor.decode(cose.read_sign1(entry.signed, max_bytes=wire.MAX_BYTES).payload)
    return {label: value for label, value in payload.items() if label > 0}
