"""`StoredList`: a list that was imported, opened without reading it whole, each entry read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import Any, Final

from qrcert import cbor, wire
from qrcert.errors import QrcertError, Unreadable
from qrcert.form import Form
from qrcert.store.database import Database
from qrcert.store.rows import (
    Kind,
    bucket_name,
    buckets,
    header_data,
    number_name,
    rows_of,
    school_name,
    seal,
)
from qrcert.trust import Counts, Header, KeyEntry, KeyPin, School, TrustList, VerifiedList, layout, open_form
from qrcert.trust.body import (
    read_form_entry,
    read_header,
    read_key,
    read_rights,
    read_school,
    read_withdrawals,
)

LIST_COLUMNS: Final = "number, identity, file_hash, header, seal"
"""What `StoredList` is made from."""

_HEADER = layout.Row(
    "header",
    layout.array(1),
    layout.HASH,
    layout.MAP,
    layout.array(4, 4),
    layout.whole(0, 1),
    layout.ANY_DAY,
)
_KEY = layout.Row("key", layout.octets(8), layout.POSITIVE, layout.MAP)


class StoredList(VerifiedList):
    """A list in a store, ready for verdicts; what was asked for once is kept in memory.

    ``imported`` is the day of its import, ``file_hash`` the SHA-256 of its file. Asking raises `Unreadable` where
    the store fails, is damaged, or took in another list of this authority since this one was opened.
    """

    __slots__ = (
        "_counts",
        "_database",
        "_entries",
        "_forms",
        "_header",
        "_number",
        "_own",
        "_rights",
        "_root_hashes",
        "_withdrawals",
        "file_hash",
        "imported",
        "list_hash",
    )

    def __init__(self, database: Database, row: tuple[Any, ...]) -> None:
        self._database = database
        self._number, identity, file_hash, header, found_seal = row
        self.file_hash: bytes = file_hash
        with self._damage("the header of a list"):
            if found_seal != seal(file_hash, Kind.HEADER, identity, header):
                raise Unreadable("its seal is broken")
            roots, list_hash, body, counts, own, imported = _HEADER.read(cbor.decode(header))
            layout.each_of(roots, what="roots", kind=layout.HASH)
            layout.each_of(counts, what="counts", kind=layout.COUNT)
            if identity != roots[0]:
                raise Unreadable("it is another authority's")
            self._header = read_header(body)
        self._root_hashes: tuple[bytes, ...] = roots
        self.list_hash: bytes = list_hash
        self._counts = Counts(*counts)
        self._own = bool(own)
        self.imported: date = wire.to_date(imported)
        self._entries: dict[bytes, KeyEntry] = {}
        self._forms: dict[bytes, Form | None] = {}
        self._rights: dict[int, frozenset[bytes]] = {}
        self._withdrawals: dict[bytes, Mapping[bytes, tuple[int, int]]] = {}

    def __repr__(self) -> str:
        return f"StoredList({self.authority!r}, version {self.root_version}.{self.version})"

    @property
    def header(self) -> Header:
        """What stands once in the list."""
        return self._header

    @property
    def root_hashes(self) -> tuple[bytes, ...]:
        """The hashes of all roots, from root 1."""
        return self._root_hashes

    @property
    def counts(self) -> Counts:
        """How much the list holds."""
        return self._counts

    @property
    def own(self) -> bool:
        """Whether this is a school's list of itself: one root, one signer, one school of the same name."""
        return self._own

    @property
    def file(self) -> bytes:
        """The bytes of the list's file, as they were imported."""
        found = self._database.rows("SELECT data FROM file WHERE list = ?", self._number)
        self._require_current()
        data = found[0][0] if found else None
        if not isinstance(data, bytes) or sha256(data).digest() != self.file_hash:
            raise self._database.damaged("the file of a list is not what was imported")
        return data

    def check(self) -> None:
        """Return if the file holds from the start, signatures and all, and every row says what the file says.

        Raises `Unreadable` for a row that does not, and `TrustListError` where the file itself was never good.
        """
        trust = TrustList.from_bytes(self.file)
        if header_data(self, 0) != header_data(trust, 0):
            raise self._database.damaged("the header of a list is not what its file says")
        rows = self._database.rows(
            "SELECT kind, name, data, seal FROM part WHERE list = ? ORDER BY kind, name", self._number
        )
        self._require_current()
        due = [(*row, seal(self.file_hash, *row)) for row in rows_of(trust)]
        if rows != due:
            raise self._database.damaged("the rows of a list are not what its file says")

    def entry(self, kid: bytes) -> KeyEntry | None:
        """Return the key with this kid (8 bytes), or None."""
        entry = self._entries.get(kid)
        if entry is None:
            entry = self._read_entry(kid)
            if entry is not None:
                self._entries[kid] = entry
        return entry

    def _read_entry(self, kid: bytes) -> KeyEntry | None:
        data = self._required(Kind.KEYS, bucket_name(kid, self._counts.keys))
        with self._damage("a key"):
            found = [(number, key) for its_kid, number, key in _keys(data) if its_kid == kid]
        if not found:
            return None
        number, key = found[0]
        school = self.school(number)
        if school is None:
            raise self._database.damaged("a school that has keys is missing")
        with self._damage("a key"):
            return self._entry(kid, key, school)

    def _entry(self, kid: bytes, key: Mapping[int, Any], school: School) -> KeyEntry:
        entry = read_key(key, school, self._header.season_sizes)
        if entry is None or entry.kid != kid:
            raise Unreadable("it has another kid")
        return entry

    def school(self, number: int) -> School | None:
        """Return the school with this id, or None."""
        data = self._data(Kind.SCHOOLS, school_name(number))
        with self._damage("a school"):
            items = () if data is None else cbor.decode(data)
            return next((read_school(item) for item in items if item[0] == number), None)

    def form(self, form16: bytes) -> Form | None:
        """Return the form with this hash (16 bytes); None where it is missing or not understood here."""
        if form16 not in self._forms:
            data = self._data(Kind.FORM, form16)
            if data is None:
                return None
            with self._damage("a form"):
                entry = read_form_entry(cbor.decode(data))
                if entry.hash != form16:
                    raise Unreadable("it has another hash")
            self._forms[form16] = open_form(entry)
        return self._forms[form16]

    def allows(self, rights: int, form16: bytes) -> bool:
        """Tell whether keys with this number of rights may sign the form with this hash."""
        if rights not in self._rights:
            data = self._required(Kind.RIGHTS, number_name(rights))
            with self._damage("rights"):
                found = read_rights((cbor.decode(data),))
                if rights not in found:
                    raise Unreadable("they have another number")
            self._rights |= found
        return form16 in self._rights[rights]

    def withdrawal(self, name16: bytes) -> tuple[int, int] | None:
        """Return day and kind (1..3) of the withdrawal under this name (16 bytes), or None."""
        place = bucket_name(name16, self._counts.withdrawals)
        if place not in self._withdrawals:
            data = self._required(Kind.WITHDRAWALS, place)
            with self._damage("withdrawals"):
                self._withdrawals[place] = read_withdrawals(cbor.decode(data))
        return self._withdrawals[place].get(name16)

    def pins(self, known: Mapping[bytes, bytes] | None = None) -> Iterator[KeyPin]:
        """Yield what every later list must say of the keys, except those of rows that are as in ``known``."""
        rows = self._database.rows(
            "SELECT name, data, seal FROM part WHERE list = ? AND kind = ?", self._number, Kind.KEYS
        )
        if len(rows) != buckets(self._counts.keys):
            self._require_current()
            raise self._database.damaged("a row of keys is missing")
        for name, data, found_seal in rows:
            if known is not None and known.get(name) == data:
                continue
            self._require_seal(found_seal, Kind.KEYS, name, data)
            with self._damage("a key"):
                pins = [self._entry(kid, key, School(number, (), "")).pin for kid, number, key in _keys(data)]
            yield from pins

    def form_hashes(self) -> frozenset[bytes]:
        """Return the hashes (16 bytes) of all forms."""
        rows = self._database.rows(
            "SELECT name FROM part WHERE list = ? AND kind = ?", self._number, Kind.FORM
        )
        return frozenset(name for (name,) in rows)

    def _required(self, kind: Kind, name: bytes) -> bytes:
        """Return the data of a row that every list has, its seal unbroken."""
        data = self._data(kind, name)
        if data is None:
            raise self._database.damaged(f"a row of {kind.name.lower()} is missing")
        return data

    def _data(self, kind: Kind, name: bytes) -> bytes | None:
        """Return the data of a row, its seal unbroken, or None where there is no such row."""
        found = self._database.rows(
            "SELECT data, seal FROM part WHERE list = ? AND kind = ? AND name = ?", self._number, kind, name
        )
        if not found:
            self._require_current()
            return None
        data, found_seal = found[0]
        self._require_seal(found_seal, kind, name, data)
        return bytes(data)

    def _require_seal(self, found_seal: object, kind: Kind, name: bytes, data: bytes) -> None:
        """Return if a row is as it was written with this very list; raise `Unreadable`."""
        with self._damage("a row"):
            holds = found_seal == seal(self.file_hash, kind, name, data)
        if not holds:
            self._require_current()
            raise self._database.damaged("the seal of a row is broken")

    def _require_current(self) -> None:
        """Return unless another list of the authority stands here now; raise `Unreadable`."""
        found = self._database.rows("SELECT file_hash FROM list WHERE number = ?", self._number)
        if found != [(self.file_hash,)]:
            raise Unreadable(
                f"the list of {self.authority!r} was replaced by a newer one while it was in use",
                hint="do it again: it will be done with the newer list",
            )

    @contextmanager
    def _damage(self, what: str) -> Iterator[None]:
        """Turn whatever is wrong with a row into the one error for a damaged store."""
        try:
            yield
        except (QrcertError, TypeError, ValueError, LookupError) as error:
            raise self._database.damaged(f"{what}: {error}") from error


def _keys(data: bytes) -> list[tuple[bytes, int, Mapping[int, Any]]]:
    """Return the keys of a row: kid, school's id, and the key as it stands in a list."""
    return [(kid, number, key) for kid, number, key in map(_KEY.read, cbor.decode(data))]
