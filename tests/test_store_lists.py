"""Lists opened from a store: they answer as `TrustList` does, or say that something is wrong, and nothing else."""

from __future__ import annotations

import functools
import json
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from nation import KEY, nation
from qrcert import cbor
from qrcert.decode import verify
from qrcert.errors import QrcertError, TrustListError, Unreadable
from qrcert.store import FILE_NAME, Store, StoredList
from qrcert.store.rows import Kind, bucket_name, buckets, number_name, rows_of, school_name, seal
from qrcert.trust import KeyEntry, TrustList, VerifiedList
from qrcert.trust.writing import key_item, school_item
from stores import TODAY, edit, put, stored
from test_vectors import VERDICTS, bytes_of, facts
from trust_maker import HEALTHY, STOLEN, following, good_file, own_list, school_in, world

HASHES = (bytes(16), b"\xff" * 16, b"no such withdrawal"[:16])


@functools.cache
def country() -> bytes:
    """Enough withdrawals for several rows, stolen keys with leaves, forms, seasons."""
    return nation(60, years=20).file()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrustList, bytes]:
    """The country's list, and the file of a store that has it."""
    folder = tmp_path_factory.mktemp("imported")
    stored(Store(folder), country())
    return TrustList.from_bytes(country()), (folder / FILE_NAME).read_bytes()


FILES: dict[str, Callable[[], bytes]] = {
    "good": good_file,
    "own": lambda: own_list().file(),
    "cutover": lambda: world(lambda body: body.update({-1: body[5]})).file(),
    "empty": lambda: world(lambda body: body.update({7: [], 8: [], 9: [], 10: [], 11: []})).file(),
    "country": country,
}


def opened(folder: Path, data: bytes) -> tuple[TrustList, StoredList]:
    (trust,) = stored(Store(folder), data).lists()
    return TrustList.from_bytes(data), trust


def known_as(trust: VerifiedList, form16: bytes) -> tuple[str, bytes, tuple[str, ...]] | None:
    """What tells one form from another, translations included."""
    form = trust.form(form16)
    return form and (form.id, form.hash, form.languages)


@pytest.mark.parametrize("name", FILES)
def test_a_stored_list_answers_as_the_list_itself(name: str, tmp_path: Path) -> None:
    data = FILES[name]()
    trust, found = opened(tmp_path, data)
    told = ("identity", "fingerprint", "root_hashes", "root_version", "version", "order", "list_hash")
    more = ("authority", "where", "issued", "next_update", "effective_end", "cutover", "own", "counts")
    for attribute in (*told, *more):
        assert getattr(found, attribute) == getattr(trust, attribute), attribute
    assert found.header.seasons == trust.header.seasons
    assert sorted(found.pins()) == sorted(trust.pins())
    assert found.form_hashes() == trust.form_hashes()
    for entry in trust.keys:
        assert found.entry(entry.kid) == entry
        assert found.entry(entry.kid) is found.entry(entry.kid)
        for form in (*trust.form_hashes(), *HASHES):
            assert found.allows(entry.rights, form) == trust.allows(entry.rights, form)
        assert found.school(entry.school.id) == entry.school
        for digest in (*entry.leaves, bytes(32)):
            assert found.proven(entry, digest) == trust.proven(entry, digest)
    for form in (*trust.form_hashes(), *HASHES):
        assert known_as(found, form) == known_as(trust, form)
    for withdrawn in (*trust.contents.withdrawals, *HASHES):
        assert found.withdrawal(withdrawn) == trust.withdrawal(withdrawn)
    assert found.entry(bytes(8)) is None
    assert [found.school(number) for number in (0, 10**9, 2**53 - 1)] == [None] * 3
    assert found.file == data
    found.check()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], StoredList]:
    """Import a vector's list into a store of its own, once, and give it as it is stored."""

    @functools.cache
    def kept(given: str) -> StoredList:
        folder = tmp_path_factory.mktemp("lists")
        (trust,) = stored(Store(folder), bytes_of(json.loads(given))).lists()
        return trust

    return lambda given: kept(json.dumps(given))


def test_every_vector_has_the_same_verdict_under_stored_lists(shelf: Callable[[Any], StoredList]) -> None:
    for name, scenario in VERDICTS.items():
        lists = [shelf(given) for given in scenario["lists"]]
        at = scenario.get("at")
        verdict = verify(
            scenario["input"],
            trust=lists,
            now=date.fromisoformat(scenario["now"]),
            at=None if at is None else date.fromisoformat(at),
            max_list_age=scenario.get("max_list_age"),
            proofs=scenario["proofs"],
        )
        expected = {key: one for key, one in scenario["expected"].items() if key not in ("others", "display")}
        assert facts(verdict) == expected, name


