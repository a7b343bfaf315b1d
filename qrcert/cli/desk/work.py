"""One file at the desk: its answers as plain data, for another process, a journal, a screen, a report."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from qrcert import checking
from qrcert.cli import asking
from qrcert.cli.lists import lists_to_go_by
from qrcert.errors import QrcertError, UnknownFile, Unreadable

_NAME_HINT = "is the name right? a name with blanks stands in quotes"

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Terms:
    """What all files of a run are checked by; each process opens the lists itself."""

    trust_files: tuple[Path, ...]
    home: Path | None
    now: datetime
    at: date | None
    max_list_age: int | None
    seconds: float
    language: str

    def request(self) -> checking.Request:
        """Return the same with the lists opened."""
        return checking.Request(
            lists_to_go_by(self.trust_files, self.home),
            self.now,
            self.at,
            self.max_list_age,
            named_lists=bool(self.trust_files),
            seconds=self.seconds,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One file: its path, or None for standard input, and whether a folder that was named held it."""

    path: str | None
    in_folder: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One finding: ``data`` as ``--json`` gives it, an object a list; ``lines`` for a screen; ``status`` 0, 1, 2.

    ``certificate`` names the very certificate, ``paper`` its school, form and number, ``holder`` whose it is; all
    three are None where its contents may not be shown. ``passing``: another run may read more.
    """

    data: list[dict[str, Any]]
    lines: list[str]
    status: int
    certificate: str | None = None
    paper: str | None = None
    holder: str | None = None
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file gave: answers, how many files were passed over (in an archive several), errors to be told.

    ``errors`` are (message, hint) pairs, in English; ``seal`` is size, time of change and SHA-256 of the file.
    """

    answers: list[Answer] = field(default_factory=list)
    passed_over: int = 0
    errors: list[tuple[str, str | None]] = field(default_factory=list)
    seal: tuple[int, int, str] | None = None

    @property
    def lasting(self) -> bool:
        """Whether another run would give the same: no error of this one, no lack of time or memory."""
        return not self.errors and not any(answer.passing for answer in self.answers)

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Outcome:
        """Return what `as_data` gave; raises KeyError, TypeError or ValueError for anything else."""
        seal = data["seal"]
        return cls(
            [Answer(**one) for one in data["answers"]],
            int(data["passed_over"]),
            [(str(message), hint) for message, hint in data["errors"]],
            None if seal is None else (int(seal[0]), int(seal[1]), str(seal[2])),
        )


class Bench:
    """Where files are checked, in this process."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._request = terms.request()

    @property
    def lists(self) -> Sequence[Any]:
        """The lists that are gone by."""
        return self._request.lists

    def check(self, task: Task, *, sealed: bool = False) -> Outcome:
        """Return what a file gives; errors of a file stand in its outcome. ``sealed``: with the file's hash."""
        seal = seal_of(task.path) if sealed and task.path is not None else None
        try:
            checked = self._checked(task)
        except UnknownFile:
            return Outcome(passed_over=1, seal=seal)
        except QrcertError as error:
            finding = checking.unread(task.path or "-", self._request, error)
            return Outcome([self._answer(finding)], 0, [(str(error), error.hint)], seal)
        return Outcome([self._answer(one) for one in checked.findings], checked.passed_over, [], seal)

    def _checked(self, task: Task) -> checking.Checked:
        if task.path is None:
            data = sys.stdin.buffer.read(checking.MAX_FILE_BYTES + 1)
            return checking.Checked(tuple(checking.check_bytes(data, self._request, source="-")))
        path = Path(task.path)
        if not path.exists() and not path.is_symlink():
            raise Unreadable(f"no file or folder {task.path!r}", hint=_NAME_HINT)
        return checking.check_source(path, self._request, in_folder=task.in_folder)

    def _answer(self, finding: checking.Finding) -> Answer:
        language = self._terms.language
        finding = asking.translated(finding, language)
        verdict = finding.verdict
        answer = Answer(
            checking.as_data(finding, self._request, language),
            list(checking.as_lines(finding, self._request, language)),
            self._request.exit_status(verdict),
            passing=finding.passing,
        )
        if verdict.contents(language) is None or verdict.form is None or verdict.claims is None:
            return answer
        school = verdict.school.id if verdict.school else 0
        authority = verdict.trust.identity.hex() if verdict.trust else ""
        paper = f"{authority} {school} {verdict.form.hash.hex()} {verdict.number}"
        text = (finding.text or "").strip("\t\n\r ")
        certificate = hashlib.sha256(text.encode()).hexdigest()
        return replace(
            answer, certificate=certificate, paper=paper, holder=verdict.form.holder(verdict.claims.fields)
        )


def seal_of(path: str) -> tuple[int, int, str] | None:
    """Return size, time of change in nanoseconds and SHA-256 of an ordinary file, None where it has none."""
    file = Path(path)
    try:
        if not file.is_file():
            return None
        status, digest = file.stat(), hashlib.sha256()
        if status.st_size > checking.MAX_FILE_BYTES:
            return None
        with file.open("rb") as opened:
            while data := opened.read(_CHUNK):
                digest.update(data)
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns, digest.hexdigest()
