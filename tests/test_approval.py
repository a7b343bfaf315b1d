"""Four eyes: nothing is signed that an officer with a key of his own has not approved, word for word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import desk
import offices
import school
import terminal
from qrcert import issue
from qrcert.cli import screen
from qrcert.errors import QrcertError, Refused, Unreadable
from qrcert.issue.approval import require_one
from qrcert.signing import SigningKey

OFFICE = ("--office", "school")
PASS = ("--passphrase-file", "pass.txt")
STRANGER = SigningKey.generate()
CLASS = ("issue", "class.json", "--form", "participation", "--yes", "--out", "out", *OFFICE, *PASS)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk whose school asks for an officer's approval."""
    folder = desk.make(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch, desk.at_noon():
        patch.chdir(folder)
        done = terminal.run("office", "officer", "officer.key", *PASS)
        assert done.status == 0, done.err
        line = done.lines[-1].partition("officers = ")[2]
        settings = Path("school/office.toml")
        text = settings.read_text(encoding="utf-8")
        assert "officers = []" in text
        settings.write_text(text.replace("officers = []", f"officers = {line}"), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    desk.copy(master, tmp_path)
    monkeypatch.chdir(tmp_path)
    with desk.at_noon():
        yield


def approved(*more: str, name: str = "class") -> terminal.Run:
    proposed = terminal.run(*CLASS, *more, "--propose", f"{name}.proposal")
    assert proposed.status == 0, proposed.err
    return approving(name)


def approving(name: str, key: str = "officer.key", lang: str = "en") -> terminal.Run:
    line = ("office", "approve", f"{name}.proposal", "--key", key, "-o", f"{name}.approval", "--yes", *PASS)
    return terminal.run(*line, "--lang", lang)


def registered() -> int:
    with issue.open_office(Path("school")).open_register() as register:
        return len(register.search())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_without_an_approval_nothing_is_signed(lang: str) -> None:
    done = terminal.run(*CLASS, "--lang", lang)
    assert done.status == 2
    assert "qrcert office approve" in done.errors[-1]
    assert any("а" <= letter <= "я" for letter in done.errors[0]) == (lang == "ru")
    assert registered() == 0
    assert not Path("out").exists()


def test_a_proposal_signs_nothing_and_says_everything() -> None:
    done = approved()
    assert done.status == 0, done.err
    assert registered() == 0
    assert done.lines[0].startswith("to be signed with the key ")
    assert "P-1, 2026-11-23, participation: " in done.lines[1]
    assert "Абрамова Вера" in done.lines[1]
    assert done.lines[-1] == "written: class.approval"


def test_what_was_approved_is_signed() -> None:
    approved()
    done = terminal.run(*CLASS, "--approve", "class.approval")
    assert done.status == 0, done.err
    assert registered() == 2
    again = terminal.run(*CLASS, "--approve", "class.approval")
    assert again.status == 0, again.err


def test_an_approval_is_for_one_class_as_it_was() -> None:
    approved()
    before = Path("class.json").read_text(encoding="utf-8")
    Path("class.json").write_text(before.replace("Вера", "Вира"), encoding="utf-8")
    done = terminal.run(*CLASS, "--approve", "class.approval")
    assert done.status == 2
    assert "the class list was changed after it" in done.errors[0]
    assert registered() == 0


def test_only_an_officer_of_the_settings_approves() -> None:
    assert terminal.run("office", "officer", "stranger.key", *PASS).status == 0
    approved()
    shutil.copy("class.proposal", "other.proposal")
    assert approving("other", key="stranger.key").status == 0
    assert (
        terminal.run(*CLASS, "--approve", "other.approval")
        .errors[0]
        .startswith("qrcert: error: the approval is by nobody whom the settings name")
    )
    assert registered() == 0


@pytest.mark.parametrize(
    "line", ["officer = []", 'officers = "x"', 'officers = ["-19:00"]', 'officers = ["{own.alg}:{hex}"]']
)
def test_a_mistyped_officer_does_not_mean_that_nobody_need_approve(line: str) -> None:
    own = issue.open_office(Path("school")).key
    settings = Path("school/office.toml")
    before = settings.read_text(encoding="utf-8")
    start, end = before.index("officers ="), before.index("\n", before.index("officers ="))
    line = line.format(own=own, hex=own.public.hex())
    settings.write_text(before[:start] + line + before[end:], encoding="utf-8")
    with pytest.raises(Unreadable, match=r"the settings 'office\.toml' cannot be used"):
        issue.open_office(Path("school"))


def test_a_replacement_needs_an_approval_too() -> None:
    approved()
    assert terminal.run(*CLASS, "--approve", "class.approval").status == 0
    line = (
        "replace",
        "P-1",
        "--set",
        "name=Абрамова Вера Ильинична",
        "--kind",
        "wrong",
        "--yes",
        *OFFICE,
        *PASS,
    )
    refused = terminal.run(*line)
    assert refused.status == 2
    assert registered() == 2
    assert terminal.run(*line, "--propose", "one.proposal").status == 0
    assert approving("one").status == 0
    done = terminal.run(*line, "--approve", "one.approval")
    assert done.status == 0, done.err
    assert registered() == 3


def test_a_replacement_may_be_approved_on_a_later_day(monkeypatch: pytest.MonkeyPatch) -> None:
    approved()
    assert terminal.run(*CLASS, "--approve", "class.approval").status == 0
    line = ("replace", "P-1", "--set", "name=Абрамова В. И.", "--kind", "wrong", "--yes", *OFFICE, *PASS)
    day = ("--issued", "2026-11-23")
    assert terminal.run(*line, *day, "--propose", "one.proposal").status == 0
    assert terminal.run(*line, "--propose", "other.proposal").status == 0
    monkeypatch.setattr(screen, "now", lambda: desk.NOW + timedelta(2))
    assert approving("one").status == 0
    done = terminal.run(*line, "--approve", "one.approval", "--lang", "en")
    assert "the approval is of another batch" in done.errors[0]
    assert "give --issued DAY with --propose and with --approve" in done.errors[1]
    done = terminal.run(*line, *day, "--approve", "one.approval")
    assert done.status == 0, done.err


def test_the_library_asks_as_the_commands_do() -> None:
    """Whoever signs without the command line meets the same rule."""
    office = issue.open_office(Path("school"))
    plan = offices.plan_of(Path("class.json"), office, offices.shipped("participation"))
    proposal = issue.Proposal.of(plan)
    assert proposal.kid == office.key.kid
    for approvals, said in (
        ([], "a second person has not"),
        ([issue.approve(proposal, key=STRANGER)], "by nobody"),
    ):
        with pytest.raises(Refused, match=said):
            offices.sign(plan, approvals=approvals)
        with pytest.raises(Refused, match=said):
            issue.sign_and_record_all(plan, key=school.KEY, now=offices.NOW, approvals=approvals)
    assert registered() == 0


@pytest.mark.parametrize("data", [b"", b"{}", b'{"request": "gA"}', b'{"request": "g2FhYWFhYQ"}', bytes(100)])
def test_other_files_are_no_proposals_and_no_approvals(data: bytes) -> None:
    with pytest.raises(QrcertError):
        issue.Proposal.from_file(data)
    with pytest.raises(QrcertError):
        require_one([STRANGER.public_key], issue.Proposal(bytes(8), (b"\xa0",)), data)
    with pytest.raises(Unreadable, match="no proposal"):
        issue.Proposal.from_file(b'{"request": "gA"}')
