"""Many files over several processes, their outcomes in order; a process that is lost costs the file it was at."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final

from qrcert.cli.desk.work import Bench, Outcome, Task, Terms

PATIENCE: Final = 900.0
"""Seconds after which a process that is still at one file ends itself: no honest file takes so long."""

AHEAD: Final = 8
"""Files that are given out for each process before the first outcome is taken."""

FEW: Final = 16
"""Files for which further processes are not started: they take as long to start as the files."""

LOST: Final = "the process that read this file broke off"
"""What is told of a file with which a process was lost twice, the second time alone."""

_bench: Bench | None = None
_patience = PATIENCE


def jobs_for(tasks: Sequence[Task], wished: int | None) -> int:
    """Return how many processes are to work: as wished, else one for each processor if it is worth it.

    Standard input is this process's own, so where it is among the files this one does all.
    """
    files = len(tasks)
    if any(task.path is None for task in tasks):
        return 1
    if wished is not None:
        return min(wished, max(files, 1))
    return 1 if files < FEW else min(os.cpu_count() or 1, files)


def outcomes(
    tasks: Sequence[Task], bench: Bench, terms: Terms, *, jobs: int, sealed: bool
) -> Iterator[Outcome]:
    """Yield the outcome of each task in order, each checked in one of ``jobs`` processes; one: in this one."""
    if jobs == 1:
        yield from (bench.check(task, sealed=sealed) for task in tasks)
        return
    yield from over_processes(tasks, jobs=jobs, terms=terms, sealed=sealed)


def over_processes(
    tasks: Sequence[Task],
    *,
    jobs: int,
    terms: Terms,
    sealed: bool,
    patience: float = PATIENCE,
    make: Callable[[Terms], Bench] = Bench,
) -> Iterator[Outcome]:
    """Yield the outcome of each task in order, each checked in one of ``jobs`` processes other than this one.

    ``make`` makes the bench of a process; after ``patience`` seconds at one file a process ends itself.
    When a process is lost, nobody knows at which of the files it was: those given out are done again one by one.
    """
    work = _check_sealed if sealed else _check
    context = multiprocessing.get_context("spawn")

    def crew(size: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            size, mp_context=context, initializer=_start, initargs=(make, terms, patience)
        )

    waiting = deque(tasks)
    while waiting:
        given: _Given = deque()
        with crew(jobs) as pool:
            try:
                while waiting or given:
                    while waiting and len(given) < AHEAD * jobs:
                        given.append((waiting[0], pool.submit(work, waiting[0])))
                        waiting.popleft()
                    outcome = given[0][1].result()
                    given.popleft()
                    yield outcome
            except BrokenProcessPool:
                pass
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        yield from _one_by_one(given, work, crew)


_Given = deque[tuple[Task, "Future[Outcome]"]]


def _one_by_one(
    given: _Given, work: Callable[[Task], Outcome], crew: Callable[[int], ProcessPoolExecutor]
) -> Iterator[Outcome]:
    """Yield the outcomes of tasks that were given out when a process was lost: what they gave, or give alone."""
    while given:
        with crew(1) as pool:
            for task, future in list(given):
                done = future.done() and not future.cancelled() and future.exception() is None
                try:
                    outcome = future.result() if done else pool.submit(work, task).result()
                except BrokenProcessPool:
                    outcome = lost(task)
                given.popleft()
                yield outcome
                if outcome.errors and outcome.errors[0][0].endswith(LOST):
                    break


def lost(task: Task) -> Outcome:
    """Return the outcome of a file with which its process was lost."""
    return Outcome(errors=[(f"{task.path!r}: {LOST}", None)])


def _start(make: Callable[[Terms], Bench], terms: Terms, patience: float) -> None:
    global _bench, _patience
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked stops us
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _bench, _patience = make(terms), patience


def _leave_with_parent() -> None:
    """End this process when the one that started it is gone: it would wait for the next file for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check(task: Task, *, sealed: bool = False) -> Outcome:
    """Check a file in a process of the pool; where it takes for ever, the process ends."""
    assert _bench is not None
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(_patience, exit=True, file=nowhere)
        try:
            return _bench.check(task, sealed=sealed)
        finally:
            faulthandler.cancel_dump_traceback_later()


def _check_sealed(task: Task) -> Outcome:
    return _check(task, sealed=True)
