"""Help pages, languages, bad use of every command, and ends that are no ordinary ones."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import qrcert
import terminal
from qrcert.cli import commands, reporting, russian, screen
from qrcert.errors import FormError, QrcertError, TrustListError

PACKAGE = Path(qrcert.__file__).parent


def all_commands() -> Iterator[tuple[str, ...]]:
    """Every command line's words, groups too."""
    context = click.Context(commands)

    def below(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from below(command, (*words, name))
            else:
                yield (*words, name)

    yield from below(commands, ())


EVERY = [pytest.param(words, id=" ".join(words) or "qrcert") for words in all_commands()]


@pytest.mark.parametrize("words", EVERY)
def test_every_command_has_a_page_of_help_that_fits_and_is_not_cut(words: tuple[str, ...]) -> None:
    short, long = terminal.run(*words, "-h"), terminal.run(*words, "--help")
    assert (short.status, short.err, short.out) == (0, "", long.out)
    assert short.lines[0].startswith(" ".join(("Usage: qrcert", *words)))
    assert max(map(len, short.lines)) <= 80
    assert "..." not in short.out.replace("ARGS]...", "").replace("-]...", "")
    for line in short.lines:
        assert not re.search(r"\b(TEXT|INTEGER|RANGE|DIRECTORY|PATH)\b", line), line


@pytest.mark.parametrize("words", EVERY)
def test_every_option_says_what_it_is_for(words: tuple[str, ...]) -> None:
    command: click.Command = commands
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


@pytest.mark.parametrize("words", EVERY)
def test_every_command_takes_the_language(words: tuple[str, ...]) -> None:
    context = click.Context(commands)
    command: click.Command | None = commands
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(context, word)
    if not isinstance(command, click.Group):
        assert command is not None
        assert "lang" in [option.name for option in command.params]


@pytest.mark.parametrize("words", EVERY)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_bad_use_is_an_error_with_a_hint(words: tuple[str, ...], lang: str) -> None:
    for more in (["--nothing"], ["--nothing", "\x1b[2J\u202e\n"], ["--lang"], ["-o"]):
        done = terminal.run("--lang", lang, *words, *more)
        assert (done.status, done.out) == (2, "")
        assert done.errors[0].startswith("qrcert: error: ")
        assert all(line.isprintable() for line in done.errors)
        if lang == "ru":
            assert re.search("[а-я]", done.errors[0]), done.errors[0]


def test_without_a_command_the_help_comes_as_a_mistake() -> None:
    for words in ((), ("form",), ("trust",), ("authority", "form")):
        done = terminal.run(*words)
        assert (done.status, done.out) == (2, "")
        assert done.err == terminal.run(*words, "--help").out


def test_the_version() -> None:
    for option in ("-V", "--version"):
        done = terminal.run(option)
        assert (done.status, done.lines) == (0, [f"qrcert, version {qrcert.__version__}"])


def test_a_command_that_is_none() -> None:
    for name in ("verfy", "x\x1b[2J"):
        done = terminal.run(name)
        assert done.status == 2
        assert done.errors[0].startswith("qrcert: error: no such command ")
        assert done.errors[-1] == "qrcert: hint: qrcert --help"
        assert all(line.isprintable() for line in done.errors)


# --- languages


def test_the_language_after_the_command_comes_before_that_before_it() -> None:
    english, russian_ = (
        "course.completion    ru, en       Certificate",
        "course.completion    ru, en       Сертификат",
    )
    for arguments, start in (
        (["--lang", "ru", "form", "list"], russian_),
        (["form", "list", "--lang", "ru"], russian_),
        (["--lang", "ru", "form", "list", "--lang", "en"], english),
        (["--lang", "en", "form", "list", "--lang", "ru"], russian_),
    ):
        assert terminal.run(*arguments).lines[0].startswith(start)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ru_RU.KOI8-R"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "", "LC_MESSAGES": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_system_tells_the_language(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert screen.language() == expected


def test_without_any_word_of_the_system_python_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: ("Russian_Russia", "1251"))
    assert screen.language() == "ru"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert screen.language() == "en"


# --- ends that are no ordinary ones