def test_entries_are_spread_over_rows() -> None:
    trust = TrustList.from_bytes(country())
    for kind, count, rows in ((Kind.KEYS, 120, 16), (Kind.SCHOOLS, 60, 8), (Kind.WITHDRAWALS, 45, 8)):
        found = [row for row in rows_of(trust) if row.kind == kind]
        assert len(found) == rows
        assert [row.name for row in found] == sorted(row.name for row in found)
        assert sum(len(cbor.decode(row.data)) for row in found) == count
    assert buckets(120) == 16
    assert bucket_name(b"\xff" * 16, 45) == b"\x00\x00\x00\x07"
    assert bucket_name(b"\xff" * 16, 0) == bytes(4)


def test_rows_are_the_one_spelling_of_what_they_say() -> None:
    """They are written without looking them through: they must be what the strict reader reads."""
    for row in rows_of(TrustList.from_bytes(country())):
        assert cbor.encode(cbor.decode(row.data)) == row.data


def test_a_list_can_be_asked_from_another_thread(tmp_path: Path) -> None:
    trust, found = opened(tmp_path, good_file())
    answers: list[KeyEntry | None] = []
    thread = threading.Thread(target=lambda: answers.append(found.entry(HEALTHY.kid)))
    thread.start()
    thread.join()
    assert answers == [trust.entry(HEALTHY.kid)]


def test_a_stored_list_is_asked_again_after_its_store_is_forgotten(tmp_path: Path) -> None:
    lists = stored(Store(tmp_path), good_file()).lists()
    assert lists[0].entry(STOLEN.kid) is not None


# ------------------------------------------------------------------------------------ replaced while it is open


def test_a_list_that_was_replaced_says_so_and_never_mixes_two(tmp_path: Path) -> None:
    before = world()
    store = stored(Store(tmp_path), before)
    (old,) = store.lists()
    known = old.entry(HEALTHY.kid)
    assert put(store, following(before)) == "imported"
    assert old.entry(HEALTHY.kid) is known  # what was read before stays
    rights = known.rights if known else 0
    asked: list[Callable[[], object]] = [
        lambda: old.entry(STOLEN.kid),
        lambda: old.entry(bytes(8)),
        lambda: old.withdrawal(bytes(16)),
        lambda: old.allows(rights, bytes(16)),
        lambda: old.form(bytes(16)),
        lambda: old.file,
        lambda: list(old.pins()),
        old.check,
    ]
    for ask in asked:
        with pytest.raises(Unreadable, match="replaced by a newer one") as caught:
            ask()
        assert caught.value.hint
    (new,) = store.lists()
    assert new.version == old.version + 1
    assert new.entry(STOLEN.kid) is not None


# ------------------------------------------------------------------------------ edited, rotten, forged, incomplete


def everything(trust: TrustList, found: StoredList) -> Iterator[tuple[str, Callable[[], object], object]]:
    """Every question that can be asked, with the kind of what it is about and the true answer."""
    for entry in trust.keys:
        yield "key", functools.partial(found.entry, entry.kid), entry
        for form in trust.form_hashes():
            allowed = trust.allows(entry.rights, form)
            yield "rights", functools.partial(found.allows, entry.rights, form), allowed
    for form in trust.form_hashes():
        yield "form", functools.partial(known_as, found, form), known_as(trust, form)
    for name, withdrawn in trust.contents.withdrawals.items():
        yield "withdrawal", functools.partial(found.withdrawal, name), withdrawn


def wrong_answers(trust: TrustList, folder: Path) -> list[str]:
    """What a spoiled store answers wrongly: an error is no answer, and None for a key or a form is a safe one."""
    wrong = []
    try:
        lists = Store(folder).lists()
    except Unreadable:
        return []
    for found in lists:
        for kind, ask, truth in everything(trust, found):
            try:
                answer = ask()
            except Unreadable:
                continue
            if answer != truth and not (answer is None and kind in ("key", "form")):
                wrong.append(kind)
    return wrong


def refuses_itself(folder: Path) -> bool:
    try:
        for trust in Store(folder).lists():
            trust.check()
    except QrcertError:
        return True
    return False


EDITS = [
    "UPDATE part SET data = data || x'00'",
    "UPDATE part SET data = substr(data, 2)",
    "UPDATE part SET data = 'text'",
    "UPDATE part SET data = 1, seal = 1",
    "UPDATE part SET seal = zeroblob(8)",
    "UPDATE part SET seal = 'seal'",
    "UPDATE part SET list = list + 1",
    "UPDATE part SET kind = kind + 1 WHERE kind = 5",
    "DELETE FROM part",
    "DELETE FROM part WHERE kind = 1",
    "DELETE FROM part WHERE kind = 2",
    "DELETE FROM part WHERE kind = 4",
    "DELETE FROM part WHERE kind = 5",
    "DELETE FROM part WHERE name = (SELECT min(name) FROM part WHERE kind = 5) AND kind = 5",
    "UPDATE part SET data = (SELECT data FROM part AS other WHERE other.kind = part.kind LIMIT 1)",
    "UPDATE list SET header = x'80'",
    "UPDATE list SET header = 'text'",
    "UPDATE list SET file_hash = zeroblob(32)",
    "UPDATE list SET file_hash = zeroblob(99)",
    "UPDATE list SET file_hash = 1",
    "UPDATE list SET seal = 1",
    "UPDATE list SET identity = zeroblob(32)",
    "UPDATE list SET identity = 'text'",
    "UPDATE list SET number = number + 1",
    "UPDATE file SET data = zeroblob(100)",
    "UPDATE file SET data = 'text'",
    "DELETE FROM file",
]


