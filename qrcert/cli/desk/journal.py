"""What is done, kept beside the report while it is made: a run that was stopped or killed goes on where it was."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import IO, Any, Final

from qrcert import __version__
from qrcert.cli.desk.work import Outcome, Task, Terms, seal_of
from qrcert.errors import Refused
from qrcert.files import write_file

SUFFIX: Final = ".journal"

LIBRARIES: Final = ("opencv-python", "pillow", "pillow-heif", "pypdfium2", "pyzbar", "zxing-cpp")

KEY_FILE: Final = "journals.key"
KEY_BYTES: Final = 32

MAX_LINE: Final = 8_000_000
"""Characters of a line: the outcome of a file of two thousand certificates with all their marks."""


class Journal:
    """A file of lines of JSON: first by what the files are checked, then each file with its hash and its outcome.

    Each line bears a seal made with a secret of this person's own: the journal may lie among files of strangers.
    """

    def __init__(self, report: Path, terms: Terms, lists: Iterable[Any], *, secret: bytes) -> None:
        self.path = report.with_name(report.name + SUFFIX)
        self._head = _head(terms, lists)
        self._secret = hmac.digest(secret, _json(self._head).encode(), "sha256")
        self._file: IO[str] | None = None
        self._done: dict[Task, Outcome] = {}

    @property
    def done(self) -> int:
        """How many files an earlier run has done."""
        return len(self._done)

    def open(self) -> None:
        """Read what an earlier run has left, if it went by the same lists, and go on writing; raises Refused."""
        self._done = self._earlier()
        lines = [self._line(_entry(task, outcome)) for task, outcome in self._done.items()]
        write_file(self.path, "".join([self._line(self._head), *lines]).encode())
        try:
            self._file = self.path.open("a", encoding="utf-8")
        except OSError as error:
            raise Refused(
                f"cannot write {str(self.path)!r}: {error.strerror}",
                hint="is the disk full, or the folder read-only?",
            ) from error

    def known(self, task: Task) -> Outcome | None:
        """Return the outcome of a file that was done before and is still the same, byte for byte.

        A file that was named is another task than one that a folder held: a text without a code is told there.
        """
        outcome = self._done.get(task)
        if outcome is None or task.path is None or outcome.seal is None:
            return None
        return outcome if seal_of(task.path) == outcome.seal else None

    def write(self, task: Task, outcome: Outcome) -> None:
        """Keep the outcome of a file if it is one that lasts; raises Refused where the disk is full."""
        if self._file is None or task.path is None or not outcome.lasting:
            return
        try:
            self._file.write(self._line(_entry(task, outcome)))
            self._file.flush()
        except OSError as error:
            raise Refused(f"cannot write {str(self.path)!r}: {error.strerror}") from error

    def close(self, *, finished: bool) -> None:
        """Close the file, and remove it where the report is written."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        if finished:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _earlier(self) -> dict[Task, Outcome]:
        """Return what stands in the file up to the first line that is not whole."""
        found: dict[Task, Outcome] = {}
        try:
            with self.path.open(encoding="utf-8") as file:
                if self._entry(file.readline(MAX_LINE)) != self._head:
                    return {}
                while line := file.readline(MAX_LINE):
                    entry = self._entry(line)
                    task = Task(str(entry["path"]), in_folder=bool(entry["in_folder"]))
                    found[task] = Outcome.from_data(entry["outcome"])
        except (OSError, ValueError, KeyError, TypeError):
            return found
        return found

    def _line(self, entry: Any) -> str:
        said = _json(entry)
        return f"{self._seal(said)} {said}\n"

    def _entry(self, line: str) -> Any:
        """Return what a line says; raises ValueError for one that this person did not write."""
        seal, _, said = line.rstrip("\n").partition(" ")
        if not hmac.compare_digest(seal.encode(), self._seal(said).encode()):
            raise ValueError("a line of somebody else")
        return json.loads(said)

    def _seal(self, said: str) -> str:
        return hmac.digest(self._secret, said.encode(), "sha256").hex()


def secret_of(home: Path) -> bytes:
    """Return this person's secret for journals, made at the first time; one for this run where none can be kept."""
    path, fresh = home / KEY_FILE, secrets.token_bytes(KEY_BYTES)
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(fresh)
        kept = path.read_bytes()
        return kept if len(kept) == KEY_BYTES else fresh
    return fresh


def _head(terms: Terms, lists: Iterable[Any]) -> dict[str, Any]:
    """Return all that an outcome depends on besides its file."""
    named: Sequence[str] = [f"{one.fingerprint.hex()} {one.list_hash.hex()}" for one in lists]
    return {
        "qrcert": __version__,
        "lists": list(named),
        "named": bool(terms.trust_files),
        "day": str(terms.at or terms.now.date()),
        "at": terms.at is not None,
        "max_list_age": terms.max_list_age,
        "seconds": terms.seconds,
        "language": terms.language,
        "libraries": _libraries(),
    }


def _libraries() -> dict[str, str]:
    """Return the versions of the libraries that read files: with another one a file may give more."""
    found = {}
    for name in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _entry(task: Task, outcome: Outcome) -> dict[str, Any]:
    return {"path": task.path, "in_folder": task.in_folder, "outcome": outcome.as_data()}


def _json(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":"))
