"""``qrcert trust``: taking a list, looking at one's lists, handing one on; and verifying by them."""

from __future__ import annotations

import json
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

import school
import terminal
import trust_maker
import worlds
from qrcert.cli import screen
from qrcert.trust import TrustList, hex_groups, make_delta

NOW = datetime.combine(school.NOW, time(12)).astimezone()


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(screen, "now", lambda: NOW)
    monkeypatch.chdir(tmp_path)
    worlds.build("genuine", tmp_path)


def trust(*arguments: object, **more: Any) -> terminal.Run:
    return terminal.run("trust", *arguments, "--home", "lists", **more)


def fingerprint(name: str = "list.qct") -> str:
    return TrustList.from_bytes(Path(name).read_bytes()).fingerprint.hex()


def shown() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(trust("show", "--json").out)
    return found


QUESTION = [
    "A list of an authority that is new here: Test authority",
    "Its fingerprint:",
    f"  {hex_groups(school.trust().fingerprint)}",
    "Compare it with the one the authority itself tells: on its site, in print, by telephone. "
    "Whoever made this file could have written any name into it.",
]


# --- the first list of an authority


def test_the_first_list_is_taken_after_a_person_said_yes() -> None:
    done = trust("add", "list.qct", "--lang", "en", terminal=True, stdin=b"y\n")
    assert (done.status, done.lines) == (0, ["Test authority: list No. 3 of 24 October 2026 is now yours"])
    assert done.errors == [*QUESTION, "Is this the fingerprint? [y/N]: "]
    assert terminal.run("verify", "paper.txt", "--home", "lists").status == 0
    again = trust("add", "list.qct", "--lang", "en")
    assert (again.status, again.lines, again.err) == (0, ["Test authority: this list is there already"], "")


def test_the_question_may_be_answered_in_russian() -> None:
    done = trust("add", "list.qct", "--lang", "ru", terminal=True, stdin="Да\n".encode())
    assert (done.status, done.lines) == (0, ["Test authority: список № 3 от 24 октября 2026 года принят"])
    assert done.errors[0] == "Список органа, которого здесь ещё нет: Test authority"
    assert done.errors[-1] == "Отпечаток тот самый? [д/Н]: "


@pytest.mark.parametrize("typed", [b"\n", b"n\n", "нет\n".encode(), b"what?\n"])
def test_any_other_answer_is_no(typed: bytes) -> None:
    done = trust("add", "list.qct", terminal=True, stdin=typed)
    assert (done.status, done.out) == (2, "")
    assert done.err.endswith("qrcert: error: not confirmed, nothing was changed\n")
    assert not Path("lists").exists()


def test_an_end_of_input_is_no() -> None:
    done = trust("add", "list.qct", "--lang", "ru", terminal=True)
    assert (done.status, done.errors[-1]) == (2, "Отпечаток тот самый? [д/Н]: qrcert: error: остановлено")
    assert not Path("lists").exists()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_where_nobody_sits_the_fingerprint_must_be_given(lang: str) -> None:
    done = trust("add", "list.qct", "--lang", lang)
    assert (done.status, done.out) == (2, "")
    assert (
        done.errors[-2:]
        == {
            "en": [
                "qrcert: error: this needs an answer and nobody is at the terminal",
                "qrcert: hint: compare the fingerprint with the authority's own, then add --fingerprint HEX",
            ],
            "ru": [
                "qrcert: error: нужен ответ, а за терминалом никого нет",
                "qrcert: hint: сверьте отпечаток с тем, что сообщает сам орган, и добавьте --fingerprint ОТПЕЧАТОК",
            ],
        }[lang]
    )
    assert not Path("lists").exists()
    done = trust("add", "list.qct", "--fingerprint", fingerprint())
    assert (done.status, done.err) == (0, "")
    assert [one["authority"] for one in shown()] == ["Test authority"]


def test_a_fingerprint_may_have_blanks_and_colons_and_a_wrong_one_is_refused() -> None:
    for wrong in ("", "ab", "x" * 64, "0" * 64):
        done = trust("add", "list.qct", "--fingerprint", wrong, "--lang", "ru")
        assert done.status == 2
        assert done.errors[0].startswith("qrcert: error: отпечаток списка ")
        assert done.errors[0].endswith("(wrong_fingerprint)")
        assert not Path("lists").exists()
    assert trust("add", "list.qct", "--fingerprint", hex_groups(bytes.fromhex(fingerprint()))).status == 0