@pytest.mark.parametrize("statement", EDITS)
def test_what_was_edited_is_noticed(
    statement: str, imported: tuple[TrustList, bytes], tmp_path: Path
) -> None:
    trust, file = imported
    (tmp_path / FILE_NAME).write_bytes(file)
    assert edit(tmp_path, statement) > 0
    assert not wrong_answers(trust, tmp_path)
    assert refuses_itself(tmp_path)


def test_a_rotten_file_gives_no_wrong_answer(tmp_path: Path) -> None:
    """Bits turned anywhere: pages, cells, the tables' own table. Some hit what is free, and change nothing."""
    trust, _ = opened(tmp_path, good_file())
    path, chance = tmp_path / FILE_NAME, random.Random(6)
    good = path.read_bytes()
    noticed = 0
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(chance.randrange(1, 30)):
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        assert not wrong_answers(trust, tmp_path)
        noticed += refuses_itself(tmp_path)
    assert noticed > 75


def test_a_page_left_over_from_the_list_before_is_noticed(tmp_path: Path) -> None:
    """A disk that says it has written and has not: some pages are the old ones, all of them well formed."""
    before = world()
    store = stored(Store(tmp_path), before)
    path, chance = tmp_path / FILE_NAME, random.Random(7)
    old = path.read_bytes()
    assert put(store, following(before)) == "imported"
    new = path.read_bytes()
    trust = TrustList.from_bytes(store.lists()[0].file)
    for _ in range(40):
        mixed = bytearray(new)
        for at in range(0, min(len(old), len(new)), 4096):
            if chance.random() < 0.3:
                mixed[at : at + 4096] = old[at : at + 4096]
        path.write_bytes(mixed)
        assert not wrong_answers(trust, tmp_path)


