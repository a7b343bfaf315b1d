"""Command lines as transcripts: what is typed, what appears, the exit status, what must not exist afterwards.

A file of ``transcripts/`` begins with ``% WORLD`` (see worlds.py) and is played in that world's folder::

    $ qrcert verify paper.txt --trust list.qct       what is typed
    paper.txt                                        standard output, to the last blank line
    ! qrcert: error: …                               standard error
    = 0                                              exit status
    - lists                                          what does not exist now

``python tests/test_cli_transcripts.py`` writes what happens now into all of them, to be read through as a diff.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

import pytest

import school
import terminal
import worlds
from qrcert.cli import screen

FOLDER = Path(__file__).parent / "transcripts"
NOW = datetime.combine(school.NOW, time(12)).astimezone()


@dataclass
class Step:
    """One command line, and what must come of it."""

    typed: str
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    status: int = 0
    absent: list[str] = field(default_factory=list)

    def written(self) -> Iterator[str]:
        yield f"$ {self.typed}"
        yield from self.out
        yield from (f"! {line}" for line in self.err)
        yield f"= {self.status}"
        yield from (f"- {name}" for name in self.absent)


def read(path: Path) -> tuple[str, list[Step]]:
    """The world and the steps of a transcript."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    steps: list[Step] = []
    for line in lines:
        mark, rest = line[:2], line[2:]
        if mark == "$ ":
            steps.append(Step(rest))
        elif mark == "! ":
            steps[-1].err.append(rest)
        elif mark == "= ":
            steps[-1].status = int(rest)
        elif mark == "- ":
            steps[-1].absent.append(rest)
        else:
            steps[-1].out.append(line)
    return head.removeprefix("% "), steps


def play(step: Step) -> Step:
    """What comes of a step here and now; it may name no list of the user who runs the tests."""
    program, *arguments = shlex.split(step.typed)
    assert program == "qrcert"
    done = terminal.run(*arguments)
    gone = [name for name in step.absent if not Path(name).exists()]
    return Step(step.typed, done.lines, done.errors, done.status, gone)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, steps = read(path)
    worlds.build(world, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(screen, "now", lambda: NOW)
    for step in steps:
        assert list(play(step).written()) == list(step.written())


def test_every_world_of_a_verdict_is_played_in_both_languages() -> None:
    played: dict[str, str] = {}
    for path in FOLDER.glob("*.txt"):
        world, steps = read(path)
        played[world] = played.get(world, "") + "".join(step.typed for step in steps)
    assert played.keys() == worlds.WORLDS.keys()
    assert not [
        world for world, typed in played.items() if "--lang ru" not in typed or "--lang en" not in typed
    ]


def rewrite() -> None:
    """Write what happens now into every transcript."""
    screen.now = lambda: NOW
    for path in sorted(FOLDER.glob("*.txt")):
        world, steps = read(path)
        with tempfile.TemporaryDirectory() as name:
            worlds.build(world, Path(name))
            os.chdir(name)
            lines = [line for step in steps for line in play(step).written()]
            os.chdir(FOLDER)
        path.write_text("".join(f"{line}\n" for line in (f"% {world}", *lines)), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