def test_a_second_authority_of_the_same_name_is_told_before_the_question() -> None:
    trust("add", "list.qct", "--fingerprint", fingerprint())
    Path("other.qct").write_bytes(school.publish_bytes(school.contents(), signer="another signer"))
    done = trust("add", "other.qct", "--lang", "en", terminal=True, stdin=b"y\n")
    assert done.errors[1:3] == [
        "  ! you have a list of another authority that bears the same name, with the fingerprint",
        f"    {hex_groups(school.trust().fingerprint)}",
    ]
    assert sorted(one["fingerprint"] for one in shown()) == sorted([fingerprint(), fingerprint("other.qct")])


def test_a_hostile_name_is_shown_escaped() -> None:
    worlds.publish(Path(), school.contents(authority="VALID\n\x1b[2J\u202eevil", where="\x1b]0;x\a"))
    done = trust("add", "list.qct", terminal=True, stdin=b"y\n")
    assert done.status == 0
    for run in (
        done,
        trust("show"),
        trust("show", "list.qct"),
        terminal.run("verify", "paper.txt", "--home", "lists"),
    ):
        assert all(line.isprintable() for line in run.lines + run.errors)
    assert shown()[0]["authority"] == "VALID\n\x1b[2J\u202eevil"


# --- newer lists


def test_newer_lists_need_no_question_and_others_are_refused() -> None:
    first = trust_maker.world()
    second = trust_maker.following(first)
    for name, made in (("1", first), ("2", second), ("3", trust_maker.following(second, _without_form))):
        Path(f"{name}.qct").write_bytes(made.file())
    assert trust("add", "1.qct", "--fingerprint", fingerprint("1.qct")).status == 0
    assert trust("add", "2.qct").status == 0
    assert shown()[0]["version"] == 8
    for name, code in (("1", "older"), ("3", "went_back")):
        done = trust("add", f"{name}.qct", "--lang", "ru")
        assert (done.status, done.out) == (2, "")
        assert done.errors[0].endswith(f"({code})")
        assert shown()[0]["version"] == 8


def test_a_delta_makes_the_newer_list_of_the_one_that_is_there() -> None:
    first = trust_maker.world().file()
    second = trust_maker.following(trust_maker.world()).file()
    Path("1.qct").write_bytes(first)
    Path("2.qcd").write_bytes(make_delta(first, second))
    for lang, hint in (("en", "take the whole list in its place"), ("ru", "возьмите список целиком")):
        done = trust("add", "2.qcd", "--lang", lang)
        assert (done.status, done.out) == (2, "")
        assert done.errors[-1].endswith(hint)
    assert trust("add", "1.qct", "--fingerprint", fingerprint("1.qct")).status == 0
    for answer in ("list No. 8 of", "this list is there already"):
        done = trust("add", "2.qcd")
        assert (done.status, done.err) == (0, "")
        assert answer in done.out
    assert trust("export", "-o", "mine.qct").status == 0
    assert Path("mine.qct").read_bytes() == second


def _without_form(body: dict[Any, Any]) -> None:
    body[7] = body[7][1:]
    kept = {trust_maker.hash16(form[0]) for form in body[7]}
    body[8] = [[number, [one for one in forms if one in kept]] for number, forms in body[8]]


def test_a_list_that_mends_a_theft_shows_what_went_back_and_asks_again() -> None:
    first = trust_maker.world()
    mended = trust_maker.following(first)
    mended.roots.append(
        trust_maker.RootPlan(trust_maker.people("CDE"), trust_maker.people("BCD"), changes={6: 1})
    )
    mended.signed_by = trust_maker.people("CD")
    _without_form(mended.body)
    for name, made in (("1", first), ("2", mended)):
        Path(f"{name}.qct").write_bytes(made.file())
    trust("add", "1.qct", "--fingerprint", fingerprint("1.qct"))
    for stdin, status, version in ((b"n\n", 2, 7), (b"y\n", 0, 8)):
        done = trust("add", "2.qct", "--lang", "en", terminal=True, stdin=stdin)
        assert done.status == status
        assert done.errors[0] == (
            "Test Authority says that its keys were stolen, and starts again. Its new list takes back:"
        )
        assert done.errors[1].startswith("  ! form ")
        assert shown()[0]["version"] == version


