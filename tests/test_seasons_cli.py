"""``qrcert authority``: season, compromise, void, cutover, retire, school, unwithdraw, folders of requests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import desk
import school
import terminal
import worlds
from qrcert import cose, wire
from qrcert.authority import open_authority
from qrcert.decode import verify
from qrcert.encode import Certificate, sign_bytes
from qrcert.signing import SigningKey, load_keys
from qrcert.trust import Head, TrustList, wrap, write_season_leaves

HERE = ("--authority", "authority")
PASS = ("--passphrase-file", "pass.txt")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return desk.make(tmp_path_factory.mktemp("desk"))


@pytest.fixture(autouse=True)
def _desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    desk.copy(master, tmp_path)
    monkeypatch.chdir(tmp_path)
    with desk.at_noon():
        yield


def authority(*arguments: object, lang: str = "en", **more: Any) -> terminal.Run:
    return terminal.run("authority", *arguments, *HERE, "--lang", lang, **more)


def good(*arguments: object, **more: Any) -> list[str]:
    done = authority(*arguments, **more)
    assert done.status == 0, done.err
    return done.lines


def key() -> SigningKey:
    return load_keys(Path("school/school.key"), passphrase=desk.PASSPHRASE.encode())[0]


def paper(number: str) -> bytes:
    form = school.form("participation")
    return sign_bytes(Certificate(form, number, school.NOW, {"name": "Абрамова Вера"}), key=key())


def hand_in(*papers: bytes, name: str = "leaves.json") -> str:
    head = Head(open_authority(Path("authority")).identity, bytes(16), school.TODAY)
    own = key()
    data = write_season_leaves(head, map(cose.digest_of, papers), key=own.public_key, sign=own.sign)
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(wrap(data, readable={}))
    return name


def listed() -> TrustList:
    assert authority("publish", "-o", "new.qct", *PASS).status == 0
    return TrustList.from_bytes(Path("new.qct").read_bytes())


def code(signed: bytes, trust: TrustList) -> str:
    found = verify(wire.to_text(signed), trust=trust, now=school.NOW)
    return found.reason or found.code


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_season_a_theft_and_its_repair(lang: str) -> None:
    honest, forged = [paper("P-1"), paper("P-2")], paper("P-3")
    lines = good("season", hand_in(*honest), "--reported", "1=2", "--yes", lang=lang)
    assert (
        lines[:2]
        == {
            "en": ["     1  School: 2, reported 2", "season of 2026-11-23: 2 certificates of 1 key"],
            "ru": ["     1  School: 2, сообщено 2", "сезон 2026-11-23: документов 2, ключей 1"],
        }[lang]
    )
    before = listed()
    assert [code(one, before) for one in (*honest, forged)] == ["genuine"] * 3
    lines = good("compromise", "1", "--since", "2026-11-20", "--yes", lang=lang)
    known = {
        "en": "  papers in closed seasons, which stay genuine: 2",
        "ru": "  документов в закрытых сезонах (останутся подлинными): 2",
    }
    assert known[lang] in lines
    after = listed()
    assert [code(one, after) for one in (*honest, forged)] == ["genuine", "genuine", "stolen"]
    good("void", key().kid.hex(), "--yes", lang=lang)
    assert code(honest[0], listed()) == "void"


def test_a_wrong_count_is_shown_and_bars_the_season() -> None:
    before = desk.tree()
    name = hand_in(paper("P-1"))
    done = authority("season", name, "--reported", "1=2", "--yes", lang="ru")
    assert (done.status, done.lines) == (2, ["     1  School: 1, сообщено 2  (!)"])
    assert done.errors == [
        "qrcert: error: число документов не сошлось с сообщённым, школ: 1; сезон не закрыт",
        "qrcert: hint: попросите у этих школ новый файл сезона: qrcert office leaves",
    ]
    assert {file: data for file, data in desk.tree().items() if file != name} == before


def test_every_bad_file_of_a_folder_is_told() -> None:
    hand_in(paper("P-1"), name="handed/1.json")
    for bad in ("2", "3"):
        Path(f"handed/{bad}.json").write_text("{}")
    before = desk.tree()
    done = authority("season", "handed", "--yes")
    assert done.status == 2
    assert done.errors[0] == "handed/2.json"
    assert "handed/3.json" in done.errors
    assert done.errors[-1] == "qrcert: error: 2 of 3 leaf files are at fault; nothing was changed"
    assert desk.tree() == before


def test_a_cutover_is_asked_about_and_binds_all() -> None:
    honest = paper("P-1")
    good("season", hand_in(honest), "--yes")
    done = authority("cutover", terminal=True, stdin=b"n\n")
    assert done.errors[0].startswith("Every paper without a proof of its season will be refused, for ever")
    good("cutover", "--since", "2026-11-01", "--yes")
    trust = listed()
    assert wire.to_date(trust.cutover or 0).isoformat() == "2026-11-01"
    assert code(honest, trust) == "unproven"


def test_a_key_is_retired() -> None:
    lines = good("retire", "1", "--on", "2026-12-31", "--yes", lang="ru")
    assert lines[-1].startswith("ключ выведен; действует со следующего списка")
    assert wire.to_date(listed().keys[0].end).isoformat() == "2026-12-31"


def test_a_school_is_renamed_closed_and_shown() -> None:
    good("school", "1", "--name", "Lyceum", "--from", "2027-09-01", "--place", "City")
    lines = good("school", "1", "--closed", "2028-01-01", "--archive", "City archive", lang="ru")
    assert lines[:5] == [
        "1  Lyceum, City",
        "  с 2026-11-23  School",
        "  с 2027-09-01  Lyceum",
        "  закрыта: 2028-01-01",
        "  архив: City archive",
    ]
    before = desk.tree()
    assert good("school", "1")[3:] == ["  closed: 2028-01-01", "  archive: City archive"]
    assert desk.tree() == before
    (one,) = listed().schools
    assert one.archive == "City archive"


@pytest.mark.parametrize("way", ["name", "picture"])
def test_a_withdrawal_is_lifted(way: str) -> None:
    signed = paper("P-1")
    worlds.paper(Path(), wire.to_text(signed), "paper.txt")
    good("withdraw", "paper.txt", "--yes")
    trust = listed()
    assert code(signed, trust) == "withdrawn"
    (name,) = trust.contents.withdrawals
    source = name.hex() if way == "name" else "paper.txt"
    done = authority("unwithdraw", source, terminal=True, stdin=b"y\n")
    assert done.errors == ["Lift 1 withdrawal: go on? [y/N]: "]
    assert f"  {name.hex()}  2026-11-23  withdrawn" in done.lines
    assert code(signed, listed()) == "genuine"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("unwithdraw", "0" * 32), "error: this is not withdrawn, so there is nothing to lift"),
        (("unwithdraw", "no.json"), "error: 'no.json' is no file and no name of a withdrawal"),
        (("compromise", "9"), "error: no school 9 in the list has a key in use"),
        (("compromise", "School"), "error: no key 'School' in the list"),
        (("compromise", "1", "--since", "2026-11-24"), "error: the key would be compromised from 2026-11-24"),
        (("retire", "1", "--on", "2026-11-22"), "error: the key signs from 2026-11-23 until 2028-02-22"),
        (("season", "pass.txt"), "error: neither a request nor the JSON around one (unreadable)"),
        (("season", "authority/published"), "error: no leaf file (*.json) in 'authority/published'"),
        (("season", "pass.txt", "--reported", "x"), "error: --reported takes SCHOOL=COUNT such as 17=81"),
        (("season", "leaves.json", "--on", "2026-11-24"), "error: the season would close on 2026-11-24"),
        (("season", "leaves.json", "--reported", "9=1"), "error: no school 9 in the list"),
        (("cutover",), "error: no season is closed: after a cutover no paper at all would be genuine"),
        (("school", "9"), "error: no school 9 in the list"),
        (("school", "1", "--archive", "A"), "error: --successor and --archive go with --closed"),
        (("school", "1", "--from", "2027-01-01"), "error: --from goes with --name"),
        (("school", "1", "--closed", "2027-01-01", "--successor", "1"), "error: a school is not its own"),
        (
            ("renew", "second/request.json"),
            "error: the key is not admitted yet, so there is nothing to renew",
        ),
    ],
)
def test_what_cannot_be_done_changes_nothing(arguments: tuple[str, ...], error: str) -> None:
    hand_in(paper("P-1"))
    line = ("office", "init", "second", "--school", "Second", *PASS)
    assert terminal.run(*line).status == 0
    before = desk.tree()
    yes = () if arguments[0] == "school" else ("--yes",)
    done = authority(*arguments, *yes)
    assert (done.status, desk.tree()) == (2, before)
    assert done.errors[0].startswith(f"qrcert: {error}")
    done = authority(*arguments, *yes, lang="ru")
    assert any("а" <= letter <= "я" for letter in done.errors[0]), done.errors
    assert desk.tree() == before


@pytest.mark.parametrize(
    "act",
    [
        ("compromise", "1"),
        ("void", "1"),
        ("retire", "1"),
        ("season", "leaves.json"),
        ("withdraw", "paper.txt"),
    ],
)
def test_each_act_is_asked_about(act: tuple[str, ...]) -> None:
    hand_in(paper("P-1"))
    worlds.paper(Path(), wire.to_text(paper("P-1")), "paper.txt")
    before = desk.tree()
    for lang, typed in (("en", b"n\n"), ("ru", "нет\n".encode())):
        done = authority(*act, lang=lang, terminal=True, stdin=typed)
        assert done.status == 2
        assert desk.tree() == before


def test_of_a_folder_all_requests_are_taken_or_none_and_every_fault_is_told() -> None:
    Path("requests").mkdir()
    for name in ("Second", "Third"):
        assert terminal.run("office", "init", name, "--school", name, *PASS).status == 0
        shutil.copy(f"{name}/request.json", f"requests/{name}.json")
    Path("requests/bad.json").write_text("{}")
    shutil.copy("school/request.json", "requests/again.json")
    before = desk.tree()
    done = authority("admit", "requests", "--forms", "*", "--yes")
    assert done.status == 2
    assert [line for line in done.errors if line.startswith("requests")] == [
        "requests/again.json",
        "requests/bad.json",
    ]
    assert done.errors[-2] == "qrcert: error: 2 of 4 requests are at fault; nothing was changed"
    assert desk.tree() == before
    Path("requests/bad.json").unlink()
    done = authority("admit", "requests", "--forms", "*", terminal=True, stdin=b"y\ny\n", lang="ru")
    assert done.errors[-2] == "qrcert: error: с ошибкой запросов: 1 из 3, прочие приняты"
    assert [one.name_now for one in listed().schools] == ["School", "Second", "Third"]
