"""What other processes do with a register in the tests: they record classes, are killed, and find a full disk.

python register_process.py nursery | limit FOLDER | tmpfs FOLDER
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from qrcert.register import NewBatch, NewEntry, Recorded, Register, Tally, restore
from registers import BATCH, NOW, entry

SIZE = 3
"""Certificates of a class."""


def classes(first: int, last: int) -> Iterator[tuple[NewBatch, list[NewEntry]]]:
    for number in range(first, last):
        batch = replace(BATCH, source_hash=number.to_bytes(32, "big"))
        yield batch, [entry(number * SIZE + place) for place in range(SIZE)]


def issue(place: Path | str, first: int, last: int, begun: Callable[[], None] = lambda: None) -> None:
    """Record classes and finish each, as an undisturbed run does, every other one by the streaming way.

    ``begun`` is called after each class that is new.
    """
    with Register.open(place, create=True) as register:
        for number, (batch, entries) in enumerate(classes(first, last)):
            done: Recorded | Tally
            if number % 2:
                done = register.record_all(batch, iter(entries), now=NOW)
            else:
                done = register.record(batch, entries, now=NOW)
            register.finish(done.batch.id, now=NOW)
            if done.added:
                begun()


# --- processes that can be killed, made in a moment: forked from one that has everything loaded


class Nursery:
    """Makes processes that run `issue`; they are killed and waited for by their number."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._told: list[tuple[str, ...]] = []

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def start(self, place: Path | str, first: int, last: int, *, most: int | None = None) -> int:
        """Start a process that records these classes; after ``most`` new ones it waits to be killed."""
        where = [str(place), isinstance(place, Path), first, last, most]
        (number,) = self._ask(f"start {json.dumps(where)}", "pid")
        return int(number)

    def wait_begun(self, process: int) -> None:
        """Wait until it has recorded something."""
        self._wait("begun", str(process))

    def end_of(self, process: int) -> int:
        """Wait for its end, and return its exit status, -9 if it was killed."""
        (status,) = self._ask(f"wait {process}", "ended", str(process))
        return int(status)

    def _ask(self, line: str, *tag: str) -> tuple[str, ...]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._wait(*tag)

    def _wait(self, *tag: str) -> tuple[str, ...]:
        """Return what follows ``tag`` on the first line that begins with it."""
        assert self._process.stdout is not None
        while True:
            for words in self._told:
                if words[: len(tag)] == tag:
                    self._told.remove(words)
                    return words[len(tag) :]
            line = self._process.stdout.readline()
            assert line, "the nursery ended"
            self._told.append(tuple(line.split()))


def nursery() -> None:
    """The process behind `Nursery`."""
    import sqlalchemy.dialects.postgresql
    import sqlalchemy.dialects.sqlite  # noqa: F401

    for line in sys.stdin:
        word, _, rest = line.partition(" ")
        if word == "wait":
            _, status = os.waitpid(int(rest), 0)
            _tell(f"ended {int(rest)} {os.waitstatus_to_exitcode(status)}")
        elif child := os.fork():
            _tell(f"pid {child}")
        else:
            _child(*json.loads(rest))


def _child(place: str, file: bool, first: int, last: int, most: int | None) -> None:
    new = itertools.count(1)

    def begun() -> None:
        _tell(f"begun {os.getpid()}")
        if next(new) == most:
            time.sleep(60)  # it will be killed: where it is, and not after its end

    try:
        issue(Path(place) if file else place, first, last, begun)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


# --- a restoration that is killed at one of its steps

_TOUCHES = ("open", "os.rename", "os.remove", "shutil.copyfile", "sqlite3.connect")
"""What Python tells its audit hooks when a file is made, moved, removed or opened."""


def restore_until(step: int, backup: Path, path: Path) -> bool:
    """Restore in a process that is killed as it touches a file for the time ``step``, from 0; say if it was."""
    child = os.fork()
    if not child:
        left = itertools.count()

        def die(event: str, _facts: tuple[object, ...]) -> None:
            if event in _TOUCHES and next(left) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(die)
            restore(backup, path, now=NOW, drop_newer=True)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return status != 0


def leave_open(path: Path) -> None:
    """Record nothing new, but let a killed process leave the journal of a register beside it."""
    child = os.fork()
    if not child:
        with Register.open(path) as register:
            (one, *_) = register.search()
            register.note("reprint", one.id, now=NOW)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


# --- a disk that is too small

ROOM = 600_000
"""Bytes."""


def fill(place: Path) -> None:
    """Record ever more until the disk is full, and tell what was said, for `on_a_small_disk`."""
    from qrcert.errors import RegisterError

    with Register.open(place, create=True) as register:
        try:
            for start in range(1, 100_000, 200):
                register.record(
                    replace(BATCH, source_hash=start.to_bytes(32, "big")),
                    [entry(number) for number in range(start, start + 200)],
                    now=NOW,
                )
        except RegisterError as error:
            print(f"{error}\n{error.hint}")
    with Register.open(place) as register:  # still on the full disk
        count = len(register.search())
        print(count, count % 200, len(register.audit_check().faults))


_MOUNTED = 'mount -t tmpfs -o size={room} none "$1" && exec "$2" "$3" tmpfs "$1"'


def on_a_small_disk(folder: Path) -> list[str]:
    """Run `fill` in a process whose disk is a small tmpfs, and return the lines that it told.

    Where no name space with a mount of one's own is to be had, the process may not make files larger than that.
    """
    here = [sys.executable, str(Path(__file__))]
    for unshare in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
        command = [*unshare, "sh", "-c", _MOUNTED.format(room=ROOM), "sh", str(folder), *here]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.splitlines()
    done = subprocess.run([*here, "limit", str(folder)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    if sys.argv[1] == "nursery":
        nursery()
        sys.exit()
    if sys.argv[1] == "limit":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
    print(sys.argv[1])
    fill(Path(sys.argv[2]) / "register.db")
