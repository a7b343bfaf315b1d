"""kill -9 at any moment, two offices at once: nothing is lost, nothing doubled, on both databases.

Every process here is a real one, and a killed one dies by SIGKILL.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres
import register_process
import registers
from qrcert.register import Query, Register
from register_process import Nursery

KILLS = 50
CLASSES = 2 * KILLS + 5
COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        yield made


@pytest.fixture(scope="module")
def quick() -> Iterator[Path]:
    """A folder in memory where there is one: what is killed here are processes, not the machine."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(params=registers.DATABASES)
def place(request: pytest.FixtureRequest, quick: Path) -> Path | str:
    folder = quick / str(next(COUNT))
    folder.mkdir()
    return registers.new_place(request.param, folder)


@pytest.fixture(scope="module")
def undisturbed(quick: Path) -> Iterator[Register]:
    """The register of a run that nobody disturbed."""
    path = quick / "undisturbed.db"
    register_process.issue(path, 0, CLASSES)
    with Register.open(path) as register:
        yield register


def test_kill_9_at_any_moment_then_the_same_run_ends_with_the_same_rows(
    place: Path | str, nursery: Nursery, undisturbed: Register
) -> None:
    chance, stored = random.Random(9), 0
    for _ in range(KILLS):
        process = nursery.start(place, 0, CLASSES, most=2)
        if chance.random() < 0.7:  # else it dies while it opens, or looks for what is there
            nursery.wait_begun(process)
            time.sleep(chance.uniform(0, 0.003))
        else:
            time.sleep(chance.uniform(0, 0.05))
        os.kill(process, signal.SIGKILL)
        assert nursery.end_of(process) == -9
        with Register.open(place, create=True) as register:
            found = register.count(Query())
            assert found >= stored  # what was there still is
            assert found % register_process.SIZE == 0  # no class is there in part
            stored = found
    register_process.issue(place, 0, CLASSES)
    with Register.open(place) as register:
        assert register.search() == undisturbed.search()
        assert register.batches() == undisturbed.batches()
        assert register.audit_check() == undisturbed.audit_check()  # each act once, in the same order
        last = register.batches()[-1].id
        assert register.manifest(last) == undisturbed.manifest(last)


def test_two_offices_at_once_neither_lose_nor_double(place: Path | str, nursery: Nursery) -> None:
    runs = [nursery.start(place, 0, 40), nursery.start(place, 20, 60)]  # they share a third of the classes
    assert [nursery.end_of(process) for process in runs] == [0, 0]
    with Register.open(place) as register:
        numbers = registers.numbers_of(register.search())
        assert sorted(numbers) == list(range(60 * register_process.SIZE))
        assert [batch.state for batch in register.batches()] == ["done"] * 60
        assert register.audit_check().faults == ()


def test_two_offices_make_the_register_at_once(nursery: Nursery, tmp_path: Path) -> None:
    for place in (tmp_path / "register.db", postgres.server().fresh()):
        runs = [nursery.start(place, 0, 3), nursery.start(place, 3, 6)]
        assert [nursery.end_of(process) for process in runs] == [0, 0]
        with Register.open(place) as register:
            assert len(register.search()) == 6 * register_process.SIZE
            assert register.audit_check().faults == ()
