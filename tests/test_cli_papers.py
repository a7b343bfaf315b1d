"""``qrcert withdraw``, ``void``, ``replace``, ``office leaves`` and ``renew``: what a school does after issuing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import desk
import offices
import school
import terminal
from qrcert import issue, wire
from qrcert.cli import screen
from qrcert.decode import verify
from qrcert.encode import make_payload, sign_bytes
from qrcert.form import sample_of
from qrcert.issue import open_office
from qrcert.register import Entry
from qrcert.roster import read_class
from qrcert.trust import TrustList, read_key_request, telephone_groups, unwrap

OFFICE = ("--office", "school", "--passphrase-file", "pass.txt")
HERE = ("--authority", "authority")
PASS = ("--passphrase-file", "pass.txt")
ISSUE = ("issue", "class.json", "--form", "participation", "--yes", "--out", "out")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with two papers issued."""
    folder = desk.make(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch, desk.at_noon():
        patch.chdir(folder)
        done = terminal.run(*ISSUE, *OFFICE)
        assert done.status == 0, done.err
    return folder


@pytest.fixture(autouse=True)
def _desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    desk.copy(master, tmp_path)
    monkeypatch.chdir(tmp_path)
    with desk.at_noon():
        yield


def run(*arguments: object, lang: str = "en", **more: Any) -> terminal.Run:
    return terminal.run(*arguments, "--lang", lang, **more)


def good(*arguments: object, **more: Any) -> terminal.Run:
    done = run(*arguments, **more)
    assert done.status == 0, done.err
    return done


def entries(number: str = "P-1") -> tuple[Entry, ...]:
    with open_office(Path("school")).open_register() as register:
        return register.search(number=number)


def listed() -> TrustList:
    """The next list, in the office folder too."""
    good("authority", "publish", "-o", "new.qct", *HERE, *PASS)
    shutil.copy("new.qct", "school/list.qct")
    return TrustList.from_bytes(Path("new.qct").read_bytes())


def code_of(entry: Entry, trust: TrustList) -> tuple[str, str | None]:
    verdict = verify(wire.to_text(entry.signed), trust=trust, now=school.NOW)
    return verdict.code, str(verdict.withdrawn[1]) if verdict.withdrawn else verdict.reason


def request() -> Path:
    (path,) = Path("school/requests").glob("withdraw-*.json")
    return path


def test_a_withdrawal_goes_from_the_register_to_every_verifier() -> None:
    done = good("withdraw", "P-1", "--reason", "adoption", "--yes", *OFFICE)
    path = request()
    assert done.lines == [
        "No. P-1, Абрамова Вера, 2026-11-23, participation",
        "withdrawn",
        f"send this to the authority, it counts from its next list on: {path}",
    ]
    (entry,) = entries()
    assert (entry.status, entry.kind, entry.reason, entry.changed) == ("withdrawn", 3, "adoption", school.NOW)
    good("authority", "withdraw", path, "--yes", *HERE)
    trust = listed()
    assert code_of(entry, trust) == ("withdrawn", "3")
    assert code_of(entries("P-2")[0], trust) == ("genuine", None)


def test_what_a_request_withdrew_is_lifted_by_the_same_request() -> None:
    good("withdraw", "P-1", "--yes", *OFFICE)
    good("authority", "withdraw", request(), "--yes", *HERE)
    assert code_of(entries()[0], listed()) == ("withdrawn", "3")
    done = good("authority", "unwithdraw", request(), "--yes", *HERE, lang="ru")
    assert done.lines[0].endswith("  2026-11-23  отозван")
    assert code_of(entries()[0], listed()) == ("genuine", None)
    done = run("authority", "unwithdraw", request(), "--yes", *HERE)
    assert done.errors == ["qrcert: error: this is not withdrawn, so there is nothing to lift"]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_request_under_a_stolen_key_is_taken_only_after_a_second_channel(lang: str) -> None:
    good("withdraw", "P-1", "--yes", *OFFICE)
    good("authority", "compromise", "1", "--yes", *HERE)
    before = desk.tree("authority")
    done = run("authority", "withdraw", request(), "--yes", *HERE, lang=lang)
    assert done.status == 2
    assert done.errors[1].endswith("--second-channel")
    assert desk.tree("authority") == before
    line = ("authority", "withdraw", request(), "--second-channel", *HERE)
    done = good(*line, lang=lang, terminal=True, stdin="да\n".encode())
    asked = {"en": "Did the school itself, asked another way,", "ru": "Школа сама, иным путём, назвала"}
    assert done.errors[0].startswith(asked[lang])


@pytest.mark.parametrize("act", ["withdraw", "void"])
def test_nothing_public_tells_why_or_whose(act: str) -> None:
    good(act, "P-1", "--reason", "adoption", "--yes", *OFFICE)
    good("authority", "withdraw", request(), "--yes", *HERE)
    listed()
    said = (request().read_bytes(), unwrap(request().read_bytes()), Path("new.qct").read_bytes())
    for data in (*said, Path("new.json").read_bytes()):
        for secret in ("adoption", "Абрамова", "Вера"):
            assert secret.encode() not in data


def test_a_withdrawal_may_be_asked_for_once_more() -> None:
    good("withdraw", "P-1", "--reason", "order 12", "--yes", *OFFICE)
    request().unlink()
    done = good("withdraw", "P-1", "--yes", *OFFICE, lang="ru")
    assert done.lines[0] == "№ P-1, Абрамова Вера, 2026-11-23, participation  (отозван)"
    assert done.lines[1] == "отозван"
    (entry,) = entries()
    assert entry.reason == "order 12"
    good("authority", "withdraw", request(), "--yes", *HERE)
    assert code_of(entry, listed()) == ("withdrawn", "3")


def test_a_void_paper_is_withdrawn_by_its_bytes_and_its_number_is_free() -> None:
    (old,) = entries()
    good("void", "P-1", "--reason", "misprint", "--yes", *OFFICE)
    assert entries()[0].status == "void"
    good("authority", "withdraw", request(), "--yes", *HERE)
    trust = listed()
    assert code_of(old, trust) == ("withdrawn", "3")
    desk.write_class("class.json", desk.PUPILS[0] | {"name": "Абрамова Вера Ильинична"})
    good(*ISSUE, *OFFICE)
    assert code_of(entries()[-1], trust) == ("genuine", None)


def test_a_withdrawn_number_is_not_issued_again() -> None:
    good("withdraw", "P-1", "--yes", *OFFICE)
    good("authority", "withdraw", request(), "--yes", *HERE)
    listed()
    desk.write_class("class.json", desk.PUPILS[0] | {"name": "Абрамова Вера Ильинична"})
    assert run(*ISSUE, *OFFICE).status == 2


@pytest.mark.parametrize(("kind", "verdict"), [("right", "1"), ("wrong", "2")])
def test_a_replacement_keeps_the_number_and_the_old_copy_is_told_apart(kind: str, verdict: str) -> None:
    line = ("replace", "P-1", "--set", "name=Петрова Вера", "--kind", kind, "--reason", "marriage", "--yes")
    done = good(*line, *OFFICE)
    assert done.lines[:2] == [
        "No. P-1, Абрамова Вера, 2026-11-23, participation",
        "  new: Петрова Вера, 2026-11-23",
    ]
    assert Path("school/issued/replace-P-1-2026-11-23/P-1.pdf").is_file()
    old, new = entries()
    assert (old.status, old.reason, new.status, new.replaces) == ("replaced", "marriage", "live", old.id)
    assert (new.holder, new.office) == ("Петрова Вера", old.office)
    good("authority", "withdraw", request(), "--yes", *HERE)
    trust = listed()
    assert code_of(old, trust) == ("replaced", verdict)
    assert code_of(new, trust) == ("genuine", None)
    for data in (request().read_bytes(), Path("new.qct").read_bytes()):
        assert b"marriage" not in data


def test_a_replacement_from_a_class_list_may_be_repeated() -> None:
    desk.write_class("class.json", desk.PUPILS[0] | {"name": "Петрова Вера"}, desk.PUPILS[1])
    line = ("replace", "P-1", "--from", "class.json", "--kind", "wrong", "--yes", *OFFICE)
    good(*line)
    before = entries()
    request().unlink()
    shutil.rmtree("school/issued")
    done = good(*line, lang="ru")
    assert "  он уже в книге: запрос и страница будут сделаны ещё раз" in done.lines
    assert entries() == before
    good("authority", "withdraw", request(), "--yes", *HERE)
    assert code_of(before[0], listed()) == ("replaced", "2")


def test_after_a_withdrawal_by_number_older_copies_do_not_count_either() -> None:
    good("replace", "P-1", "--set", "name=Петрова Вера", "--kind", "right", "--yes", *OFFICE)
    good("authority", "withdraw", request(), "--yes", *HERE)
    request().unlink()
    good("withdraw", "P-1", "--yes", *OFFICE)
    good("authority", "withdraw", request(), "--yes", *HERE)
    trust = listed()
    assert [code_of(one, trust) for one in entries()] == [("withdrawn", "3")] * 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("withdraw", "P-9"), "error: No. 'P-9' is not in the register"),
        (("void", "P-1", "--form", "course"), "error: No. 'P-1' is not in the register"),
        (("withdraw", "P-1", "--reason", "a\u202eb"), "error: the reason 'a⟨U+202E⟩b' may not be shown"),
        (("replace", "P-1", "--kind", "right"), "error: name what changes with --set F=V, or a class list"),
        (
            ("replace", "P-1", "--kind", "right", "--set", "name"),
            "error: --set takes F=V such as 'family=Smith', found 'name'",
        ),
        (
            ("replace", "P-1", "--kind", "right", "--set", "colour=red"),
            "error: no field or row 'colour' in the form 'participation'",
        ),
        (
            ("replace", "P-1", "--kind", "right", "--from", "other.json"),
            "error: no row of 'other.json' has the number 'P-1'",
        ),
        (
            ("replace", "P-1", "--kind", "right", "--from", "class.json"),
            "error: No. 'P-1' of 2026-11-23 says the same: it would be the same certificate",
        ),
        (
            ("replace", "P-1", "--kind", "right", "--form", "course.completion", "--from", "class.json"),
            "error: No. 'P-1' is not in the register",
        ),
        (("replace", "P-1", "--kind", "right", "--set", "name="), "error: "),
    ],
)
def test_what_cannot_be_done_leaves_everything_as_it_was(arguments: tuple[str, ...], error: str) -> None:
    desk.write_class("other.json", desk.PUPILS[1])
    before = _told()
    done = run(*arguments, "--yes", *OFFICE)
    assert (done.status, _told()) == (2, before)
    assert done.errors[0].startswith(f"qrcert: {error}")
    done = run(*arguments, "--yes", *OFFICE, lang="ru")
    assert done.status == 2
    assert any("а" <= letter <= "я" for letter in done.errors[0]), done.errors
    assert _told() == before


