"""The audit, manifests, and the guards in the databases themselves: nothing is changed unnoticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import registers
from qrcert.errors import RegisterError
from qrcert.register import Register, read_manifest, tables
from registers import BATCH, DAY, NOW, REFUSED, behind_its_back, entry, sha256


@pytest.fixture(params=registers.DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return registers.new_place(request.param, tmp_path)


@pytest.fixture
def register(place: Path | str) -> Iterator[Register]:
    with Register.open(place, create=True) as opened:
        yield opened


# The audit.


def tamper(place: Path | str, statement: str) -> list[tuple[str, int | None]]:
    with Register.open(place, create=True) as register:
        register.record(BATCH, [entry(1), entry(2), entry(3)], now=NOW)
    if isinstance(place, str):
        statement = statement.replace("zeroblob(32)", "'0'::bytea")
    behind_its_back(place, statement)
    with Register.open(place) as register:
        return [(fault.code, fault.seq) for fault in register.audit_check().faults]


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("UPDATE certificates SET holder = 'Другой' WHERE id = 2", [("row_altered", 2)]),
        ("UPDATE certificates SET office = '{}' WHERE id = 3", [("row_altered", 3)]),
        ("UPDATE certificates SET status = 'void' WHERE id = 1", [("row_altered", 1)]),
        ("UPDATE batches SET issued = '2020-01-01'", [("row_altered", 4), ("manifest", None)]),
        ("UPDATE certificates SET position = 9 WHERE id = 1", [("row_altered", 1), ("manifest", None)]),
        ("DELETE FROM certificates WHERE id = 1", [("row_missing", 1), ("manifest", None)]),
        ("UPDATE audit SET act = 'void' WHERE seq = 2", [("altered", 2)]),
        ("UPDATE audit SET at = '1999' WHERE seq = 1", [("altered", 1)]),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 3", [("altered", 3), ("altered", 4)]),
        ("DELETE FROM audit WHERE seq = 2", [("gap", 3), ("altered", 3), ("row_unknown", None)]),
        ("DELETE FROM audit WHERE seq = 4", [("row_unknown", None)]),
    ],
)
def test_a_row_edited_behind_our_back_is_found(
    place: Path | str, statement: str, faults: list[tuple[str, int | None]]
) -> None:
    assert tamper(place, statement) == faults


def test_a_fault_names_the_certificate(place: Path | str) -> None:
    tamper(place, "UPDATE certificates SET holder = 'Другой' WHERE id = 2")
    with Register.open(place) as register:
        (fault,) = register.audit_check().faults
    assert fault.message == "the certificate No. '00000000000002' is not as audit row 2 left it"


def test_values_that_are_none_of_ours_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="holds what qrcert never writes"):
        tamper(tmp_path / "register.db", "UPDATE certificates SET issued = 'yesterday' WHERE id = 1")


def test_the_head_moves_with_every_act(register: Register) -> None:
    empty = register.audit_check()
    assert (empty.count, empty.head) == (0, bytes(32))
    register.record(BATCH, [entry(1)], now=NOW)
    assert register.audit_check().head != empty.head


# The databases' own rules.


NEVER = (
    "UPDATE audit SET at = 'x'",
    "DELETE FROM audit",
    "DELETE FROM certificates",
    "DELETE FROM batches",
    "DELETE FROM withdrawals",
    "DELETE FROM seasons",
    "DELETE FROM season_leaves",
    "UPDATE certificates SET signed = digest",
    "UPDATE certificates SET holder = 'x'",
    "UPDATE certificates SET id = 99",
    "UPDATE certificates SET status = 'live' WHERE status = 'void'",
    "UPDATE batches SET source = 'x'",
    "UPDATE batches SET audit_head = NULL",
    "UPDATE withdrawals SET reason = 'x'",
    "UPDATE seasons SET count = 9",
    "UPDATE season_leaves SET season = 9",
)


def full(register: Register) -> None:
    """Put something into every table."""
    one, two = register.record(BATCH, [entry(1), entry(2)], now=NOW).entries
    register.change([one.id], "void", day=DAY, reason="", now=NOW)
    register.change([two.id], "withdrawn", day=DAY, reason="", now=NOW)
    register.hand_in(two.kid, first=DAY, last=DAY, day=DAY, now=NOW)


def test_the_database_guards_what_never_changes(place: Path | str, register: Register) -> None:
    full(register)
    for statement in NEVER:
        with pytest.raises(REFUSED, match="never changes"):
            registers.run(place, statement)
    assert register.audit_check().faults == ()


def test_rows_are_not_put_in_the_place_of_others(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    with Register.open(path, create=True) as register:
        full(register)
        register.record(BATCH, [entry(3)], now=NOW)
        for table in tables.metadata.tables:
            with pytest.raises(REFUSED, match="never changes"):
                registers.run(path, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE true")
        with pytest.raises(REFUSED, match="live already"):
            registers.run(path, copied("OR REPLACE", status="'live'"))
        registers.run(path, copied("", number="'00000000000002'"))
        with pytest.raises(REFUSED, match="live already"):
            registers.run(path, "UPDATE OR REPLACE certificates SET status = 'live' WHERE id = 2")


def test_tables_are_not_emptied_at_a_stroke() -> None:
    place = registers.copy_of_template()
    for table in tables.metadata.tables:
        with pytest.raises(REFUSED, match="never changes"):
            registers.run(place, f"TRUNCATE {table} CASCADE")


def copied(how: str, **changes: str) -> str:
    """A statement that records the newest certificate once more, but for its id, its digest and what is given."""
    names = [column.name for column in tables.certificates.columns if column.name != "id"]
    values = [changes.get(name, "contents" if name == "digest" else name) for name in names]
    return (
        f"INSERT {how} INTO certificates (id, {', '.join(names)}) "
        f"SELECT 70 + id, {', '.join(values)} FROM certificates ORDER BY id DESC LIMIT 1"
    )


RULES = (
    ({"number": "number"}, "certificates_live|live already"),
    ({"number": "'8'", "digest": "digest"}, "digest|never changes"),
    ({"number": "'8'", "status": "'lost'"}, "certificates_status"),
    ({"number": "'8'", "part": "5"}, "certificates_part"),
    ({"number": "'8'", "kind": "4"}, "certificates_kind"),
    ({"number": "'8'", "batch": "77"}, "FOREIGN KEY|foreign key"),
    ({"number": "'8'", "holder": "NULL"}, "NOT NULL|not-null"),
)


def test_the_database_itself_refuses_what_breaks_a_rule(place: Path | str, register: Register) -> None:
    register.record(BATCH, [entry(1)], now=NOW)
    for changes, rule in RULES:
        with pytest.raises(REFUSED, match=rule):
            registers.run(place, copied("", **changes))
    assert register.audit_check().faults == ()


# Manifests.


def test_a_manifest_binds_a_batch_to_the_history_before_it(register: Register) -> None:
    first = register.record(BATCH, [entry(2, part=2), entry(2, part=1), entry(1)], now=NOW)
    head = register.audit_check()
    later = replace(BATCH, source="11Б.xlsx", source_hash=b"2" * 32)
    second = register.record(later, [entry(3)], now=NOW)
    data = register.manifest(first.batch.id)
    assert first.batch.manifest == sha256(data)
    digests = [sha256(signed) for signed in (b"signed 1 0 5", b"signed 2 1 5", b"signed 2 2 5")]
    assert json.loads(data) == {
        "what": "qrcert batch manifest 1",
        "form": BATCH.form.hex(),
        "form_id": "ru.attestat.11",
        "issued": "2026-06-25",
        "keys": [entry(1).kid.hex()],
        "source": "11А.xlsx",
        "source_sha256": BATCH.source_hash.hex(),
        "audit": {"row": 0, "head": "00" * 32},
        "certificates": [digest.hex() for digest in digests],
    }
    told = read_manifest(register.manifest(second.batch.id))
    assert (told.audit_seq, told.audit_head) == (head.count, head.head)
    assert (told.source, told.kids, told.issued) == ("11Б.xlsx", (entry(1).kid,), DAY)


def test_a_manifest_is_the_same_whenever_it_is_asked_for(register: Register) -> None:
    done = register.record(BATCH, [entry(1)], now=NOW)
    data = register.manifest(done.batch.id)
    register.finish(done.batch.id, now=NOW + timedelta(days=1))
    register.change([done.entries[0].id], "withdrawn", day=DAY, reason="", now=NOW)
    assert register.manifest(done.batch.id) == data


def test_a_batch_that_was_changed_has_no_manifest(place: Path | str, register: Register) -> None:
    done = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    behind_its_back(place, "UPDATE certificates SET position = 7 WHERE id = 1")
    with pytest.raises(RegisterError, match="do not fit its manifest"):
        register.manifest(done.batch.id)
    with pytest.raises(RegisterError, match="no batch 9 in"):
        register.manifest(9)


def test_manifests_kept_elsewhere_show_another_history(place: Path | str, tmp_path: Path) -> None:
    with Register.open(place, create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        later = register.record(replace(BATCH, source_hash=b"2" * 32), [entry(2)], now=NOW)
        kept = [("11А", read_manifest(register.manifest(1))), ("11Б", read_manifest(register.manifest(2)))]
        assert register.audit_check(kept).faults == ()
        assert later.batch.audit_seq == 2
    other = tmp_path / "anew.db"  # the history written anew, consistent in itself
    with Register.open(other, create=True) as register:
        register.record(BATCH, [entry(1, says="4")], now=NOW)
        faults = register.audit_check(kept).faults
        assert [(fault.code, fault.seq) for fault in faults] == [
            ("other_history", None),
            ("other_history", 2),
        ]
        assert "11А has 1 certificates that this register does not have" in faults[0].message
        assert "11Б stands on audit row 2" in faults[1].message


@pytest.mark.parametrize(
    "change",
    [
        {"what": "a letter"},
        {"audit": {"row": -1, "head": ""}},
        {"audit": {"row": True, "head": ""}},
        {"certificates": ["zz"]},
        {"issued": "yesterday"},
        {"keys": None},
    ],
)
def test_what_is_no_manifest(register: Register, change: dict[str, object]) -> None:
    told = json.loads(register.manifest(register.record(BATCH, [entry(1)], now=NOW).batch.id))
    for data in (json.dumps(told | change).encode(), b"", b"\xff", b"[" * 100_000):
        with pytest.raises(RegisterError, match="no manifest of a batch"):
            read_manifest(data)
