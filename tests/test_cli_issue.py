"""``qrcert office`` and ``qrcert issue``: from an empty folder to printed pages, and everything that is refused."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import desk
import school
import terminal
from qrcert import issue
from qrcert.cli import screen
from qrcert.trust import TrustList, read_key_request, telephone_groups, unwrap

HINT = "qrcert: hint: "


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return desk.make(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def _desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    desk.copy(master, tmp_path)
    monkeypatch.chdir(tmp_path)
    with desk.at_noon():
        yield


@pytest.fixture
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("pass.txt").write_text(desk.PASSPHRASE)
    with desk.at_noon():
        yield


def issue_class(*arguments: object, **more: Any) -> terminal.Run:
    line = ("issue", "--form", "participation", "--office", "school", *arguments)
    return terminal.run(*line, **more)


def signed(*arguments: object, source: str = "class.json", **more: Any) -> terminal.Run:
    return issue_class(source, "--yes", "--passphrase-file", "pass.txt", *arguments, **more)


def register() -> list[tuple[str, str, str]]:
    with issue.open_office(Path("school")).open_register() as book:
        return [(one.number, one.holder, one.issued.isoformat()) for one in book.search()]


def refused(run: terminal.Run, before: dict[str, bytes], *errors: str) -> None:
    """Nothing was signed, recorded or written."""
    assert run.status == 2
    assert run.errors == [f"qrcert: {line}" for line in errors]
    assert beside_register(desk.tree()) == beside_register(before)
    assert register() == []


def beside_register(tree: dict[str, bytes]) -> dict[str, bytes]:
    """All files but the register, whose header changes when it is first looked into."""
    return {name: data for name, data in tree.items() if not name.startswith("school/register.db")}


# --- making an office


@pytest.mark.usefixtures("_empty")
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_office_is_made_in_an_empty_folder(lang: str) -> None:
    line = ("office", "init", "school", "--school", "Школа № 7", "--place", "Щёлково")
    done = terminal.run(*line, "--passphrase-file", "pass.txt", "--lang", lang)
    request = read_key_request(unwrap(Path("school/request.json").read_bytes()))
    groups = f"  {telephone_groups(request.hash)}"
    assert (done.status, done.err) == (0, "")
    assert (
        done.lines
        == {
            "en": [
                "made the office in school",
                "  keep school.key and its passphrase as you keep the school's seal; copy both to a safe place",
                "send request.json to the authority; by telephone it will ask for these groups:",
                groups,
                "when its list has your school, save that list as school/list.qct",
            ],
            "ru": [
                "папка школы готова: school",
                "  берегите school.key и его пароль, как печать школы; храните копию в сейфе",
                "отправьте request.json органу образования; по телефону у вас спросят эти группы:",
                groups,
                "когда ваша школа будет в его списке, сохраните список как school/list.qct",
            ],
        }[lang]
    )
    assert sorted(path.name for path in Path("school").iterdir()) == [
        "office.toml",
        "register.db",
        "request.json",
        "school.key",
    ]
    if sys.platform != "win32":
        assert stat.S_IMODE(Path("school/school.key").stat().st_mode) == 0o600
    assert (request.name, request.place, request.head.identity) == ("Школа № 7", "Щёлково", bytes(32))


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(("alg", "number"), [("ed25519", -19), ("esp256", -9)])
def test_an_office_may_be_for_one_authority_and_have_another_kind_of_key(alg: str, number: int) -> None:
    line = ("office", "init", "second", "--school", "Second", "--alg", alg, "--for", "list.qct")
    assert terminal.run(*line, "--passphrase-file", "pass.txt").status == 0
    request = read_key_request(unwrap(Path("second/request.json").read_bytes()))
    identity = TrustList.from_bytes(Path("list.qct").read_bytes()).identity
    assert (request.head.identity, request.key.alg, request.place) == (identity, number, "-")


@pytest.mark.usefixtures("_empty")
def test_a_school_may_be_its_own_authority() -> None:
    line = ("office", "init", "school", "--school", "Dance School", "--own-list")
    done = terminal.run(*line, "--passphrase-file", "pass.txt", "--lang", "en")
    assert done.status == 0
    assert done.lines[-1] == "to change it later: qrcert authority ... --authority school/own-list"
    assert TrustList.from_bytes(Path("school/list.qct").read_bytes()).own
    desk.write_class("class.json", desk.PUPILS[0])
    assert signed("--out", "out").status == 0
    done = terminal.run(
        "verify", "out/P-1.pdf", "--trust", "school/list.qct", "--home", "lists", "--lang", "en"
    )
    assert done.status == 0
    assert "This is according to the school itself." in done.out


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(
    ("arguments", "errors"),
    [
        (
            ["school", "--school", "A", "--passphrase-file", "pass.txt"],
            ["error: 'school' is an office folder already", "hint: choose another folder"],
        ),
        (
            ["new", "--school", "A", "--passphrase-file", "no.txt"],
            ["error: cannot read 'no.txt': No such file or directory"],
        ),
        (
            ["new", "--school", "A", "--passphrase-file", "short.txt"],
            [
                "error: a passphrase of 3 bytes where at least 8 are due",
                "hint: four ordinary words in a row are easy to keep and hard to guess",
            ],
        ),
        (
            ["new", "--school", "A", "--passphrase-file", "dos.txt"],
            ["error: the passphrase file 'dos.txt' is not UTF-8 text"],
        ),
        (
            ["new", "--school", "A"],
            [
                "error: the passphrase of the school's new key is needed and nobody is at the terminal",
                "hint: name a file that only you can read: --passphrase-file FILE",
            ],
        ),
        (
            ["new", "--school", "A", "--own-list", "--for", "list.qct"],
            [
                "error: --for LIST and --own-list exclude each other: there is one authority or none",
                "hint: qrcert office init --help",
            ],
        ),
        (
            ["new", "--school", "A", "--for", "no.qct", "--passphrase-file", "pass.txt"],
            ["error: cannot read 'no.qct': No such file or directory"],
        ),
        (
            ["new", "--school", "A\u202eB", "--passphrase-file", "pass.txt"],
            ["error: the school's name 'A⟨U+202E⟩B' may not be shown: it has U+202E, which cannot be seen"],
        ),
        (
            ["new", "--school", "", "--passphrase-file", "pass.txt"],
            ["error: the school's name has 0 bytes, 1 to 1000 are due"],
        ),
        (
            ["pass.txt/new", "--school", "A", "--passphrase-file", "pass.txt"],
            ["error: cannot make the office folder 'pass.txt/new': Not a directory"],
        ),
    ],
)
def test_an_office_is_refused_and_nothing_is_made(arguments: list[str], errors: list[str]) -> None:
    Path("short.txt").write_text("abc")
    Path("dos.txt").write_bytes("пароль длинный".encode("cp866"))
    before = desk.tree()
    done = terminal.run("office", "init", *arguments, "--lang", "en")
    assert (done.status, done.out) == (2, "")
    assert done.errors == [f"qrcert: {line}" for line in errors]
    in_russian = terminal.run("office", "init", *arguments, "--lang", "ru")
    assert in_russian.status == 2
    assert_russian(in_russian)
    assert desk.tree() == before


def assert_russian(run: terminal.Run) -> None:
    for line in run.errors:
        kind, said = line.removeprefix("qrcert: ").split(": ", 1)
        if kind == "error" or not said.startswith("qrcert "):
            assert any("а" <= letter <= "я" for letter in said), line


@pytest.mark.usefixtures("_empty")
@pytest.mark.parametrize(
    ("typed", "made"),
    [
        (("long enough words", "long enough words"), True),
        (("one two three four", "one two three fuor"), False),
    ],
)
def test_a_new_passphrase_is_asked_for_twice(
    typed: tuple[str, str], made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = iter(typed)

    def hidden(prompt: str, stream: object = None) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("getpass.getpass", hidden)
    done = terminal.run("office", "init", "school", "--school", "A", "--lang", "ru", terminal=True)
    assert asked == ["пароль к новому ключу школы: ", "ещё раз он же: "]
    assert done.status == (0 if made else 2)
    assert Path("school").exists() == made
    if not made:
        assert done.errors[0] == "qrcert: error: введённые пароли не совпали"


@pytest.mark.usefixtures("_empty")
def test_a_real_terminal_does_not_show_the_passphrase() -> None:
    pty = pytest.importorskip("pty")  # always there on POSIX, where it is run
    import os

    child, screen_side = pty.fork()
    if child == 0:  # pragma: no cover: the other process
        line = [sys.executable, "-m", "qrcert", "office", "init", "school", "--school", "A", "--lang", "en"]
        os.execv(sys.executable, line)
    shown = b""
    for prompt in (b"passphrase of the school's new key: ", b"the same again: "):
        while prompt not in shown:
            shown += os.read(screen_side, 1000)
        os.write(screen_side, b"not to be shown here\n")
    while True:
        try:
            more = os.read(screen_side, 1000)
        except OSError:
            break
        if not more:
            break
        shown += more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert b"not to be shown" not in shown
    assert Path("school/school.key").exists()


# --- issuing


CLASS = {
    "en": (
        "2 certificates, no fault found in class.json",
        "issued 2 certificates; each page was read back and verified",
        "nothing new: 2 certificates stood in the register already, drawn again; "
        "each page was read back and verified",
    ),
    "ru": (
        "документов: 2, ошибок в class.json не найдено",
        "выдано документов: 2; каждая страница прочитана и проверена",
        "нового нет, документы уже в книге (2), отпечатаны ещё раз; каждая страница прочитана и проверена",
    ),
}


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_class_is_checked_drafted_issued_and_issued_again(lang: str) -> None:
    checked, issued, again = CLASS[lang]
    before = desk.tree()
    done = issue_class("class.json", "--check", "--lang", lang)
    assert (done.status, done.lines, done.err) == (0, [checked], "")
    assert beside_register(desk.tree()) == beside_register(before)

    done = issue_class("class.json", "--draft", "--lang", lang)
    draft = f"school/issued/class-{school.NOW}/draft.pdf"
    said = {"en": "drafts, not signed", "ru": "проекты, без подписи"}[lang]
    assert (done.status, done.lines, done.err) == (0, [checked, f"{said}: {draft}"], "")
    assert Path(draft).read_bytes().startswith(b"%PDF-")
    found = terminal.run("verify", draft, "--trust", "list.qct", "--home", "lists", "--json")
    assert [one["reason"] for one in json.loads(found.out)] == ["no_code"]
    assert register() == []

    done = signed("--lang", lang, "--out", "out", "--png")
    assert (done.status, done.lines[:2], done.err) == (0, [checked, issued], "")
    assert done.lines[3:] == ["  out/all.pdf"]
    size, far = {"en": ("1.02 mm a module", "35 cm from"), "ru": ("модуль 1,02 мм", "в 35 см от")}[lang]
    assert size in done.lines[2]
    assert far in done.lines[2]
    names = ["P-1.pdf", "P-1.png", "P-2.pdf", "P-2.png", "all.pdf", "manifest-1.json", "summary.xlsx"]
    assert sorted(path.name for path in Path("out").iterdir()) == names
    assert register() == [("P-1", "Абрамова Вера", f"{school.NOW}"), ("P-2", "Яшин Пётр", f"{school.NOW}")]
    for name in ("P-1.pdf", "P-2.png", "all.pdf"):
        found = terminal.run("verify", f"out/{name}", "--trust", "list.qct", "--home", "lists")
        assert found.status == 0

    first = {name: data for name, data in desk.tree("out").items() if not name.endswith(".xlsx")}
    done = signed("--lang", lang, "--out", "out", "--png")
    assert done.status == 0
    assert done.lines[1] == again
    assert {name: data for name, data in desk.tree("out").items() if name in first} == first
    assert len(register()) == 2


@pytest.mark.usefixtures("_desk")
def test_the_summary_is_in_the_language_of_the_screen_and_names_are_never_formulas() -> None:
    desk.write_class("class.json", desk.PUPILS[0] | {"name": "-Абрамова"})
    assert signed("--out", "out", "--lang", "ru").status == 0
    sheet = openpyxl.load_workbook("out/summary.xlsx").active
    assert [cell.value for cell in sheet[1]][:3] == ["№ п/п", "Номер", "Кому"]
    assert [cell.data_type for cell in sheet[2]][1:3] == ["s", "s"]


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(
    ("lang", "typed", "question", "status"),
    [
        ("en", "y", "2 certificates, Абрамова … Яшин: sign? [y/N]: ", 0),
        ("ru", "д", "Документов: 2, Абрамова … Яшин: подписать? [д/Н]: ", 0),
        ("ru", "", "Документов: 2, Абрамова … Яшин: подписать? [д/Н]: ", 2),
        ("en", "no", "2 certificates, Абрамова … Яшин: sign? [y/N]: ", 2),
    ],
)
def test_nothing_is_signed_before_somebody_said_yes(
    lang: str, typed: str, question: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: desk.PASSPHRASE)
    line = ("class.json", "--out", "out", "--lang", lang)
    done = issue_class(*line, terminal=True, stdin=f"{typed}\n".encode())
    assert done.status == status
    assert done.err.startswith(question)
    assert (len(register()), Path("out").exists()) == ((2, True) if status == 0 else (0, False))


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(
    ("lang", "steps"),
    [
        ("en", ("checking", "trying pages", "signing", "drawing")),
        ("ru", ("проверка", "проба страниц", "подписание", "печать")),
    ],
)
def test_each_step_shows_how_far_it_is_where_it_takes_long(
    lang: str, steps: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qrcert.cli.screen._LONG", -1)
    desk.write_class("class.json", *desk.PUPILS, desk.PUPILS[0] | {"number": "P-3"})
    done = signed("--lang", lang, "--out", "out", terminal=True)
    assert done.status == 0, done.err
    assert [step for step in steps if step in done.err] == list(steps)
    monkeypatch.setattr("qrcert.cli.screen._LONG", 3600)
    again = signed("--lang", lang, "--out", "again", terminal=True)
    assert (again.status, again.err) == (0, "")


@pytest.mark.usefixtures("_desk")
def test_numbers_may_be_counted_and_the_day_may_be_given() -> None:
    desk.write_class("class.json", *({**one, "number": ""} for one in desk.PUPILS))
    done = signed("--numbers-from", "A-09", "--issued", "23.11.2026", "--out", "out")
    assert done.status == 0
    assert [number for number, *_ in register()] == ["A-09", "A-10"]
    assert sorted(path.name for path in Path("out").glob("A*")) == ["A-09.pdf", "A-10.pdf"]


@pytest.mark.usefixtures("_desk")
def test_a_class_may_be_issued_before_the_key_is_published_and_the_screen_says_so() -> None:
    Path("school/list.qct").unlink()
    for lang, lines in (
        (
            "en",
            [
                "issued 2 certificates; each page was read back",
                "  unpublished: nobody can verify them before the school's key is in a published list",
            ],
        ),
        (
            "ru",
            [
                "нового нет, документы уже в книге (2), отпечатаны ещё раз; каждая страница прочитана",
                "  список не опубликован: пока ключа школы в нём нет, проверить их никто не сможет",
            ],
        ),
    ):
        done = signed("--unpublished", "--lang", lang, "--out", "out")
        assert (done.status, done.lines[1:3]) == (0, lines)


@pytest.mark.usefixtures("_desk")
def test_a_sheet_of_a_workbook_may_be_named() -> None:
    book = openpyxl.Workbook()
    for name in ("11А", "11Б"):
        sheet = book.create_sheet(name)
        sheet.append(["number", "name"])
        sheet.append([name, "Абрамова Вера"])
    book.save("class.xlsx")
    done = issue_class("class.xlsx", "--check", "--lang", "ru")
    assert done.errors == [
        "qrcert: error: данные на нескольких листах: «11А», «11Б»",
        "qrcert: hint: укажите который: --sheet НАЗВАНИЕ",
    ]
    done = signed("--sheet", "11Б", "--out", "out", source="class.xlsx")
    assert (done.status, [number for number, *_ in register()]) == (0, ["11Б"])


@pytest.mark.usefixtures("_desk")
def test_a_test_key_says_test() -> None:
    for line in (
        "authority init pilot --name Pilot --test --passphrase-file pass.txt",
        "authority admit school/request.json --forms * --yes --authority pilot",
        "authority publish -o school/list.qct --authority pilot --passphrase-file pass.txt",
    ):
        assert terminal.run(*line.split()).status == 0
    done = signed("--out", "out", "--lang", "ru")
    assert "  ПРОБА: подписаны пробным ключом, это не настоящие документы" in done.lines
    trust = ("--trust", "school/list.qct", "--home", "lists")
    assert terminal.run("verify", "out/P-1.pdf", *trust).status == 0
    assert "TEST: signed with a test key" in terminal.run("verify", "out/P-1.pdf", *trust).out


# --- what is refused


CASES: dict[str, tuple[list[str], list[str]]] = {
    "wrong passphrase": (
        ["class.json", "--yes", "--passphrase-file", "wrong.txt"],
        [
            "error: the key file 'school.key' does not open: the passphrase is wrong or the file is damaged",
            "hint: passphrases tell capitals from small letters; is the right keyboard layout on?",
        ],
    ),
    "no passphrase file": (
        ["class.json", "--yes", "--passphrase-file", "no.txt"],
        ["error: cannot read 'no.txt': No such file or directory"],
    ),
    "nobody to ask for the passphrase": (
        ["class.json", "--yes"],
        [
            "error: the passphrase of the school's key is needed and nobody is at the terminal",
            "hint: name a file that only you can read: --passphrase-file FILE",
        ],
    ),
    "nobody to ask": (
        ["class.json", "--passphrase-file", "pass.txt"],
        ["error: this needs an answer and nobody is at the terminal", "hint: look, then add --yes"],
    ),
    "no class": (["no.json", "--check"], ["error: cannot read 'no.json': No such file or directory"]),
    "no form": (
        ["class.json", "--check", "--form", "particip"],
        [
            "error: no form 'particip'",
            "hint: shipped: course.completion, de.abitur, gb.gcse, ib.diploma, participation, ru.attestat.11, "
            "ru.attestat.9, school.leaving; or name a .toml file",
        ],
    ),
    "no form file": (
        ["class.json", "--check", "--form", "no.toml"],
        ["error: cannot read 'no.toml': No such file or directory"],
    ),
    "outside the rights": (
        ["class.json", "--check", "--form", "course.completion"],
        [
            "error: this school's key may not sign 'course.completion', it may sign participation",
            "hint: ask the authority",
        ],
    ),
    "before the window": (
        ["class.json", "--check", "--issued", "2026-11-22"],
        [
            "error: row 1: issued on 2026-11-22, but the key signs from 2026-11-23 until 2028-02-22",
            "hint: is the date right? a key that has run out must be renewed by the authority",
        ],
    ),
    "in the future": (
        ["class.json", "--check", "--issued", "2026-12-01"],
        [
            "error: row 1: issued on 2026-12-01, and today is 2026-11-23: before that day it does not verify",
            "hint: the day of issue is the day of signing; until then print drafts (--draft)",
        ],
    ),
    "no such page": (
        ["class.json", "--yes", "--passphrase-file", "pass.txt", "--page", "poster"],
        [
            "error: there is no page 'poster', only card, certificate, insert, parts",
            "hint: a page of your own is a folder with page.toml: qrcert page check FOLDER",
        ],
    ),
}  # fmt: skip


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("case", CASES)
def test_after_a_refusal_nothing_was_signed_recorded_or_written(case: str) -> None:
    arguments, errors = CASES[case]
    Path("wrong.txt").write_text("wrong wrong wrong wrong")
    before = desk.tree()
    refused(issue_class(*arguments, "--lang", "en"), before, *errors)
    in_russian = issue_class(*arguments, "--lang", "ru")
    assert in_russian.status == 2
    assert_russian(in_russian)
    assert register() == []


@pytest.mark.usefixtures("_desk")
def test_a_key_that_is_not_in_the_list() -> None:
    other = school.publish_bytes(school.contents())
    Path("school/list.qct").write_bytes(other)
    before = desk.tree()
    done = issue_class("class.json", "--check", "--lang", "en")
    refused(
        done,
        before,
        "error: the list of 'Test authority' of 2026-10-24 does not have this school's key",
        "hint: send request.json to the authority and save its next list here as list.qct",
    )
    done = issue_class("class.json", "--check", "--lang", "ru")
    assert done.errors[0] == "qrcert: error: в списке ('Test authority', 2026-10-24) нет ключа этой школы"


@pytest.mark.usefixtures("_desk")
def test_without_a_published_list_it_says_where_to_put_it() -> None:
    Path("school/list.qct").unlink()
    refused(
        issue_class("class.json", "--check", "--lang", "en"),
        desk.tree(),
        "error: the published list 'list.qct' is not in the office folder 'school'",
        "hint: when the authority has published the school's key, save its list there as list.qct",
    )
    Path("school/list.qct").write_bytes(b"no list")
    done = issue_class("class.json", "--check", "--lang", "ru")
    assert done.status == 2
    assert done.errors[0].startswith("qrcert: error: ")
    assert done.errors[0].endswith("(unreadable)")


@pytest.mark.usefixtures("_desk")
def test_a_key_past_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "now", lambda: desk.NOW + timedelta(days=457))
    done = issue_class("class.json", "--check", "--lang", "ru")
    assert done.status == 2
    assert done.errors == [
        "qrcert: error: строка 1: дата выдачи 2028-02-23, а ключ подписывает с 2026-11-23 по 2028-02-22",
        "qrcert: hint: верна ли дата? истёкший ключ продлевает орган образования",
    ]


@pytest.mark.usefixtures("_empty")
@pytest.mark.parametrize("folder", [[], ["--office", "nowhere"], ["--office", "."]])
def test_elsewhere_than_in_an_office_it_says_how_to_make_one(folder: list[str]) -> None:
    desk.write_class("class.json", *desk.PUPILS)
    before = desk.tree()
    done = terminal.run("issue", "class.json", "--form", "participation", *folder, "--lang", "en")
    name = folder[1] if folder else "."
    assert (done.status, done.out) == (2, "")
    assert done.errors == [
        f"qrcert: error: {name!r} is no office folder: 'office.toml' is missing",
        "qrcert: hint: name it with --office DIR, or make one: qrcert office init DIR --school NAME --place PLACE",
    ]
    assert_russian(terminal.run("issue", "class.json", "--form", "participation", *folder, "--lang", "ru"))
    assert desk.tree() == before


@pytest.mark.usefixtures("_desk")
def test_a_number_is_issued_once() -> None:
    assert signed("--out", "out").status == 0
    before = {name: data for name, data in desk.tree().items() if "register" not in name}
    book = register()
    desk.write_class(
        "other.json",
        *(
            pupil | {"name": name}
            for pupil, name in zip(desk.PUPILS, ("Абрамов Вера", "Яшина Петра"), strict=True)
        ),
        {"number": "P-3", "name": "Юрьев"},
    )
    for lang, errors in (
        (
            "en",
            [
                "error: issued before with other contents: row 1, No. 'P-1' (Абрамова Вера, 2026-11-23); "
                "row 2, No. 'P-2' (Яшин Пётр, 2026-11-23); nothing was signed",
                "hint: a number is never issued twice: replace or void the old one, or correct the number",
            ],
        ),
        (
            "ru",
            [
                "error: выдано раньше с другим содержанием: строка 1, № 'P-1' (Абрамова Вера, 2026-11-23); "
                "строка 2, № 'P-2' (Яшин Пётр, 2026-11-23); ничего не подписано",
                "hint: номер дважды не выдаётся: замените или погасите прежний документ либо исправьте номер",
            ],
        ),
    ):
        done = signed("--lang", lang, "--out", "two", source="other.json")
        assert done.status == 2
        assert done.errors == [f"qrcert: {line}" for line in errors]
    assert register() == book
    Path("other.json").unlink()
    assert {name: data for name, data in desk.tree().items() if "register" not in name} == before


@pytest.mark.usefixtures("_desk")
def test_a_class_that_grew_keeps_what_was_issued() -> None:
    assert signed("--out", "out").status == 0
    before = Path("out/P-1.pdf").read_bytes()
    desk.write_class("class.json", *desk.PUPILS, {"number": "P-3", "name": "Юрьев Лев"})
    done = signed("--out", "out", "--lang", "en")
    assert done.status == 0
    assert done.lines[2] == "  in the register already, the same bytes as before: 2"
    assert len(register()) == 3
    assert Path("out/P-1.pdf").read_bytes() == before


@pytest.mark.usefixtures("_desk")
def test_every_fault_of_a_class_list_is_told_with_row_and_column_in_one_go() -> None:
    Path("class.csv").write_text(
        "number;name;event;sex\nP-5;Ivan\u043eva Anna;Olympiad;x\nP-5;;Olympiad;ж\n", encoding="utf-8"
    )
    done = issue_class("class.csv", "--yes", "--passphrase-file", "pass.txt", "--lang", "en")
    assert done.status == 2
    assert done.errors == [
        "qrcert: error: 4 faults in the class list",
        "  row 2, column 'name': the text mixes scripts in the word 'Ivan⟨U+043E⟩va': 'о' (U+043E) is Cyrillic",
        "  row 2, column 'sex': 'x' is not in the list: 'м', 'ж'",
        "  row 3, column 'number': 'P-5' stands in row 2 too",
        "  row 3, column 'name': nothing names the holder",
    ]
    done = issue_class("class.csv", "--yes", "--passphrase-file", "pass.txt", "--lang", "ru")
    assert done.errors == [
        "qrcert: error: ошибок в списке класса: 4",
        "  строка 2, столбец «name»: в слове «Ivan⟨U+043E⟩va» буквы разных алфавитов: «о» (U+043E) кириллическая",
        "  строка 2, столбец «sex»: «x» нет в списке: «м», «ж»",
        "  строка 3, столбец «number»: «P-5» уже стоит в строке 2",
        "  строка 3, столбец «name»: не указано, кому выдан",
    ]
    assert register() == []


@pytest.mark.usefixtures("_desk")
def test_one_fault_is_one_line() -> None:
    Path("class.csv").write_text("number;name\nP-5;\n", encoding="utf-8")
    done = issue_class("class.csv", "--check", "--lang", "en")
    assert done.errors == ["qrcert: error: row 2, column 'name': nothing names the holder"]


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(
    "name",
    ["a\u202eb", "\x1b[2J", "Cафонов", "a\nb", "a\u200bb", "e\u0301\u0301\u0301", "\u3164", "x" * 101],
)  # fmt: skip
def test_a_name_that_may_not_be_shown_is_refused_and_told_escaped(name: str) -> None:
    desk.write_class("class.json", desk.PUPILS[0] | {"name": name})
    for lang in ("en", "ru"):
        done = signed("--lang", lang)
        assert done.status == 2
        assert all(line.isprintable() for line in done.errors)
        assert register() == []


@pytest.mark.usefixtures("_desk")
def test_names_that_only_look_strange_are_issued_as_they_are() -> None:
    names = ["%s %(name)s {0}", "<b>VALID</b>", "ПОДТВЕРЖДЁН"]
    desk.write_class("class.json", *({"number": f"P-{at}", "name": name} for at, name in enumerate(names)))
    assert signed("--out", "out").status == 0
    found = terminal.run("verify", "out/all.pdf", "--trust", "list.qct", "--home", "lists", "--json")
    assert [(one["page"], one["fields"][0]["value"]) for one in json.loads(found.out)] == list(
        enumerate(names, 1)
    )


@pytest.mark.usefixtures("_desk")
def test_a_class_that_grows_or_shrinks_leaves_no_stale_file_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def files_together(count: int) -> list[str]:
        rows = ({"number": f"G-{place}", "name": "Абрамова Вера", "event": "E"} for place in range(count))
        desk.write_class("class.json", *rows)
        done = signed("--out", "out")
        assert done.status == 0, done.err
        return sorted(path.name for path in Path("out").glob("all*"))

    for module in ("qrcert.issue.act", "qrcert.issue"):
        monkeypatch.setattr(f"{module}.VOLUME", 2)
    assert files_together(2) == ["all.pdf"]
    assert files_together(5) == ["all-001.pdf", "all-002.pdf", "all-003.pdf"]
    assert files_together(3) == ["all-001.pdf", "all-002.pdf"]
    Path("out/all-day.pdf").touch()
    assert files_together(1) == ["all-day.pdf", "all.pdf"]
    Path("out/all-001.pdf").mkdir()
    done = signed("--out", "out", "--lang", "ru")
    assert (done.status, "старше списка класса" in done.errors[0]) == (2, True)


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(("lang", "said"), [("en", "another class lies in"), ("ru", "и другой класс")])
def test_the_file_of_all_of_another_class_in_the_same_folder_stays_and_is_named(
    monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    for module in ("qrcert.issue.act", "qrcert.issue"):
        monkeypatch.setattr(f"{module}.VOLUME", 2)
    for letter, count in (("L", 3), ("S", 1)):
        rows = ({"number": f"{letter}-{at}", "name": "Вера", "event": "E"} for at in range(count))
        desk.write_class(f"{letter}.json", *rows)
        done = signed("--out", "out", "--lang", lang, source=f"{letter}.json")
        assert done.status == 0, done.err
    assert sorted(path.name for path in Path("out").glob("all*")) == ["all-001.pdf", "all-002.pdf", "all.pdf"]
    (line,) = [line for line in done.err.splitlines() if said in line]
    assert line.endswith(": all-001.pdf, all-002.pdf")


@pytest.mark.usefixtures("_desk")
def test_what_is_not_valid_any_more_is_told_in_both_languages() -> None:
    assert signed("--out", "out").status == 0
    folder = ("--office", "school", "--passphrase-file", "pass.txt")
    for number in ("P-1", "P-2"):
        assert terminal.run("withdraw", number, "--yes", *folder).status == 0
    for lang, said in (
        (
            "en",
            "issued before and not valid any more: row 1, No. 'P-1' (Абрамова Вера): withdrawn; "
            "row 2, No. 'P-2' (Яшин Пётр): withdrawn; nothing was signed",
        ),
        (
            "ru",
            "выдано раньше и больше не действует: строка 1, № 'P-1' (Абрамова Вера): отозван; "
            "строка 2, № 'P-2' (Яшин Пётр): отозван; ничего не подписано",
        ),
    ):
        done = signed("--out", "out", "--lang", lang)
        assert done.errors[0] == f"qrcert: error: {said}"