def forge(folder: Path, kind: Kind, name: bytes, data: bytes) -> None:
    """Write a row with a true seal, as somebody could who knows this program and may write in the folder."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as database, database:
        ((number, file_hash),) = database.execute("SELECT number, file_hash FROM list").fetchall()
        row = (number, kind, name, data, seal(file_hash, kind, name, data))
        database.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?)", row)


ENTRY = TrustList.from_bytes(good_file()).entry(HEALTHY.kid)
assert ENTRY is not None
ITEM, KID, SCHOOL = key_item(ENTRY), HEALTHY.kid, school_item(ENTRY.school)
KEYS, SCHOOLS = bucket_name(KID, 8), school_name(10)


def ask_key(trust: StoredList) -> object:
    return trust.entry(KID)


def ask_pins(trust: StoredList) -> object:
    return list(trust.pins())


def ask_withdrawal(trust: StoredList) -> object:
    return trust.withdrawal(bytes(16))


STRANGE: list[tuple[Kind, bytes, Any, Callable[[StoredList], object]]] = [
    (Kind.KEYS, KEYS, 7, ask_key),
    (Kind.KEYS, KEYS, [7], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10, {0: b""}]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 0, ITEM]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 999, ITEM]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 15, ITEM]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10, ITEM | {2: 1}]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10, ITEM | {0: KEY.public}]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10, ITEM | {0: bytes(32)}]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10, ITEM | {1: -7}]], ask_key),
    (Kind.KEYS, KEYS, [[KID, 10, ITEM | {0: KEY.public}]], ask_pins),
    (Kind.KEYS, KEYS, [7], ask_pins),
    (Kind.SCHOOLS, SCHOOLS, 0, ask_key),
    (Kind.SCHOOLS, SCHOOLS, [0], ask_key),
    (Kind.SCHOOLS, SCHOOLS, [{}], ask_key),
    (Kind.SCHOOLS, SCHOOLS, [SCHOOL | {0: 11}], ask_key),
    (Kind.SCHOOLS, SCHOOLS, [SCHOOL | {1: []}], ask_key),
    (Kind.SCHOOLS, SCHOOLS, [SCHOOL | {1: []}], lambda trust: trust.school(10)),
    (Kind.RIGHTS, number_name(0), [3, [bytes(16)]], lambda trust: trust.allows(0, bytes(16))),
    (Kind.RIGHTS, number_name(0), [0, [b"short"]], lambda trust: trust.allows(0, bytes(16))),
    (Kind.FORM, bytes(16), [b"another", {}], lambda trust: trust.form(bytes(16))),
    (Kind.FORM, bytes(16), {}, lambda trust: trust.form(bytes(16))),
    (Kind.WITHDRAWALS, bytes(4), [[bytes(16), 20_000, 9]], ask_withdrawal),
    (Kind.WITHDRAWALS, bytes(4), {1: 2}, ask_withdrawal),
    (Kind.WITHDRAWALS, bytes(4), 7, ask_withdrawal),
]


@pytest.mark.parametrize(("kind", "name", "value", "ask"), STRANGE)
def test_even_under_a_true_seal_a_row_must_obey_the_rules_of_a_list(
    kind: Kind, name: bytes, value: Any, ask: Callable[[StoredList], object], tmp_path: Path
) -> None:
    (trust,) = stored(Store(tmp_path), good_file()).lists()
    forge(tmp_path, kind, name, cbor.encode(value))
    with pytest.raises(Unreadable, match="damaged") as caught:
        ask(trust)
    assert caught.value.hint
    assert refuses_itself(tmp_path)


def test_a_forged_row_that_obeys_them_is_found_by_the_check(tmp_path: Path) -> None:
    trust, found = opened(tmp_path, good_file())
    stranger = [KEY.kid, 10, ITEM | {0: KEY.public}]
    forge(tmp_path, Kind.KEYS, bucket_name(KEY.kid, 8), cbor.encode([stranger]))
    assert trust.entry(KEY.kid) is None
    assert found.entry(KEY.kid) is not None
    with pytest.raises(Unreadable, match="rows of a list are not what its file says"):
        found.check()


def test_keys_that_are_missing_cannot_be_forgotten(tmp_path: Path) -> None:
    """Who takes a row of keys away cannot bring a list in which they are missing too."""
    before = world()
    store = stored(Store(tmp_path), before)
    edit(tmp_path, "DELETE FROM part WHERE kind = 1 AND name = x'00000001'")
    after = following(before, lambda body: school_in(body, 12).update({3: []})).file()
    with pytest.raises(Unreadable, match="a row of keys is missing"):
        store.import_list(after, on=TODAY)


HEADERS: list[Callable[[list[Any]], object]] = [
    lambda head: head.clear(),
    lambda head: head.append(0),
    lambda head: head.__setitem__(0, []),
    lambda head: head.__setitem__(0, [*head[0], 7]),
    lambda head: head.__setitem__(0, head[0][1:]),
    lambda head: head.__setitem__(1, b""),
    lambda head: head.__setitem__(2, {}),
    lambda head: head.__setitem__(3, [1, 2, 3]),
    lambda head: head.__setitem__(3, [1, 2, 3, "4"]),
    lambda head: head.__setitem__(4, 2),
    lambda head: head.__setitem__(5, 10**9),
]


def forge_header(folder: Path, change: Callable[[list[Any]], object]) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME)) as database, database:
        ((identity, file_hash, data),) = database.execute("SELECT identity, file_hash, header FROM list")
        head = [*cbor.decode(data)]
        change(head)
        forged = cbor.encode(head)
        its_seal = seal(file_hash, Kind.HEADER, identity, forged)
        database.execute("UPDATE list SET header = ?, seal = ?", (forged, its_seal))


@pytest.mark.parametrize("change", HEADERS)
def test_a_header_must_obey_the_rules_too(change: Callable[[list[Any]], object], tmp_path: Path) -> None:
    store = stored(Store(tmp_path), good_file())
    forge_header(tmp_path, change)
    with pytest.raises(Unreadable, match="damaged: the header"):
        store.lists()


def test_a_header_that_tells_of_another_list_is_found_by_the_check(tmp_path: Path) -> None:
    store = stored(Store(tmp_path), good_file())
    forge_header(tmp_path, lambda head: head.__setitem__(4, 1))
    with pytest.raises(Unreadable, match="header of a list is not what its file says"):
        store.lists()[0].check()


def test_a_file_with_a_true_hash_and_false_signatures_is_found_by_the_check(tmp_path: Path) -> None:
    store = stored(Store(tmp_path), good_file())
    (found,) = store.lists()
    bad = bytearray(good_file())
    bad[-1] ^= 1
    edit(tmp_path, "UPDATE file SET data = ?", bytes(bad))
    with pytest.raises(Unreadable, match="not what was imported"):
        found.check()
    with pytest.raises(Unreadable, match="not what was imported"):
        store.export(found.identity)
    found.file_hash = sha256(bad).digest()
    edit(tmp_path, "UPDATE list SET file_hash = ?", found.file_hash)
    with pytest.raises(TrustListError):
        found.check()