def _told() -> tuple[object, ...]:
    """What the register says and which files there are; SQLite's own files come and go."""
    return entries("P-1"), entries("P-2"), [name for name in desk.tree() if "register.db" not in name]


@pytest.mark.parametrize(
    "act", [("withdraw",), ("void",), ("replace", "--set", "name=B C", "--kind", "right")]
)
def test_each_is_asked_about_and_no_is_no(act: tuple[str, ...]) -> None:
    before = _told()
    for lang, typed in (("en", b"n\n"), ("ru", "нет\n".encode())):
        done = run(act[0], "P-1", *act[1:], *OFFICE, lang=lang, terminal=True, stdin=typed)
        assert done.status == 2
        assert _told() == before


def test_a_replaced_paper_cannot_be_withdrawn_under_another_state() -> None:
    good("void", "P-1", "--yes", *OFFICE)
    done = run("withdraw", "P-1", "--yes", *OFFICE)
    assert done.errors == ["qrcert: error: No. 'P-1' is void and cannot become withdrawn"]
    done = run("withdraw", "P-1", "--yes", *OFFICE, lang="ru")
    assert done.errors == ["qrcert: error: № 'P-1' погашен, состояние «отозван» для него невозможно"]


def test_without_a_published_list_there_is_nobody_to_ask() -> None:
    Path("school/list.qct").unlink()
    for line in (("withdraw", "P-1", "--yes"), ("office", "leaves"), ("office", "renew")):
        done = run(*line, *OFFICE)
        assert done.status == 2
        assert done.errors[0].startswith("qrcert: error: the published list 'list.qct' is not in the office")
    assert entries()[0].status == "live"


