"""`TrustList` as those see it who use it: look-ups, names, forms, and writing what was read."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from pathlib import Path
from typing import Any

import pycddl
import pytest

import qrcert
from qrcert import cbor
from qrcert.cose import PublicKey, Signature, SignMessage
from qrcert.errors import FormError, TrustListError
from qrcert.trust import (
    LIST_AAD,
    ROOT_AAD,
    Copy,
    Envelope,
    FormEntry,
    Head,
    Root,
    Signer,
    TrustList,
    Wanted,
    compare,
    compile_form,
    hex_groups,
    list_payload,
    make_signature,
    open_form,
    payload_hash,
    root_payload,
    signed,
    telephone_groups,
    write_key_request,
    write_season_leaves,
    write_withdrawal_request,
)
from trust_maker import (
    DAY,
    FORM_TOML,
    HEALTHY,
    HEALTHY_2,
    LATE,
    LIST,
    P256,
    RETIRED,
    STOLEN,
    TEST,
    VOID,
    RootPlan,
    World,
    form_bytes,
    good_file,
    hash16,
    key_in,
    one_root,
    paper,
    people,
    person,
    school_in,
    season,
    world,
)

CDDL = Path(__file__).parents[1] / "spec" / "trust-list.cddl"


@pytest.fixture(scope="module")
def trust() -> TrustList:
    return TrustList.from_bytes(good_file())


def test_the_list_tells_who_it_is(trust: TrustList) -> None:
    roots = world().root_payloads()
    assert qrcert.TrustList is TrustList
    assert trust.identity == sha256(roots[0]).digest()
    assert trust.fingerprint == sha256(roots[1]).digest()
    assert trust.root_hashes == (trust.identity, trust.fingerprint)
    assert trust.list_hash == sha256(world().list_payload()).digest()
    assert (trust.root_version, trust.version, trust.order) == (2, 7, (2, 7))
    assert (trust.authority, trust.where) == ("Test Authority", "https://lists.example/test.qct")
    assert (trust.issued, trust.next_update, trust.effective_end) == (DAY, DAY + 90, DAY + 90)
    assert (trust.cutover, trust.own) == (None, False)
    assert repr(trust) == "TrustList('Test Authority', version 2.7, 8 keys)"


def test_other_signatures_are_the_same_list(trust: TrustList) -> None:
    other = world()
    other.signed_by = people("CD")
    again = TrustList.from_bytes(other.file())
    assert (again.identity, again.fingerprint, again.list_hash) == (
        trust.identity,
        trust.fingerprint,
        trust.list_hash,
    )


def test_keys_stand_in_their_schools(trust: TrustList) -> None:
    schools = {
        key: entry.school.id
        for key in (HEALTHY, RETIRED, VOID, STOLEN, P256, HEALTHY_2, TEST, LATE)
        if (entry := trust.entry(key.kid))
    }
    assert list(schools.values()) == [10, 10, 11, 12, 13, 13, 14, 14]
    assert trust.entry(bytes(8)) is None
    assert trust.entry(person("A").ed25519.kid) is None


def test_an_entry_says_all_of_its_key(trust: TrustList) -> None:
    stolen, test, p256 = (trust.entry(key.kid) for key in (STOLEN, TEST, P256))
    assert stolen is not None
    assert (stolen.kid, stolen.alg, stolen.key.public) == (STOLEN.kid, -19, STOLEN.public)
    assert (stolen.start, stolen.end, stolen.rights) == (DAY - 700, DAY + 400, 0)
    assert (stolen.status, stolen.test) == (("compromised", DAY - 20), False)
    assert stolen.leaves == {paper(STOLEN, n) for n in range(5)}
    assert test is not None
    assert test.test
    assert test.status is None
    assert p256 is not None
    assert p256.alg == -9


def test_the_pin_of_a_key_says_how_bad_it_is(trust: TrustList) -> None:
    entries = [trust.entry(key.kid) for key in (HEALTHY, STOLEN, VOID)]
    assert [entry.pin.severity for entry in entries if entry] == [0, 1, 2]


def test_a_school_has_a_name_for_every_day(trust: TrustList) -> None:
    first = trust.schools[0]
    assert (first.name_on(DAY), first.name_now) == ("Lyceum One", "Lyceum One")
    assert first.name_on(DAY - 100) == "Lyceum One"
    assert first.name_on(DAY - 101) == "First School"
    assert first.name_on(-60_000) == "First School"
    assert (trust.schools[1].archive, trust.schools[4].closed, trust.schools[4].successor) == (
        "City archive",
        DAY - 50,
        13,
    )


def test_rights_and_withdrawals_are_looked_up(trust: TrustList) -> None:
    assert trust.allows(3, hash16(form_bytes()))
    assert not trust.allows(3, hash16(form_bytes("test.other")))
    assert not trust.allows(1, hash16(form_bytes()))
    assert trust.withdrawal(sha256(b"one").digest()[:16]) == (DAY - 9, 3)
    assert trust.withdrawal(bytes(16)) is None


def test_a_list_cannot_be_changed(trust: TrustList) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        trust.list_hash = b""  # type: ignore[misc]


def test_messages_say_where_and_show_no_foreign_text() -> None:
    made = world(lambda body: key_in(body, HEALTHY).update({3: "EVIL TEXT"}))
    with pytest.raises(TrustListError, match=r"^school 10: key: until \(label 3\): found text of 9 char"):
        TrustList.from_bytes(made.file())


# ----------------------------------------------------------------------------------------------- forms


def test_forms_are_opened_with_their_translations(trust: TrustList) -> None:
    form = trust.form(hash16(form_bytes()))
    assert form is not None
    assert form.id == "test.paper"
    assert set(form.languages) == {"en", "ru"}
    assert trust.form(hash16(form_bytes())) is form
    assert trust.form(bytes(16)) is None


@pytest.mark.parametrize("data", [b"\xa1\x65later\x01", b"\x00", b"\xff", b"\x80", cbor.encode({"id": "x"})])
def test_a_form_that_is_not_understood_is_unknown_and_the_list_stands(data: bytes) -> None:
    made = world(lambda body: body.update({7: [[data, {}]], 8: [[0, [hash16(data)]], [3, [hash16(data)]]]}))
    assert TrustList.from_bytes(made.file()).form(hash16(data)) is None


def test_translations_of_another_length_are_not_used() -> None:
    entry = FormEntry(hash16(form_bytes()), form_bytes(), {"ru": ("Бумага",), "de": ("Papier", "Name")})
    form = open_form(entry)
    assert form is not None
    assert set(form.languages) == {"en", "de"}


def test_a_form_is_compiled_to_its_bytes() -> None:
    entry = compile_form(FORM_TOML)
    assert (entry.data, entry.hash, set(entry.translations)) == (form_bytes(), hash16(form_bytes()), {"ru"})


@pytest.mark.parametrize("text", ["", "id = ", 'id = "x"', FORM_TOML + "\nunknown = 1"])
def test_texts_that_are_no_form(text: str) -> None:
    with pytest.raises(FormError):
        compile_form(text)


# --------------------------------------------------------------------------------------------- writing


def test_writing_gives_the_bytes_that_were_read(trust: TrustList) -> None:
    envelope = Envelope.from_bytes(good_file())
    assert envelope.to_bytes() == good_file()
    assert list_payload(trust.contents) == envelope.body.payload
    assert [root_payload(root) for root in trust.roots] == [one.payload for one in envelope.roots]


def test_writing_gives_every_optional_label() -> None:
    def change(body: dict[Any, Any]) -> None:
        body[-1] = DAY
        school_in(body, 10)[3] = [key_in(body, RETIRED)]

    made = world(change)
    made.roots[1].changes[6] = 1
    trust = TrustList.from_bytes(made.file())
    assert (trust.cutover, trust.roots[1].repair) == (DAY, True)
    assert list_payload(trust.contents) == made.list_payload()
    assert root_payload(trust.roots[1]) == made.root_payloads()[1]


def test_a_list_from_plain_values(trust: TrustList) -> None:
    pair = Signer(*(PublicKey(key.alg, key.public) for key in person("A").keys))
    root = root_payload(Root(1, bytes(32), DAY + 999, (pair,), 1, 1))
    assert 6 not in cbor.decode(root)
    body = list_payload(dataclasses.replace(trust.contents, root_hash=payload_hash(root)))
    messages = [
        SignMessage(payload, tuple(sign(payload, aad)))
        for payload, aad in ((root, ROOT_AAD), (body, LIST_AAD))
    ]
    made = TrustList.from_bytes(Envelope((messages[0],), messages[1]).to_bytes())
    assert made.fingerprint == made.identity == payload_hash(root)
    assert [entry.kid for entry in made.keys] == [entry.kid for entry in trust.keys]


def sign(payload: bytes, aad: bytes, name: str = "A") -> list[Signature]:
    keys = person(name).keys
    return [make_signature(payload, alg=key.alg, kid=key.kid, aad=aad, sign=key.sign) for key in keys]


def test_several_sign_one_after_another() -> None:
    good = Envelope.from_bytes(good_file())
    draft = SignMessage(good.body.payload, ())
    for name in "CB":
        draft = signed(draft, sign(draft.payload, LIST, name))
    again = signed(draft, sign(draft.payload, LIST, "B"))
    assert [one.protected for one in again.signatures] == [one.protected for one in draft.signatures]
    assert TrustList.from_bytes(Envelope(good.roots, draft).to_bytes()).version == 7


def test_an_envelope_holds_all_messages() -> None:
    envelope = Envelope.from_bytes(good_file())
    assert one_root().root_payloads()[0] == envelope.roots[0].payload
    assert [one.alg for one in envelope.roots[1].signatures] == [-19, -19, -49, -49]


def test_lists_of_two_authorities_are_not_compared(trust: TrustList) -> None:
    names = people("UVW")
    other = World([RootPlan(names, names[:2])], world().body, names[:2])
    with pytest.raises(TrustListError, match="another authority") as caught:
        compare(trust, TrustList.from_bytes(other.file()))
    assert caught.value.code == "unknown_authority"


def test_a_healthy_key_needs_no_proof(trust: TrustList) -> None:
    healthy, void = trust.entry(HEALTHY.kid), trust.entry(VOID.kid)
    assert healthy is not None
    assert void is not None
    assert trust.proven(healthy, bytes(32))
    assert not trust.proven(void, bytes(32))


def test_groups_are_read_aloud() -> None:
    assert hex_groups(bytes.fromhex("7f3a91c20b")) == "7F3A 91C2 0B"
    assert telephone_groups(bytes(31) + b"\x07") == "00000 00000 00000 00000 00000 00007"
    assert telephone_groups(bytes(range(32))) != telephone_groups(bytes(range(1, 33)))


# ------------------------------------------------------------------------------------------ the CDDL file


def check(rule: str, data: bytes) -> None:
    pycddl.Schema(f"start = {rule}\n{CDDL.read_text(encoding='utf-8')}").validate_cbor(data)


def test_cddl_accepts_every_part_of_a_good_file() -> None:
    envelope = Envelope.from_bytes(good_file())
    check("file", good_file())
    for message in (*envelope.roots, envelope.body):
        for one in message.signatures:
            check("signature-header", one.protected)
    for root in envelope.roots:
        check("root-body", root.payload)
    check("list-body", envelope.body.payload)
    check("list-body", world(lambda body: body.update({-1: DAY, 20: ["later"]})).list_payload())


def test_cddl_accepts_what_stands_beside_a_list() -> None:
    key = PublicKey(HEALTHY.alg, HEALTHY.public)
    head = Head(bytes(32), bytes(16), DAY)
    wanted = [Wanted(Copy(HEALTHY.kid, bytes(32)), DAY, 1)]
    for rule, data in {
        "key-request-body": write_key_request(head, key=key, name="n", place="p", sign=HEALTHY.sign),
        "withdrawal-request-body": write_withdrawal_request(head, wanted, key=key, sign=HEALTHY.sign),
        "season-leaves-body": write_season_leaves(head, [bytes(32)], key=key, sign=HEALTHY.sign),
    }.items():
        check("request", data)
        check(rule, cbor.decode(data, tags=frozenset((18,))).value[2])
    check("proof", season().proof(HEALTHY.kid, paper(HEALTHY, 1)).to_bytes())
    check("key-leaf", cbor.encode([HEALTHY.kid, 1, bytes(32)]))


@pytest.mark.parametrize(
    ("label", "value"), [(0, ""), (3, 0), (5, 0), (7, [[b"", {}]]), (10, [[bytes(15), DAY, 1]]), (-1, 1)]
)
def test_cddl_refuses_other_shapes(label: int, value: Any) -> None:
    with pytest.raises(pycddl.ValidationError):
        check("list-body", world(lambda body: body.update({label: value})).list_payload())
