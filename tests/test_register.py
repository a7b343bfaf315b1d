"""The register, on both databases: recorded once, found again, what becomes of a certificate, seasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path

import pytest

import registers
from qrcert.errors import RegisterError
from qrcert.register import NewEntry, Query, Register
from registers import BATCH, DAY, FORM, KID, NOW, entry, sha256


@pytest.fixture(params=registers.DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return registers.new_place(request.param, tmp_path)


@pytest.fixture
def register(place: Path | str) -> Iterator[Register]:
    with Register.open(place, create=True) as opened:
        yield opened


# Recording.


def test_a_recorded_certificate_comes_back_whole(register: Register) -> None:
    done = register.record(BATCH, [entry(7)], now=NOW)
    assert (done.added, done.mended) == (1, 0)
    (stored,) = done.entries
    assert stored == register.lookup(FORM, 0, "00000000000007")
    assert stored.signed == b"signed 7 0 5"
    assert stored.digest == sha256(stored.signed)
    assert stored.contents == sha256(b"7 0 5")
    assert (stored.kid, stored.status, stored.issued, stored.position) == (KID, "live", DAY, 7)
    assert stored.office == {"sex": "ж", "snils": "112-233-445 95"}
    assert stored.printed == {"marks": [["Русский язык", "5"]], "finished": 2026}
    assert (stored.kind, stored.changed, stored.reason, stored.replaces) == (None, None, "", None)
    assert done.batch.count == 1
    assert (done.batch.source, done.batch.state, done.batch.form_id) == (
        "11А.xlsx",
        "signed",
        "ru.attestat.11",
    )


def test_the_same_contents_give_the_stored_row_again(register: Register) -> None:
    first = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    signed_anew = replace(entry(1), signed=b"another signature of the same payload")
    again = register.record(BATCH, [signed_anew, entry(2)], now=NOW + timedelta(days=1))
    assert again.entries == first.entries
    assert again.batch == first.batch
    assert (again.added, again.mended) == (0, 0)
    assert register.audit_check().count == 3


def test_other_contents_are_refused_and_nothing_is_stored(register: Register) -> None:
    register.record(BATCH, [entry(number) for number in range(1, 8)], now=NOW)
    others = [entry(number, says="4") for number in range(1, 8)]
    with pytest.raises(RegisterError, match="already issued with other contents") as caught:
        register.record(BATCH, [entry(9), *others], now=NOW)
    assert "'00000000000001' (Ёлкина Анастасия, 2026-06-25)" in str(caught.value)
    assert "and 2 more" in str(caught.value)
    assert caught.value.hint is not None
    assert "replace or void" in caught.value.hint
    assert register.lookup(FORM, 0, "00000000000009") is None


def test_latecomers_join_a_batch_of_their_own(register: Register) -> None:
    old = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    longer = replace(BATCH, source_hash=b"2" * 32)
    new = register.record(longer, [entry(1), entry(2), entry(3)], now=NOW)
    assert new.added == 1
    assert [found.batch for found in new.entries] == [old.batch.id, old.batch.id, new.batch.id]
    assert new.batch.count == 1


def test_office_values_are_brought_up_to_date(register: Register) -> None:
    register.record(BATCH, [entry(1), entry(2)], now=NOW)
    mended = replace(entry(1), office={"sex": "м"})
    done = register.record(BATCH, [mended, entry(2)], now=NOW)
    assert (done.added, done.mended) == (0, 1)
    assert done.entries[0].office == {"sex": "м"}
    assert register.audit_check().faults == ()


def test_a_second_run_finds_its_batch_until_nothing_in_it_is_live(register: Register) -> None:
    assert register.find_batch(BATCH.source_hash, form=FORM) is None
    done = register.record(BATCH, [entry(1)], now=NOW)
    assert register.find_batch(BATCH.source_hash, form=FORM) == done.batch
    assert register.find_batch(BATCH.source_hash, form=bytes(16)) is None
    assert register.finish(done.batch.id, now=NOW).state == "done"
    assert register.finish(done.batch.id, now=NOW).state == "done"
    assert register.audit_check().count == 3  # certificate, batch, finish: once
    found = register.find_batch(BATCH.source_hash, form=FORM)
    assert found is not None
    assert register.search(batch=found.id) == done.entries
    register.change([done.entries[0].id], "void", day=DAY, reason="wrong day", now=NOW)
    assert register.find_batch(BATCH.source_hash, form=FORM) is None


def test_after_a_done_batch_new_rows_of_the_same_list_get_a_new_one(register: Register) -> None:
    done = register.record(BATCH, [entry(1)], now=NOW)
    register.finish(done.batch.id, now=NOW)
    more = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    assert more.batch.id != done.batch.id
    assert [batch.state for batch in register.batches()] == ["done", "signed"]


def test_a_batch_is_done_when_every_live_certificate_of_it_is_drawn(register: Register) -> None:
    done = register.record(BATCH, [entry(1), entry(2), entry(3)], now=NOW)
    first, second, third = (one.id for one in done.entries)
    register.change([third], "void", day=DAY, reason="", now=NOW)
    assert register.finish(done.batch.id, drawn=[first], now=NOW).state == "signed"
    assert [one.id for one in register.unfinished()] == [done.batch.id]
    assert register.finish(done.batch.id, drawn=[first, second, 99], now=NOW).state == "done"
    assert register.unfinished() == ()
    assert register.finish(done.batch.id, drawn=[], now=NOW).state == "done"
    assert register.batch(done.batch.id).state == "done"


def test_numbers_are_one_a_form_and_part(register: Register) -> None:
    other = replace(BATCH, form=b"f" * 16, form_id="participation")
    register.record(BATCH, [entry(1, part=1), entry(1, part=2)], now=NOW)
    register.record(other, [replace(entry(1), signed=b"other form")], now=NOW)
    assert len(register.search(number="00000000000001")) == 3
    assert len(register.search(number="00000000000001", form=FORM)) == 2
    assert register.lookup(FORM, 0, "00000000000001") is None


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "no certificates to record"),
        ([entry(1), entry(1)], "stands twice"),
        ([replace(entry(1), office={"born": DAY})], "what JSON can"),
        ([replace(entry(1), printed={"x": float("nan")})], "what JSON can"),
        ([replace(entry(1), part=5)], "rule of its own"),
    ],
)
def test_what_cannot_be_recorded(register: Register, entries: list[NewEntry], message: str) -> None:
    with pytest.raises(RegisterError, match=message):
        register.record(BATCH, entries, now=NOW)
    assert register.search() == ()
    assert register.audit_check().count == 0


def test_a_time_without_a_zone_is_refused(register: Register) -> None:
    with pytest.raises(RegisterError, match="no time zone"):
        register.record(BATCH, [entry(1)], now=NOW.replace(tzinfo=None))
    assert register.search() == ()


def test_the_audit_is_kept_in_utc(place: Path | str, register: Register) -> None:
    register.record(BATCH, [entry(1)], now=NOW.astimezone(timezone(timedelta(hours=5))))
    assert registers.rows(place, "SELECT DISTINCT at FROM audit") == [("2026-06-25T09:30:00+00:00",)]


# What becomes of a certificate.


def test_withdrawing_and_lifting_it(register: Register) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    for _ in range(2):  # repeating it changes nothing
        (gone,) = register.change([stored.id], "withdrawn", day=DAY, reason="сказал сам", now=NOW)
        assert (gone.status, gone.kind, gone.changed, gone.reason) == ("withdrawn", 3, DAY, "сказал сам")
    assert register.lookup(FORM, 0, stored.number) is None
    assert register.search(status="withdrawn") == (gone,)
    (back,) = register.change([stored.id], "live", day=DAY, reason="ошибка", now=NOW)
    assert (back.status, back.kind) == ("live", None)
    assert register.audit_check().faults == ()


def test_a_void_number_is_free_again_but_not_for_the_same_bytes(register: Register) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    register.change([stored.id], "void", day=DAY, reason="испорчен бланк", now=NOW)
    with pytest.raises(RegisterError, match="recorded before and is void"):
        register.record(BATCH, [entry(1)], now=NOW)
    done = register.record(BATCH, [entry(1, says="4")], now=NOW)
    assert done.entries[0].status == "live"
    with pytest.raises(RegisterError, match="is void and cannot become live"):
        register.change([stored.id], "live", day=DAY, reason="", now=NOW)


def test_a_lifted_withdrawal_does_not_double_a_number(register: Register) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    register.change([stored.id], "withdrawn", day=DAY, reason="", now=NOW)
    register.record(BATCH, [entry(1, says="4")], now=NOW)
    with pytest.raises(RegisterError, match="rule of its own"):
        register.change([stored.id], "live", day=DAY, reason="", now=NOW)
    assert register.audit_check().faults == ()


def test_replacing_keeps_both_and_links_them(register: Register) -> None:
    title, supplement = register.record(BATCH, [entry(1, part=1), entry(1, part=2)], now=NOW).entries
    later = replace(BATCH, source_hash=b"3" * 32)
    pairs = [(title.id, entry(1, says="new", part=1)), (supplement.id, entry(1, says="new", part=2))]
    first = register.replace(later, pairs, kind=2, day=DAY, reason="ошибка в фамилии", now=NOW)
    again = register.replace(later, pairs, kind=2, day=DAY, reason="ошибка в фамилии", now=NOW)
    assert again.entries == first.entries
    assert [new.replaces for new in first.entries] == [title.id, supplement.id]
    (old, _) = register.search(status="replaced")
    assert (old.kind, old.changed, old.reason) == (2, DAY, "ошибка в фамилии")
    assert register.lookup(FORM, 1, title.number) == first.entries[0]
    assert register.audit_check().faults == ()


def test_replacing_is_all_or_nothing(register: Register) -> None:
    one, two, three = register.record(BATCH, [entry(1), entry(2), entry(3)], now=NOW).entries
    register.change([three.id], "withdrawn", day=DAY, reason="", now=NOW)

    def attempt(pairs: list[tuple[int, NewEntry]], kind: int = 1) -> None:
        register.replace(BATCH, pairs, kind=kind, day=DAY, reason="", now=NOW)

    with pytest.raises(RegisterError, match="is withdrawn: only a live one"):
        attempt([(one.id, entry(1, says="new")), (three.id, entry(3, says="new"))])
    with pytest.raises(RegisterError, match="already issued with other contents"):
        attempt([(one.id, entry(2, says="new"))])
    with pytest.raises(RegisterError, match="recorded before and is replaced"):
        attempt([(one.id, entry(1))])
    with pytest.raises(RegisterError, match="kind 1 or 2, found 3"):
        attempt([(one.id, entry(1, says="new"))], kind=3)
    with pytest.raises(RegisterError, match="no entry 99"):
        attempt([(99, entry(1, says="new"))])
    assert register.search(status="live") == (one, two)
    attempt([(one.id, entry(1, says="new"))])
    with pytest.raises(RegisterError, match="already replaced, and not by this"):
        attempt([(one.id, entry(4))])


def test_a_note_stands_in_the_audit_and_changes_no_row(register: Register, place: Path | str) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    register.note("reprint", stored.id, detail="потерян", now=NOW)
    row = registers.rows(place, "SELECT act, subject, detail FROM audit ORDER BY seq DESC LIMIT 1")[0]
    assert row == (
        "reprint",
        f"certificate {stored.digest.hex()}",
        '{"detail":"потерян","number":"00000000000001"}',
    )
    assert register.search() == (stored,)
    assert register.audit_check().faults == ()


# Looking up.


def test_searching_by_holder(register: Register) -> None:
    names = ["Ёлкина Анастасия", "ЕЛКИНА Мария", "Иванов 100% Пётр", "Иванова Анна"]
    register.record(BATCH, [entry(at, holder=name) for at, name in enumerate(names, 1)], now=NOW)

    def found(**asked: str) -> list[str]:
        return [seen.holder for seen in register.search(**asked)]  # type: ignore[arg-type]

    assert found(holder="елкина") == names[:2]
    assert found(holder="АННА иванова") == names[3:]
    assert found(holder="0%") == names[2:3]
    assert found(holder="_") == []
    assert found(number="00000000000002") == names[1:2]
    assert found(status="void") == []
    assert [seen.position for seen in register.search(limit=2)] == [1, 2]
    assert register.search(digest=sha256(b"signed 3 0 5"))[0].holder == names[2]


def test_many_keys_at_once(register: Register) -> None:
    everyone = [entry(number) for number in range(1, 1_301)]
    assert register.record(BATCH, everyone, now=NOW).added == 1_300
    keys = [(new.part, new.number) for new in everyone]
    found = register.live(FORM, [*keys, (0, "none")])
    assert list(found) == keys
    assert [(one.part, one.number) for one in found.values()] == keys
    assert register.live(bytes(16), keys) == register.live(FORM, [(1, number) for _, number in keys]) == {}
    register.change([found[keys[2]].id], "void", day=DAY, reason="a typo", now=NOW)
    assert list(register.live(FORM, keys)) == [*keys[:2], *keys[3:]]


def test_the_leaves_of_a_season(register: Register) -> None:
    early = replace(entry(3), issued=date(2025, 6, 25))
    stored = register.record(BATCH, [entry(1), entry(2), early, entry(4)], now=NOW).entries
    register.change([stored[0].id], "void", day=DAY, reason="", now=NOW)
    register.change([stored[1].id], "withdrawn", day=DAY, reason="", now=NOW)
    year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    leaves = register.digests(KID, **year)
    assert leaves == sorted([stored[1].digest, stored[3].digest])
    season, handed = register.hand_in(KID, **year, day=DAY, now=NOW)
    assert (handed, season.count, season.leaves) == (leaves, 2, sha256(b"".join(leaves)))
    assert register.hand_in(KID, **year, day=date(2027, 1, 1), now=NOW) == (season, leaves)  # kept once
    register.record(BATCH, [entry(5)], now=NOW)
    more, handed = register.hand_in(KID, **year, day=DAY, now=NOW)
    assert (more.id, len(handed)) == (2, 3)
    assert register.seasons() == (season, more)
    assert register.audit_check().faults == ()
    with pytest.raises(RegisterError, match="no certificate was issued"):
        register.hand_in(b"another!", **year, day=DAY, now=NOW)
    assert register.digests(b"another!", first=date(2000, 1, 1), last=date(2100, 1, 1)) == []


def test_walking_takes_few_entries_at_a_time(register: Register) -> None:
    everyone = (entry(number) for number in range(1, 2_502))
    done = register.record_all(BATCH, everyone, now=NOW)
    assert (done.count, done.added, done.mended, done.batch.count) == (2_501, 2_501, 0, 2_501)
    numbers = [int(found.number) for found in register.walk(Query(batch=done.batch.id))]
    assert numbers == list(range(1, 2_502))
    assert register.count(Query()) == 2_501
    assert register.count(Query(year=2026, form_id="ru.attestat.11")) == 2_501
    assert register.count(Query(year=2025)) == 0
    assert register.forms(Query()) == [FORM]
    again = register.record_all(BATCH, (entry(number) for number in range(1, 2_502)), now=NOW)
    assert (again.count, again.added, again.batch) == (2_501, 0, done.batch)


def test_a_stream_of_certificates_is_one_act(register: Register) -> None:
    def broken() -> Iterator[NewEntry]:
        yield from (entry(number) for number in range(1, 1_501))
        raise RegisterError("the token was pulled out")

    with pytest.raises(RegisterError, match="pulled out"):
        register.record_all(BATCH, broken(), now=NOW)
    assert (register.count(Query()), register.batches()) == (0, ())
    twice = [entry(number) for number in (*range(1, 1_501), 7)]
    with pytest.raises(RegisterError, match="'00000000000007' stands twice"):
        register.record_all(BATCH, twice, now=NOW)
    with pytest.raises(RegisterError, match="no certificates to record"):
        register.record_all(BATCH, [], now=NOW)
    assert register.audit_check().count == 0


def test_the_history_of_a_certificate_and_its_links(register: Register) -> None:
    (old, other) = register.record(BATCH, [entry(1), entry(2)], now=NOW).entries
    later = NOW + timedelta(days=30)
    (joined,) = register.record(BATCH, [entry(3)], now=NOW + timedelta(days=1)).entries
    new = register.replace(
        replace(BATCH, source_hash=b"3" * 32),
        [(old.id, entry(1, says="new"))],
        kind=1,
        day=DAY,
        reason="смена фамилии",
        now=later,
    ).entries[0]
    register.note("reprint", other.id, detail="потерян", now=later)
    assert register.successors([old.id, other.id]) == {old.id: new}
    assert register.entries([new.replaces or 0])[0].status == "replaced"
    acts = [(event.at, event.act, event.detail.get("reason")) for event in register.history(old)]
    assert acts == [(NOW, "issue", None), (later, "replace", "смена фамилии")]
    assert [event.act for event in register.history(other)] == ["issue", "reprint"]
    assert [event.at for event in register.history(joined)] == [NOW + timedelta(days=1)]
    assert register.audit_end() == (register.audit_check().count, register.audit_check().head)