# --- looking and handing on


def test_show_tells_whose_lists_and_how_old() -> None:
    assert trust("show", "--lang", "en").lines == ["you have no list yet"]
    assert trust("show", "--lang", "ru").lines == ["у вас ещё нет ни одного списка"]
    assert shown() == []
    trust("add", "list.qct", "--fingerprint", fingerprint())
    done = trust("show", "--lang", "ru")
    assert done.lines == [
        "Test authority",
        "  список         3, 24 октября 2026 года",
        "  возраст, дн.   30",
        "  следующий до   19 сентября 2027 года",
        "  школ, ключей   1, 1",
        "  отозвано       0",
        "  новые списки   https://lists.example",
        f"  отпечаток      {hex_groups(school.trust().fingerprint)}",
        f"  орган          {hex_groups(school.trust().identity)}",
        "  принят         23 ноября 2026 года",
        "",
    ]
    assert trust("show", "list.qct", "--lang", "ru").lines == [*done.lines[:-2], ""]
    (one,) = shown()
    assert {
        name: one[name] for name in ("authority", "identity", "fingerprint", "version", "schools", "keys")
    } == {
        "authority": "Test authority",
        "identity": school.trust().identity.hex(),
        "fingerprint": fingerprint(),
        "version": 3,
        "schools": 1,
        "keys": 1,
    }
    assert (one["issued"], one["next_update"]) == ("2026-10-24", "2027-09-19")


def test_show_says_that_a_list_is_old() -> None:
    worlds.publish(Path(), school.contents(next_update=school.TODAY - 1))
    assert (
        "  ! the list is old: a later withdrawal would not show; get the newer one"
        in trust("show", "list.qct").lines
    )


def test_export_hands_the_very_file_on() -> None:
    trust("add", "list.qct", "--fingerprint", fingerprint())
    done = trust("export", "-o", "copy.qct", "--lang", "ru")
    assert (done.status, done.lines) == (0, ["записано: copy.qct"])
    assert Path("copy.qct").read_bytes() == Path("list.qct").read_bytes()
    Path("other.qct").write_bytes(school.publish_bytes(school.contents(), signer="another signer"))
    trust("add", "other.qct", "--fingerprint", fingerprint("other.qct"))
    done = trust("export", "-o", "none.qct", "--lang", "en")
    assert (done.status, done.out) == (2, "")
    assert done.errors[0] == "qrcert: error: 2 of your lists match, expected one"
    assert school.trust().identity.hex()[:16] in done.errors[1]
    assert not Path("none.qct").exists()
    groups = hex_groups(school.trust().identity)[:19]
    assert trust("export", groups, "-o", "one.qct").status == 0
    assert Path("one.qct").read_bytes() == Path("list.qct").read_bytes()
    assert trust("export", groups, "-o", "nowhere/one.qct").status == 2


@pytest.mark.parametrize("act", ["add", "show"])
@pytest.mark.parametrize("name", ["nobody.qct", "paper.txt", "cut.qct", "."])
def test_a_file_that_is_no_list_is_refused_and_nothing_is_made(act: str, name: str) -> None:
    Path("cut.qct").write_bytes(Path("list.qct").read_bytes()[:-9])
    for lang in ("en", "ru"):
        done = trust(act, name, "--lang", lang)
        assert (done.status, done.out) == (2, "")
        assert done.errors[0].startswith("qrcert: error: ")
    assert not Path("lists").exists()


def test_a_home_that_cannot_be_made_is_told() -> None:
    Path("lists").write_text("")
    done = trust("add", "list.qct", "--fingerprint", fingerprint())
    assert done.status == 2
    assert "lists" in done.errors[0]


def test_without_home_the_lists_lie_where_the_system_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def here(name: str, **more: object) -> Path:
        asked.append((name, more))
        return Path("data")

    monkeypatch.setattr("platformdirs.user_data_path", here)
    done = terminal.run("trust", "add", "list.qct", "--fingerprint", fingerprint())
    assert done.status == 0
    assert asked == [("qrcert", {"appauthor": False})]
    assert Path("data", "lists.db").is_file()
