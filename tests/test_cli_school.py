"""The guide of the school office, docs/school.md: a year played as it says, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import qrcert
import secretary
from qrcert.cli import commands
from secretary import Year

KILOBYTES = 150


@pytest.fixture(scope="module", params=["ru", "en"])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Year:
    played = Year(tmp_path_factory.mktemp(request.param), request.param)
    secretary.play(played)
    return played


def pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, line.split("…"))))


def answered(line: str) -> str:
    """A line of standard error without the question before it: nobody's Enter stands there."""
    return re.sub(r"^.*\[(y/N|д/Н)\]: ", "", line)


def test_the_year_of_the_guide_goes_as_it_says(year: Year) -> None:
    assert len(year.done) >= 25
    for step, run in year.done:
        said = iter([answered(line) for line in run.errors] + run.lines)
        for line in step.quoted:
            assert any(map(pattern(line).fullmatch, said)), (step.typed, line, run.err, run.out)
        # a class list with faults is refused, and a paper that was replaced or withdrawn
        refused = {"qrcert: error": 2, "  [X]": 1}
        status = next((code for mark, code in refused.items() for line in step.quoted if mark in line), 0)
        assert run.status == status, (step.typed, run.err, run.out)


def test_nothing_else_is_asked_of_the_secretary(year: Year) -> None:
    asked = [run.err for _, run in year.done if re.search(r"\[(y/N|д/Н)\]", run.err)]
    assert asked
    for question in asked:
        assert len(re.findall(r"\[(y/N|д/Н)\]", question)) == 1
    assert all("Traceback" not in run.err for _, run in year.done)


def test_both_halves_tell_the_same_year() -> None:
    """The Russian half has what only its own forms have: a title with a supplement, and the sheet for the state."""
    typed = {
        lang: [step.typed.split("--")[0].split()[1:3] for step in secretary.steps(lang) if step.typed]
        for lang in ("ru", "en")
    }
    ru, en = ({" ".join(words) for words in typed[lang] if words} for lang in ("ru", "en"))
    ru, en = ({re.sub(r"\S*\d\S*", "N", one) for one in half} for half in (ru, en))
    assert {one.replace("form template ru", "form template") for one in ru - {"issue N"}} == en


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_pictures_are_there_small_and_described(lang: str) -> None:
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", secretary.half(lang))
    assert len(shown) >= 10
    for words, name in shown:
        assert len(words) > 20, name
        picture = secretary.PAGE.parent / name
        assert picture.stat().st_size <= KILOBYTES * 1024, name


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_command_named_in_passing_exists(lang: str) -> None:
    named = re.findall(r"`qrcert ([^`]+)`", secretary.half(lang))
    assert named
    for line in named:
        words = line.split()
        command: click.Command = commands
        while words and isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, line
            command = found
        options = {option for one in command.params for option in one.opts}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


@pytest.mark.parametrize(("lang", "quoted"), [("ru", r"«(.+?)»"), ("en", r'"(.+?)"')])
def test_the_troubles_of_the_guide_are_messages_of_ours(lang: str, quoted: str) -> None:
    sources = Path(qrcert.__file__).parent.rglob("*.py")
    known = "".join(path.read_text(encoding="utf-8") for path in sources)
    troubles = re.findall(rf"^\| {quoted} \|", secretary.half(lang), re.M)
    assert len(troubles) >= 5
    for words in troubles:
        for part in words.split("…"):
            assert part.strip() in known, words