def run_with(error: BaseException, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> terminal.Run:
    def fails(*_: object) -> Any:
        raise error

    monkeypatch.setattr("qrcert.cli.forms.shipped_forms", fails)
    return terminal.run("form", "list", *arguments, faults=True)


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (KeyboardInterrupt(), ["error: stopped"]),
        (EOFError(), ["error: stopped"]),
        (OSError(28, "No space left on device"), ["error: cannot go on: No space left on device"]),
        (QrcertError("a\x1bb\nc", hint="d"), ["error: a⟨U+001B⟩b", "error: c", "hint: d"]),
        (
            TrustListError("older", "the list is old"),
            ["error: the list is old (older)", "hint: nothing to do: the list you have is newer"],
        ),
    ],
)
def test_every_end_has_its_line(
    error: BaseException, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run_with(error, monkeypatch)
    assert (done.status, done.out) == (2, "")
    assert done.errors == [f"qrcert: {line}" for line in lines]


def test_a_form_error_is_told_in_russian_where_it_knows_how(monkeypatch: pytest.MonkeyPatch) -> None:
    error = FormError("is required", ru="не заполнено", field="name")
    assert run_with(error, monkeypatch, "--lang", "ru").errors == ["qrcert: error: name: не заполнено"]
    error = FormError("something new")
    assert run_with(error, monkeypatch, "--lang", "ru").errors == ["qrcert: error: something new"]


def test_a_fault_of_the_program_is_one_line_and_never_looks_like_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = run_with(ValueError("what\x1b?"), monkeypatch)
    assert done.status == 2
    assert re.fullmatch(
        r"qrcert: error: a fault of the program, ValueError: what⟨U\+001B⟩\?, \w+\.py:\d+", done.errors[0]
    )
    assert (
        done.errors[1] == "qrcert: hint: please report it with what you typed; QRCERT_TRACEBACK=1 shows more"
    )
    done = run_with(ValueError("x"), monkeypatch, "--lang", "ru")
    assert done.errors[0].startswith("qrcert: error: ошибка в программе, ValueError: x, ")
    monkeypatch.setenv(reporting.TRACEBACK, "1")
    with pytest.raises(ValueError, match="x"):
        reporting.report(lambda: (_ for _ in ()).throw(ValueError("x")))


def test_a_full_disk_is_told() -> None:
    full = Path("/dev/full")
    if full.exists():
        with full.open("wb") as file:
            done = terminal.process("form", "list", stdout=file.fileno())
        assert done.returncode == 2
        assert done.stderr == b"qrcert: error: cannot go on: No space left on device\n"


def test_a_demo_never_takes_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    for lang, lines in (
        ("en", [f"error: {str(tmp_path)!r} is not empty, and no demo made it", "hint: name a new folder"]),
        (
            "ru",
            [f"error: {str(tmp_path)!r} не пуста, и создала её не qrcert demo", "hint: назовите новую папку"],
        ),
    ):
        done = terminal.run("demo", tmp_path, "--lang", lang)
        assert (done.status, done.out) == (2, "")
        assert done.errors == [f"qrcert: {line}" for line in lines]
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]
    assert terminal.run("demo", tmp_path / "diary.txt").status == 2


# --- the Russian of errors


def templates() -> set[str]:
    """Every string of the package as ``{}`` stands for what varies in it, but those of the catalogue itself."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name == "russian.py" or path.parent.name == "catalogue":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
                found.add("".join(map(str, parts)))
    return found


FOREIGN = re.compile(
    r"missing|no such (option|command)|option |got unexpected|invalid value|"
    r"[A-Z][a-z-]+ (such|denied|a|left|file|space)"
)
"""What click and the system say."""

COMPOSED = re.compile(
    r"the list calls this school's key (void|compromised)|\{\} is a (folder|device or pipe), expected a file|"
    r"the (code|body) lies nearer than 5 mm .*|"
    r"(page \{\} of )?the (PDF|picture|file) (takes longer than \{\} s|needs too much memory)"
)
"""What is put together from words that vary."""


def test_every_russian_message_belongs_to_one_that_is_said() -> None:
    said = "\n".join(templates())
    stale = []
    for english, _ in russian._MESSAGES:
        pieces = [piece.strip(" ,:;()") for piece in english.split("{}")]
        ours = not FOREIGN.match(english) and not COMPOSED.fullmatch(english)
        if ours and not all(piece in said for piece in pieces):
            stale.append(english)
    assert stale == []


def test_every_russian_message_takes_what_its_english_one_gives() -> None:
    for english, said in russian._MESSAGES:
        filled = russian.line(english.replace("{}", "7"))
        assert "{}" not in filled
        assert re.search("[А-Яа-я]", filled) or not re.search("[a-z]", said.replace("qrcert authority", ""))


def test_an_error_in_an_error_is_told_in_russian_too() -> None:
    assert (
        russian.line("cannot read 'a': No such file or directory")
        == "'a' не читается: нет такого файла или папки"
    )
    assert russian.line("nobody has translated this") == "nobody has translated this"
    assert russian.line("nobody has translated this", code="threshold") == "подписей меньше, чем нужно"
    assert russian.line("nobody has translated this", code="dangling") == "файл нарушает правила списков"


def test_long_texts_of_strangers_take_no_long_time_to_tell() -> None:
    told = "reading the archive takes longer than 60 s, {} and later were not read"
    assert "60" in russian.line(told.format("'a.pdf'"))
    begun = time.process_time()
    for name in ("x of " * 13_000, "; " * 32_000, "x of " * 780, "; " * 1_950):
        assert russian.line(told.format(name))
    assert time.process_time() - begun < 10  # seconds; it was minutes


@pytest.mark.parametrize(
    ("message", "varying"),
    [
        ("ab-cd", ["b", "c"]),
        ("a--d", ["", "-"]),
        ("a-b-cd", ["", "b-c"]),
        ("a-d-", None),
        ("bb-cd", None),
        ("abcd", None),
    ],
)
def test_what_varies_is_as_short_as_can_be(message: str, varying: list[str] | None) -> None:
    assert russian._fitted(("a", "-", "d"), message) == varying
    assert russian._fitted(("aa", "a"), "aa") is None