# --- what was said the first time


def test_a_replacement_that_is_done_keeps_its_kind_and_reason_and_says_so() -> None:
    line = ("replace", "P-1", "--set", "name=Новикова Вера", "--yes", *OFFICE)
    good(*line, "--kind", "right", "--reason", "married")
    (old, _) = entries()
    assert (old.kind, old.reason) == (1, "married")
    told = _told()
    for more, said, hint in (
        (
            ("--kind", "wrong"),
            "was replaced on 2026-11-23 with --kind right, and that stays",
            "--kind right asks",
        ),
        (
            ("--kind", "right", "--reason", "lost"),
            "since 2026-11-23, and the reason 'married' stays",
            "leave out",
        ),
    ):
        done = run(*line, *more)
        assert done.status == 2
        assert said in done.errors[0]
        assert hint in done.errors[1]
        russian = run(*line, *more, lang="ru")
        assert "остаётся" in russian.errors[0]
        assert _told() == told
    for more in ((), ("--reason", "married")):
        good(*line, "--kind", "right", *more)


@pytest.mark.parametrize("act", ["withdraw", "void"])
def test_the_reason_of_a_withdrawal_is_not_dropped_silently(act: str) -> None:
    good(act, "P-1", "--reason", "order 12", "--yes", *OFFICE)
    told = _told()
    done = run(act, "P-1", "--reason", "order 13", "--yes", *OFFICE)
    assert (done.status, _told()) == (2, told)
    assert "since 2026-11-23, and the reason 'order 12' stays" in done.errors[0]
    good(act, "P-1", "--yes", *OFFICE)


