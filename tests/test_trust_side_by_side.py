"""Several lists beside one another: rows 148 to 150 of the layout's scenario table."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import school
import worlds
from qrcert import cose, wire
from qrcert.decode import verify
from qrcert.errors import TrustListError
from qrcert.store import Store
from qrcert.trust import TrustList, compare
from terminal import run

TODAY = date(2026, 12, 1)
FORM = worlds.FORM


def test_row_148_a_list_named_for_once_may_not_fork_ones_own(tmp_path: Path) -> None:
    """The trust is not taken from the file that came with the paper where one's own list says otherwise."""
    worlds.build("fork", tmp_path)
    paper, home = tmp_path / "paper.txt", tmp_path / "lists"
    for name in ("ours", "later", "earlier"):
        assert run("verify", paper, "--trust", tmp_path / f"{name}.qct", "--home", home).err == ""
    done = run("verify", paper, "--trust", tmp_path / "forked.qct", "--home", home)
    assert (done.status, done.out) == (2, "")
    assert done.errors[0].endswith("(fork)")
    ours, forked = (
        TrustList.from_bytes((tmp_path / f"{name}.qct").read_bytes()) for name in ("ours", "forked")
    )
    with pytest.raises(TrustListError) as caught:
        compare(ours, forked)
    assert caught.value.code == "fork"


def test_row_149_two_authorities_of_one_name_are_shown_with_their_fingerprints(tmp_path: Path) -> None:
    lists = [
        TrustList.from_bytes(school.publish_bytes(school.contents(), signer=who)) for who in ("one", "two")
    ]
    store = Store(tmp_path)
    for who, trust in zip(("one", "two"), lists, strict=True):
        data = school.publish_bytes(school.contents(), signer=who)
        assert store.import_list(data, on=TODAY, fingerprint=trust.fingerprint.hex()) == "imported"
    shown = json.loads(run("trust", "show", "--json", "--home", tmp_path).out)
    assert {one["authority"] for one in shown} == {"Test authority"}
    assert {one["fingerprint"] for one in shown} == {trust.fingerprint.hex() for trust in lists}
    spoken = run("trust", "show", "--home", tmp_path, "--lang", "en").out
    assert spoken.count("Test authority") == 2
    answer = verify(school.text(FORM), trust=lists, now=school.NOW)
    assert [answer.trust, *(one.trust for one in answer.others)] == lists


def test_row_150_one_key_in_two_lists_gives_a_block_each(tmp_path: Path) -> None:
    """Each list judges alone: withdrawn by one is refused overall, and the other is still told."""
    name = worlds.name_of_copy(school.KEY.kid, cose.digest_of(wire.to_bytes(school.text(FORM))))
    for file, said, signer in (
        ("a.qct", school.contents(), "one"),
        ("b.qct", school.contents(withdrawals={name: (school.TODAY, 3)}, authority="Other"), "two"),
    ):
        (tmp_path / file).write_bytes(school.publish_bytes(said, signer=signer))
    worlds.paper(tmp_path, school.text(FORM))
    named = [part for file in ("a.qct", "b.qct") for part in ("--trust", tmp_path / file)]
    done = run("verify", tmp_path / "paper.txt", "--json", *named, "--home", tmp_path / "none")
    told = [(one["verdict"], one["list"]["authority"]) for one in json.loads(done.out)]
    assert told == [("withdrawn", "Other"), ("genuine", "Test authority")]
    assert done.status == 1
