"""Several signers: drafts on their way, what they change, and their merging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

import school
from ministry import KEYS, PASSPHRASE, TODAY, admitted, code_of, files_of, signed_by
from officers import (
    FIVE,
    THREE,
    THREE_OF_FIVE,
    authority_in,
    card,
    pair,
    published,
    signed,
    signer,
)
from qrcert import authority, cbor
from qrcert.authority import Authority, Draft, Thresholds
from qrcert.authority.signers import write_card
from qrcert.cose import SignMessage
from qrcert.errors import QrcertError, Refused, TrustListError
from qrcert.trust import (
    Contents,
    Envelope,
    Leaves,
    TrustList,
    list_payload,
)
from qrcert.trust.merkle import Path as MerklePath


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return authority_in(tmp_path / "authority")


def reopened(made: Authority) -> Authority:
    return authority.open_authority(made.folder)


def bytes_of(made: Authority) -> bytes:
    return authority.newest_bytes(reopened(made))


def carried(draft: Draft) -> Draft:
    """The draft as it arrives at another machine: from its bytes."""
    return authority.read_draft(draft.to_bytes())


def code(act: Callable[[], object]) -> str:
    with pytest.raises(TrustListError) as caught:
        act()
    return caught.value.code


# --- a list of three in five


def test_two_copies_of_a_draft_are_signed_apart_and_merged(made: Authority) -> None:
    made = admitted(made)
    made.save()
    draft = authority.draft_list(made, today=TODAY)
    one = signed(carried(draft), "Anna")
    two = signed(carried(signed(carried(draft), "Gleb")), "Dina")
    assert (one.counts, two.counts) == (((1, 3),), ((2, 3),))
    merged = authority.merge_drafts([carried(one), carried(two)])
    assert set(merged.signers) == {signer(name) for name in ("Anna", "Gleb", "Dina")}
    trust = authority.finish_list(reopened(made), merged)
    assert TrustList.from_bytes(bytes_of(made)).list_hash == trust.list_hash == draft.hash
    assert code_of(signed_by(1), trust) == "genuine"
    assert reopened(made).contents.version == 2
    with pytest.raises(Refused, match=r"list No. 1 is published already"):
        authority.finish_list(reopened(made), merged)


def test_more_signatures_than_needed_are_welcome(made: Authority) -> None:
    published(made, *FIVE)
    assert len(Envelope.from_bytes(bytes_of(made)).body.signatures) == 10


def test_too_few_signatures_publish_nothing_and_the_draft_stays_good(made: Authority) -> None:
    draft = signed(authority.draft_list(made, today=TODAY), "Anna", "Boris")
    before = files_of(made.folder)
    assert code(lambda: authority.finish_list(made, authority.merge_drafts([draft, draft]))) == "threshold"
    with pytest.raises(Refused, match="a list needs 3 signers, one cannot publish alone"):
        authority.publish(made, passphrase=PASSPHRASE, today=TODAY)
    assert files_of(made.folder) == before
    assert authority.finish_list(made, signed(draft, "Dina")).version == 1


def test_a_stranger_and_an_officer_who_signed_are_refused(made: Authority) -> None:
    draft = signed(authority.draft_list(made, today=TODAY), "Anna")
    with pytest.raises(Refused, match="this key is none of those that sign this draft"):
        signed(draft, "Egor")
    with pytest.raises(Refused, match="signed with this key already"):
        signed(carried(draft), "Anna")


def test_a_draft_altered_between_officers_is_refused(made: Authority) -> None:
    draft = signed(authority.draft_list(admitted(made), today=TODAY), "Anna")
    altered = replace(draft, message=replace(draft.message, payload=_with_another_school(draft)))
    assert code(lambda: carried(altered)) == "bad_signature"
    unsigned = replace(altered, message=SignMessage(altered.message.payload, ()))
    with pytest.raises(Refused, match="not copies of one draft"):
        authority.merge_drafts([draft, carried(unsigned)])
    data = draft.to_bytes()
    for at in range(7, len(data), 211):
        spoiled = bytearray(data)
        spoiled[at] ^= 1
        with pytest.raises(TrustListError):
            authority.read_draft(bytes(spoiled))


def _with_another_school(draft: Draft) -> bytes:
    assert isinstance(draft.proposed, Contents)
    (one,) = draft.proposed.schools
    return list_payload(replace(draft.proposed, schools=(one, replace(one, id=2))))


def test_a_draft_that_all_signed_after_it_was_altered_is_not_what_the_folder_drafted(made: Authority) -> None:
    thieves = admitted(made, 2)
    draft = signed(authority.draft_list(thieves, today=TODAY), *THREE)
    before = files_of(made.folder)
    with pytest.raises(Refused, match=r"not what this folder drafted: after it, key .* is gone"):
        authority.finish_list(made, draft)
    assert files_of(made.folder) == before


def test_what_the_folder_took_in_since_the_draft_waits_for_the_next_list(made: Authority) -> None:
    draft = signed(authority.draft_list(admitted(made), today=TODAY), *THREE)
    later = admitted(admitted(made), 2)
    later.save()
    assert len(authority.finish_list(reopened(later), draft).keys) == 1
    assert len(published(reopened(later)).keys) == 2


def test_a_draft_of_yesterday_is_refused_when_another_list_was_published(made: Authority) -> None:
    stale = signed(authority.draft_list(made, today=TODAY), *THREE)
    published(admitted(made))
    with pytest.raises(Refused, match="another list was published since the draft was made"):
        authority.finish_list(reopened(made), stale)


def test_a_draft_of_another_authority_or_of_a_root_is_refused(made: Authority, tmp_path: Path) -> None:
    other, draft = authority.prepare_authority(
        tmp_path / "b",
        name="B",
        where="x",
        cards=[card(name) for name in THREE],
        thresholds=Thresholds(1, 1),
        today=TODAY,
    )
    theirs = authority.finish_founding(other.folder, signed(draft, "Anna"))
    foreign = signed(authority.draft_list(theirs, today=TODAY), "Anna")
    with pytest.raises(Refused, match="the draft is another authority's"):
        authority.finish_list(made, foreign)
    root = authority.draft_root(made, made.root.signers, thresholds=THREE_OF_FIVE, today=TODAY)
    with pytest.raises(Refused, match="the draft of a root, not of a list"):
        authority.finish_list(made, root)
    with pytest.raises(Refused, match="the draft of a list, not of a root"):
        authority.finish_root(made, authority.draft_list(made, today=TODAY))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        cbor.encode(("qrcert list draft 1", (), b"")),
        cbor.encode(("x", (), b"")),
        cbor.encode(("qrcert root draft 1", 1, b"")),
        cbor.encode(("qrcert root draft 1", (1,), b"")),
        bytes(100),
    ],
)
def test_bytes_that_are_no_draft_are_refused(data: bytes) -> None:
    assert code(lambda: authority.read_draft(data)) == "unreadable"


def test_a_list_that_no_verifier_would_take_is_never_drafted(made: Authority) -> None:
    published(admitted(made))
    made = reopened(made)
    for spoiled, match in (
        (made.with_contents(keys=()), "is gone"),
        (made.with_contents(forms=(), rights={}, keys=()), "is gone"),
    ):
        with pytest.raises(TrustListError, match=match):
            authority.draft_list(spoiled, today=TODAY)
    with pytest.raises(Refused, match="today is 2026-11-22, the last list is of 2026-11-23"):
        authority.draft_list(made, today=TODAY - 1)


# --- what a list changes


def test_every_change_is_told(made: Authority) -> None:
    first = published(admitted(admitted(made), 2))
    made = admitted(reopened(made), 3)
    (one, two, three), (first_key, second_key, third_key) = made.contents.schools, made.contents.keys
    renamed = replace(one, names=(*one.names, (TODAY + 1, "Lyceum 1")))
    closed = replace(two, closed=TODAY, successor=1)
    made = made.with_contents(
        schools=(renamed, closed, three),
        keys=(
            replace(first_key, school=renamed, end=first_key.end - 9),
            replace(second_key, school=closed, status=("void", TODAY)),
            third_key,
        ),
        withdrawals={bytes(16): (TODAY, 3), bytes(15) + b"1": (TODAY, 1)},
        where="elsewhere",
        cutover=TODAY,
        forms=(*made.contents.forms, school.entries()["participation"]),
    )
    changes = authority.changes_of(first, authority.draft_list(made, today=TODAY).as_list())
    assert changes.new_schools == (three,)
    assert [after for _, after in changes.changed_schools] == [renamed, closed]
    assert [(entry.kid, forms) for entry, forms in changes.admitted] == [(KEYS[3].kid, ("ru.attestat.11",))]
    assert {change.after.kid: change.got_worse for change in changes.changed_keys} == {
        KEYS[1].kid: False,
        KEYS[2].kid: True,
    }
    assert (changes.withdrawn, changes.lifted, changes.redated) == ({1: 1, 3: 1}, 0, 0)
    assert changes.new_forms == ("participation",)
    assert changes.header == (("where", "https://lists.example", "elsewhere"), ("cutover", None, TODAY))
    assert not changes.nothing
    second = published(made)
    made = reopened(made).with_contents(withdrawals={bytes(16): (TODAY + 1, 3)})
    changes = authority.changes_of(second, authority.draft_list(made, today=TODAY).as_list())
    assert (changes.withdrawn, changes.lifted, changes.redated) == ({}, 1, 1)


def test_a_list_that_brings_only_new_dates_says_so(made: Authority) -> None:
    first = published(made)
    assert authority.changes_of(
        first, authority.draft_list(reopened(made), today=TODAY + 9).as_list()
    ).nothing
    assert not authority.changes_of(None, first).nothing


def test_any_other_bytes_of_a_draft_or_card_give_an_error_of_ours(made: Authority) -> None:
    random = Random(3)
    whole = signed(authority.draft_list(admitted(made), today=TODAY), "Anna").to_bytes()
    small = write_card(pair("Anna"), name="Anna", today=TODAY)
    for data, read in ((whole, authority.read_draft), (small, authority.read_card)):
        for _ in range(400):
            spoiled = bytearray(data)
            for _ in range(random.choice((1, 1, 2, 8))):
                spoiled[random.randrange(len(spoiled))] = random.randrange(256)
            if random.random() < 0.2:
                del spoiled[random.randrange(len(spoiled)) :]
            if bytes(spoiled) != data:
                with pytest.raises(QrcertError):
                    read(bytes(spoiled))


def test_a_draft_whose_days_go_back_or_that_forgets_known_papers_is_not_signed(made: Authority) -> None:
    last = published(admitted(made), today=TODAY + 5)
    new = authority.draft_list(reopened(made), today=TODAY + 6).as_list()
    earlier = replace(new, contents=replace(new.contents, issued=TODAY + 4))
    with pytest.raises(Refused, match="the list is of 2026-11-27, the last list is of 2026-11-28"):
        authority.require_follows(last, earlier)
    (entry,) = last.keys
    known = replace(entry, papers=(Leaves(bytes(32), MerklePath(0, 1, ())),))
    with pytest.raises(Refused, match="papers that a key of 'School 1' is known to have signed"):
        authority.require_follows(replace(last, contents=replace(last.contents, keys=(known,))), new)