def test_a_new_copy_has_the_day_of_issue_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    day, today = school.NOW, school.NOW + timedelta(3)
    monkeypatch.setattr(screen, "now", lambda: desk.NOW + timedelta(3))
    line = ("replace", "P-1", "--set", "name=Новикова Вера", "--kind", "right", "--yes", *OFFICE)
    good(*line, "--issued", day)
    (old, new) = entries()
    assert (new.issued, old.changed) == (day, today)
    assert Path(f"school/issued/replace-P-1-{day}/P-1.pdf").exists()
    late = run("replace", "P-2", "--set", "name=B C", "--kind", "right", "--issued", "2026-12-24", *OFFICE)
    assert "issued on 2026-12-24, and today is 2026-11-26" in late.errors[0]


# --- one mark of many


def test_one_mark_is_changed_and_all_else_stays(tmp_path: Path) -> None:
    good("authority", "form", "add", _attestat(), "--allow", *HERE)
    listed()
    row = {
        "number": "07724000000001",
        "family": "Абрамова",
        "given": "Вера",
        "patronymic": "Ильинична",
        "born": "2008-05-17",
        "finished": 2026,
        "sex": "ж",
        "marks": [["Русский язык", "5"], ["Литература", "4"], ["Математика", "5"]],
    }
    desk.write_class("class.json", row)
    line = ("class.json", "--form", "ru.attestat.11", "--yes", "--out", "out", *OFFICE)
    good("issue", *line)
    number = ("07724000000001", "--kind", "wrong", "--yes", *OFFICE)
    good("replace", *number, "--set", "Литература=5", "--set", "patronymic=Ивановна")
    form = school.form()
    old, new = entries("07724000000001")
    said = [
        form.values(verify(wire.to_text(one.signed), trust=_trust(), now=school.NOW).claims.fields)  # type: ignore[union-attr]
        for one in (old, new)
    ]
    changed = {name for name in said[0] if said[0][name] != said[1][name]}
    assert changed == {"patronymic", "marks"}
    assert said[1]["marks"] == [["Русский язык", "5"], ["Литература", "5"], ["Математика", "5"]]
    assert new.office == old.office


