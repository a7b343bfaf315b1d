"""``qrcert authority``: from an empty folder to a published list, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import desk
import school
import terminal
import worlds
from qrcert import cose, wire
from qrcert.authority import open_authority
from qrcert.cli import screen
from qrcert.encode import Certificate, sign_certificate
from qrcert.signing import load_keys
from qrcert.symbol import Symbol
from qrcert.trust import (
    Copy,
    Delta,
    Head,
    TrustList,
    Wanted,
    hex_groups,
    read_key_request,
    telephone_groups,
    unwrap,
    wrap,
    write_withdrawal_request,
)

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


def authority(
    *arguments: object, lang: str = "en", terminal_: bool = False, stdin: bytes = b""
) -> terminal.Run:
    return terminal.run("authority", *arguments, "--lang", lang, terminal=terminal_, stdin=stdin)


def listed(name: str = "new.qct") -> TrustList:
    assert authority("publish", "-o", name, *HERE, *PASS).status == 0
    return TrustList.from_bytes(Path(name).read_bytes())


def second_school(*arguments: str, name: str = "Second") -> Path:
    line = ("office", "init", name, "--school", name, *arguments, *PASS)
    assert terminal.run(*line).status == 0
    return Path(name, "request.json")


def paper(number: str = "P-1", name: str = "paper.png") -> str:
    """A paper of the school on the desk, and its picture."""
    (key,) = load_keys(Path("school/school.key"), passphrase=desk.PASSPHRASE.encode())
    values = {"name": "Абрамова Вера"}
    code = sign_certificate(Certificate(school.form("participation"), number, school.NOW, values), key=key)
    Path(name).write_bytes(Symbol(code).png(4))
    return code


def verdict(name: str, trust: str) -> str:
    done = terminal.run("verify", name, "--trust", trust, "--home", "lists", "--json")
    (one,) = json.loads(done.out)
    return str(one["verdict"])


def refused(run: terminal.Run, before: dict[str, bytes], *errors: str) -> None:
    assert run.status == 2
    assert run.errors == [f"qrcert: {line}" for line in errors]
    assert desk.tree() == before


# --- making one


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_authority_is_made_in_a_new_folder(lang: str) -> None:
    done = authority("init", "new", "--name", "Орган", *PASS, lang=lang)
    groups = f"  {hex_groups(open_authority(Path('new')).root.hash)}"
    assert (done.status, done.err) == (0, "")
    assert (
        done.lines
        == {
            "en": [
                "made the authority Орган in new",
                "fingerprint:",
                groups,
                "tell the fingerprint in several places: people compare it when they take the first list",
                "next: qrcert authority admit REQUEST --forms 'ru.*' --authority new",
            ],
            "ru": [
                "орган Орган создан в new",
                "отпечаток:",
                groups,
                "сообщите отпечаток в нескольких местах: его сверяют, принимая первый список",
                "далее: qrcert authority admit ЗАПРОС --forms 'ru.*' --authority new",
            ],
        }[lang]
    )
    assert len(open_authority(Path("new")).contents.forms) == 8
    assert authority("init", "bare", "--name", "A", "--no-forms", *PASS).status == 0
    assert open_authority(Path("bare")).contents.forms == ()


def test_a_folder_is_never_made_an_authority_twice() -> None:
    before = desk.tree()
    refused(
        authority("init", "authority", "--name", "A", *PASS),
        before,
        "error: 'authority' holds an authority already",
        "hint: choose another folder",
    )
    done = authority("init", "authority", "--name", "A", *PASS, lang="ru")
    assert done.errors == [
        "qrcert: error: в 'authority' уже есть орган",
        "qrcert: hint: выберите другую папку",
    ]


def test_the_question_for_a_passphrase_names_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def hidden(prompt: str, stream: object = None) -> str:
        asked.append(prompt)
        return desk.PASSPHRASE

    monkeypatch.setattr("getpass.getpass", hidden)
    assert authority("init", "new", "--name", "A", terminal_=True).status == 0
    assert authority("publish", "-o", "new.qct", "--authority", "new", lang="ru", terminal_=True).status == 0
    assert asked == ["passphrase of the signer's new key: ", "the same again: ", "пароль к ключу органа: "]


# --- admitting


@pytest.mark.parametrize(("lang", "typed"), [("en", "y"), ("ru", "да")])
def test_a_school_is_admitted_after_the_groups_were_compared(lang: str, typed: str) -> None:
    path = second_school("--place", "Town")
    groups = telephone_groups(read_key_request(unwrap(path.read_bytes())).hash)
    for stdin, status in ((b"\n", 2), (f"{typed}\n".encode(), 0)):
        done = authority("admit", path, "--forms", "ru.*", *HERE, lang=lang, terminal_=True, stdin=stdin)
        assert done.status == status
    assert (
        done.lines[:6]
        == {
            "en": [
                "Second, Town",
                f"  groups       {groups}",
                "  school       2 (new)",
                "  may sign     ru.attestat.11, ru.attestat.9",
                "  from, until  2026-11-23, 2028-02-22",
                "  the request names no authority: ask for the groups by telephone before you say yes",
            ],
            "ru": [
                "Second, Town",
                f"  группы       {groups}",
                "  школа №      2 (новая)",
                "  подписывает  ru.attestat.11, ru.attestat.9",
                "  с, по        2026-11-23, 2028-02-22",
                "  запрос не назван ни одному органу: до ответа спросите группы по телефону",
            ],
        }[lang]
    )
    assert (
        done.errors
        == {
            "en": ["Do the groups agree with what the school reads out: admit? [y/N]: "],
            "ru": ["Группы совпали с теми, что назвала школа: внести? [д/Н]: "],
        }[lang]
    )
    assert [one.name_now for one in listed().schools] == ["School", "Second"]


def test_a_folder_of_requests_is_admitted_one_by_one() -> None:
    Path("requests").mkdir()
    for name in ("Second", "Third"):
        shutil.copy(second_school("--for", "list.qct", name=name), f"requests/{name}.json")
    done = authority("admit", "requests", "--forms", "*", "--yes", *HERE)
    assert done.status == 0
    assert [line for line in done.lines if line.startswith("admitted")] == [
        "admitted as school 2",
        "admitted as school 3",
    ]
    assert "the request names no authority" not in done.out


def test_a_second_key_of_a_school_and_a_last_day() -> None:
    path = second_school("--place", "Town", name="School ")
    before = desk.tree()
    done = authority("admit", path, "--forms", "*", "--yes", "--school", "1", "--until", "2027-01-01", *HERE)
    assert done.status == 0
    assert "  school       1" in done.lines
    assert "  from, until  2026-11-23, 2027-01-01" in done.lines
    assert before != desk.tree()
    assert [one.id for one in listed().schools] == [1]


@pytest.mark.parametrize(
    ("arguments", "errors"),
    [
        (
            ["again.json", "--forms", "*", "--yes"],
            ["error: this request was taken before (repeated)"],
        ),
        (
            ["request.json", "--forms", "zz.*", "--yes"],
            ["error: no form in the list matches 'zz.*'", "hint: qrcert authority form add FILE"],
        ),
        (
            ["request.json", "--forms", "*", "--yes", "--until", "2028-03-01"],
            ["error: the key would sign until 2028-03-01, at most 2028-02-22 is allowed"],
        ),
        (
            ["request.json", "--forms", "*", "--yes", "--school", "9"],
            ["error: no school 9 in the list", "hint: leave out --school for a school that is new"],
        ),
        (
            ["request.json", "--forms", "*"],
            ["error: this needs an answer and nobody is at the terminal", "hint: look, then add --yes"],
        ),
        (["no.json", "--forms", "*"], ["error: cannot read 'no.json': No such file or directory"]),
        (["pass.txt", "--forms", "*"], ["error: neither a request nor the JSON around one (unreadable)"]),
        (["papers", "--forms", "*"], ["error: no request (*.json) in 'papers'"]),
        (["request.json"], ["error: missing option '--forms'", "hint: qrcert authority admit --help"]),
    ],
)
def test_an_admission_is_refused_and_nothing_is_changed(arguments: list[str], errors: list[str]) -> None:
    shutil.copy("school/request.json", "again.json")
    shutil.copy(second_school(), "request.json")
    Path("papers").mkdir()
    before = desk.tree()
    refused(authority("admit", *arguments, *HERE), before, *errors)
    done = authority("admit", *arguments, *HERE, lang="ru")
    assert done.status == 2
    assert any("а" <= letter <= "я" for letter in done.errors[0])
    assert desk.tree() == before


def test_a_request_for_another_authority_is_refused() -> None:
    authority("init", "other", "--name", "Other", *PASS)
    before = desk.tree()
    path = second_school("--for", "list.qct")
    done = authority("admit", path, "--forms", "*", "--yes", "--authority", "other", lang="ru")
    assert (done.status, done.errors) == (2, ["qrcert: error: запрос для другого органа (not_for_us)"])
    assert {name: data for name, data in desk.tree().items() if name in before} == before


# --- forms


def test_a_form_is_added_and_the_keys_in_use_may_be_allowed_to_sign_it() -> None:
    Path("form.toml").write_text(
        'id = "dance"\nlanguage = "en"\ntitle = "Dance badge"\n'
        'field = [{ name = "name", label = "Name", holder = true }]\n'
    )
    done = authority("form", "add", "form.toml", *HERE)
    assert done.status == 0
    assert done.lines[1] == "keys admitted before may not sign it without --allow"
    done = authority("form", "add", "form.toml", "--allow", *HERE, lang="ru")
    assert done.lines[1:] == ["ключей, которым она разрешена: 1", "     1  School"]
    trust = listed()
    assert len(trust.contents.forms) == 9
    Path("school/list.qct").write_bytes(Path("new.qct").read_bytes())
    desk.write_class("class.json", {"number": "1", "name": "Vera"})
    line = ("issue", "class.json", "--form", "form.toml", "--office", "school", "--check")
    assert terminal.run(*line).status == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["no.toml"], "error: cannot read 'no.toml': No such file or directory"),
        (["dos.toml"], "error: the form 'dos.toml' is not UTF-8 text"),
        (["pass.txt"], "error: the form is not TOML: "),
        (["pass.txt", "--school", "1"], "error: --school goes with --allow"),
        (["form.toml", "--allow", "--school", "9"], "error: no school 9 in the list"),
    ],
)
def test_a_form_that_cannot_be_added_changes_nothing(arguments: list[str], error: str) -> None:
    Path("dos.toml").write_bytes("title = 'Значок'".encode("cp866"))
    Path("form.toml").write_text(
        'id = "a"\nlanguage = "en"\ntitle = "A"\nfield = [{ name = "n", label = "N", holder = true }]\n'
    )
    before = desk.tree()
    for lang in ("en", "ru"):
        done = authority("form", "add", *arguments, *HERE, lang=lang)
        assert done.status == 2
        assert done.errors[0].startswith("qrcert: error: ")
        if lang == "en":
            assert done.errors[0].startswith(f"qrcert: {error}")
        assert desk.tree() == before


# --- withdrawing


@pytest.mark.parametrize(
    ("options", "verdicts"),
    [
        ([], ("withdrawn", "withdrawn")),  # by number: every copy
        (["--kind", "1"], ("replaced", "genuine")),  # by copy: this one
        (["--kind", "2", "--by", "number"], ("replaced", "replaced")),
    ],
)
def test_the_paper_in_a_picture_is_withdrawn(options: list[str], verdicts: tuple[str, str]) -> None:
    paper()
    (key,) = load_keys(Path("school/school.key"), passphrase=desk.PASSPHRASE.encode())
    form = school.form("participation")
    copy = Certificate(form, "P-1", school.NOW, {"name": "Абрамова Вера Ильинична"})
    worlds.paper(Path(), sign_certificate(copy, key=key), "copy.txt")
    done = authority("withdraw", "paper.png", *options, *HERE, terminal_=True, stdin=b"y\n")
    assert done.status == 0
    assert done.lines[:2] == ["paper.png", "  [+] GENUINE"]
    assert done.errors == ["Withdraw this certificate? [y/N]: "]
    listed()
    assert (verdict("paper.png", "new.qct"), verdict("copy.txt", "new.qct")) == verdicts
    assert verdict("paper.png", "list.qct") == "genuine"  # the list before knows nothing of it


def test_a_withdrawal_is_asked_about_and_told_in_russian() -> None:
    paper()
    before = desk.tree()
    done = authority("withdraw", "paper.png", *HERE, lang="ru", terminal_=True, stdin="нет\n".encode())
    assert done.err.endswith("qrcert: error: не подтверждено, ничего не изменено\n")
    assert desk.tree() == before
    done = authority("withdraw", "paper.png", "--yes", *HERE, lang="ru")
    assert (
        done.lines[-1] == "отозвано; действует со следующего списка: qrcert authority publish -o СПИСОК.qct"
    )
    before = desk.tree()
    done = authority("withdraw", "paper.png", "--yes", *HERE, lang="ru")
    assert done.status == 2
    assert "уже отозван 2026-11-23" in done.errors[0]
    assert desk.tree() == before


@pytest.mark.parametrize(("lang", "typed"), [("en", "yes"), ("ru", "Д")])
def test_what_a_schools_request_names_is_withdrawn(lang: str, typed: str) -> None:
    code = paper()
    (key,) = load_keys(Path("school/school.key"), passphrase=desk.PASSPHRASE.encode())
    what = Copy(key.kid, cose.digest_of(wire.to_bytes(code)))
    head = Head(open_authority(Path("authority")).root.hash, bytes(16), school.TODAY)
    request = write_withdrawal_request(
        head, [Wanted(what, school.TODAY, 3)], key=key.public_key, sign=key.sign
    )
    Path("withdraw.json").write_text(wrap(request, readable={}))
    before = desk.tree()
    done = authority("withdraw", "withdraw.json", *HERE, lang=lang)
    assert (done.status, desk.tree()) == (2, before)
    done = authority(
        "withdraw", "withdraw.json", *HERE, lang=lang, terminal_=True, stdin=f"{typed}\n".encode()
    )
    assert done.status == 0
    assert (
        done.errors
        == {
            "en": ["The request withdraws 1 certificate: go on? [y/N]: "],
            "ru": ["По запросу отзывается документов: 1. Продолжить? [д/Н]: "],
        }[lang]
    )
    listed()
    assert verdict("paper.png", "new.qct") == "withdrawn"
    done = authority("withdraw", "withdraw.json", "--yes", *HERE, lang=lang)
    assert done.status == 2
    assert done.errors[0].endswith("(repeated)")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("two.txt", "error: 2 codes in 'two.txt', expected exactly one that can be read"),
        ("pass.txt", "error: 0 codes in 'pass.txt', expected exactly one that can be read"),
        ("cut.txt", "error: 0 codes in 'cut.txt', expected exactly one that can be read"),
        ("zeros.bin", "error: 'zeros.bin' is neither a request nor a picture, PDF or text"),
        ("no.png", "error: cannot read 'no.png': No such file or directory"),
        (
            "foreign.txt",
            "error: only a certificate of a school in the list can be withdrawn, this one is unknown_school",
        ),
    ],
)
def test_what_is_no_single_paper_of_the_list_is_not_withdrawn(name: str, error: str) -> None:
    code = paper()
    worlds.paper(Path(), f"{code}\n{paper('P-2')}", "two.txt")
    worlds.paper(Path(), code[:-9], "cut.txt")
    worlds.paper(Path(), school.text("participation"), "foreign.txt")
    Path("zeros.bin").write_bytes(bytes(9))
    before = desk.tree()
    refused(authority("withdraw", name, "--yes", *HERE), before, error)
    done = authority("withdraw", name, "--yes", *HERE, lang="ru")
    assert any("а" <= letter <= "я" for letter in done.errors[0])
    assert desk.tree() == before


def test_nothing_can_be_withdrawn_before_the_first_list() -> None:
    paper()
    authority("init", "new", "--name", "New", *PASS)
    done = authority("withdraw", "paper.png", "--yes", "--authority", "new", lang="ru")
    assert done.errors == ["qrcert: error: ещё ничего не опубликовано, и отзывать нечего"]


# --- publishing


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_list_and_its_readable_copy_are_written(lang: str) -> None:
    done = authority("publish", "-o", "new.qct", "--next", "2027-06-01", *HERE, *PASS, lang=lang)
    trust = TrustList.from_bytes(Path("new.qct").read_bytes())
    groups = hex_groups(trust.fingerprint)
    assert (done.status, done.err) == (0, "")
    assert (
        done.lines
        == {
            "en": [
                "list No. 2: 1 school, 1 key, 8 forms, 0 withdrawals",
                "written: new.qct",
                "written: new.json",
                f"fingerprint: {groups}",
            ],
            "ru": [
                "список № 2: школ 1, ключей 1, форм 8, отзывов 0",
                "записано: new.qct",
                "записано: new.json",
                f"отпечаток: {groups}",
            ],
        }[lang]
    )
    assert wire.to_date(trust.next_update).isoformat() == "2027-06-01"
    readable = json.loads(Path("new.json").read_text(encoding="utf-8"))
    assert (readable["version"], readable["schools"][0]["names"][0]["name"]) == (2, "School")


@pytest.mark.parametrize(
    ("arguments", "errors"),
    [
        (
            ["-o", "new.qct", "--passphrase-file", "wrong.txt"],
            [
                "error: the key file 'signer-1.key' does not open: the passphrase is wrong or the file is damaged",
                "hint: passphrases tell capitals from small letters; is the right keyboard layout on?",
            ],
        ),
        (
            ["-o", "new.qct", "--passphrase-file", "no.txt"],
            ["error: cannot read 'no.txt': No such file or directory"],
        ),
        (
            ["-o", "new.qct"],
            [
                "error: the passphrase of the signer's key is needed and nobody is at the terminal",
                "hint: name a file that only you can read: --passphrase-file FILE",
            ],
        ),
        (
            ["-o", "new.qct", "--next", "2060-01-01", *PASS],
            [
                "error: next update 2060-01-01: a list of today, 2026-11-23, can promise the next one from today "
                "until 2046-12-08, when the root ends"
            ],
        ),
        (list(PASS), ["error: missing option '-o' / '--output'", "hint: qrcert authority publish --help"]),
    ],
)
def test_a_list_that_cannot_be_published_leaves_everything_as_it_was(
    arguments: list[str], errors: list[str]
) -> None:
    Path("wrong.txt").write_text("wrong wrong wrong wrong")
    before = desk.tree()
    refused(authority("publish", *arguments, *HERE), before, *errors)
    done = authority("publish", *arguments, *HERE, lang="ru")
    assert any("а" <= letter <= "я" for letter in done.errors[0])
    assert desk.tree() == before


def test_a_delta_is_written_for_those_who_have_the_last_list() -> None:
    base = max(Path("authority/published").glob("*.qct")).read_bytes()
    done = authority("publish", "-o", "new.qct", "--delta", "new.qcd", *HERE, *PASS)
    assert (done.status, done.err) == (0, "")
    assert "written: new.qcd" in done.lines
    assert Delta.from_bytes(Path("new.qcd").read_bytes()).apply(base) == Path("new.qct").read_bytes()


@pytest.mark.parametrize("option", ["-o", "--delta"])
def test_a_folder_that_is_missing_is_told_before_anything_is_published(option: str) -> None:
    before = desk.tree()
    arguments = ["-o", "new.qct", option, "no/such/file"]
    done = authority("publish", *arguments, *HERE, *PASS)
    errors = ["error: there is no folder 'no/such' for 'file'", "hint: make it first, or name another one"]
    refused(done, before, *errors)
    russian = authority("publish", *arguments, *HERE, *PASS, lang="ru")
    refused(
        russian,
        before,
        "error: папки 'no/such' для 'file' нет",
        "hint: сначала создайте её или назовите другую",
    )


def test_a_clock_that_went_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "now", lambda: desk.NOW - timedelta(days=3))
    before = desk.tree()
    done = authority("publish", "-o", "new.qct", *HERE, *PASS, lang="ru")
    refused(done, before, "error: сегодня 2026-11-20, а последний список от 2026-11-23")


@pytest.mark.parametrize(
    "act",
    [
        ["publish", "-o", "a.qct"],
        ["withdraw", "pass.txt"],
        ["admit", "pass.txt", "--forms", "*"],
        ["form", "add", "pass.txt"],
    ],
)
def test_elsewhere_than_in_an_authority_it_says_how_to_make_one(act: list[str]) -> None:
    before = desk.tree()
    for lang, errors in (
        (
            "en",
            [
                "error: 'school' is no authority's folder: 'authority.json' is missing",
                "hint: name it with --authority DIR, or make one: qrcert authority init DIR --name NAME",
            ],
        ),
        (
            "ru",
            [
                "error: 'school' — не папка органа: нет файла 'authority.json'",
                "hint: назовите её: --authority ПАПКА, или создайте: qrcert authority init ПАПКА --name НАЗВАНИЕ",
            ],
        ),
    ):
        refused(authority(*act, "--authority", "school", lang=lang), before, *errors)


def test_hostile_names_of_schools_and_authorities_are_refused_or_escaped() -> None:
    for name in ("A\u202eB", "\x1b[2J", "a\nb"):
        done = authority("init", "new", "--name", name, *PASS)
        assert all(line.isprintable() for line in done.lines + done.errors)
        shutil.rmtree("new", ignore_errors=True)