@pytest.mark.parametrize("name", sorted(school.entries()))
def test_a_paper_of_every_form_comes_back_from_its_bytes_as_it_was(name: str, tmp_path: Path) -> None:
    kind, sample = offices.shipped(name), sample_of(school.form(name))
    certificate = school.certificate(name)
    signed = sign_bytes(certificate, key=school.KEY)
    (stored,) = (replace(one, signed=signed, number=sample.number, office=sample.office) for one in entries())
    path = tmp_path / "same.json"
    path.write_text(issue.with_changes([stored], kind.form, {}), encoding="utf-8")
    (row,) = read_class(path, kind.form, kind.office, issued_default=certificate.issued).rows
    again = replace(certificate, values=row.values, number=row.number)
    assert make_payload(again) == make_payload(certificate)
    assert row.office == sample.office


def _attestat() -> str:
    from qrcert.form import shipped_forms

    Path("attestat.toml").write_text(shipped_forms()["ru.attestat.11"], encoding="utf-8")
    return "attestat.toml"


def _trust() -> TrustList:
    return TrustList.from_bytes(Path("new.qct").read_bytes())


# --- what is sent each season and each year


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_leaves_are_what_was_handed_out(lang: str) -> None:
    good("void", "P-2", "--yes", *OFFICE)
    done = good("office", "leaves", "-o", "leaves.json", *OFFICE, lang=lang)
    assert (
        done.lines
        == {
            "en": [
                "1 certificate since 2020-01-01; tell the authority this number another way",
                "send this to the authority: leaves.json",
            ],
            "ru": [
                "документов с 2020-01-01: 1; сообщите органу образования это число иным путём",
                "отправьте органу образования: leaves.json",
            ],
        }[lang]
    )
    shape = json.loads(Path("leaves.json").read_text(encoding="utf-8"))
    assert shape["readable"]["certificates"] == "1"
    assert entries()[0].digest in unwrap(Path("leaves.json").read_bytes())


def test_days_without_a_certificate_have_no_leaves() -> None:
    done = run("office", "leaves", "--until", "2026-11-22", *OFFICE)
    assert done.errors == [
        "qrcert: error: no certificate was issued from 2020-01-01 until 2026-11-22 with this key"
    ]
    assert any(
        "а" <= one <= "я" for one in run("office", "leaves", "--until", "2026-11-22", *OFFICE, lang="ru").err
    )


def test_the_schools_key_is_renewed_by_its_own_request(monkeypatch: pytest.MonkeyPatch) -> None:
    later = desk.NOW + timedelta(days=300)
    monkeypatch.setattr(screen, "now", lambda: later)
    done = good("office", "renew", "-o", "renew.json", *OFFICE)
    groups = telephone_groups(read_key_request(unwrap(Path("renew.json").read_bytes())).hash)
    assert done.lines == [
        "by telephone the authority will ask for these groups:",
        f"  {groups}",
        "send this to the authority: renew.json",
    ]
    done = good("authority", "renew", "renew.json", "--yes", *HERE)
    assert f"  groups       {groups}" in done.lines
    assert "  until now    2028-02-22" in done.lines
    trust = listed()
    (entry,) = trust.keys
    assert (entry.start, entry.end) == (school.TODAY, school.TODAY + 300 + 456)
    done = run("authority", "renew", "renew.json", "--yes", *HERE)
    assert done.errors[0].endswith("(repeated)")
