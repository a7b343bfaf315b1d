"""Reading degraded pictures of our own certificates: each engine alone, and ours, picture by picture.

    python bench/scan.py                                 # 1 550 pictures, every engine; up to an hour
    python bench/scan.py --quick                         # 155 pictures, some minutes
    python bench/scan.py --seed 7 --kinds blur,fold --per-kind 20 --jobs 2
    python bench/scan.py --markdown docs/reading.md      # also puts the tables there

``--quick`` takes every tenth picture. ``--alone`` asks every stage of our cascade about every picture, not only
about those that earlier stages leave. ``--clock processor`` counts the time for which the process has a processor,
in the limits too: neighbours on the machine disturb that less. With ``--markdown`` the tables go between two
comments of the file: all of them for the standard seed, the totals for any other. A text that differs from the
one drawn is a false read; one of ours makes the exit status 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import cv2
import degraded
import readers
import scan_tables
from readers import Result

from qrcert.reading.grey import Grey, from_bytes_array

REPEATS = 5
"""Times that zxing-cpp and ours are timed on a picture that zxing-cpp reads, turn and turn about."""

QUICK = 10
"""One picture in so many is taken with ``--quick``, over the same levels."""

MAX_JOBS = 2


@dataclass(frozen=True, slots=True)
class Task:
    """One picture to draw and to read."""

    kind: str
    place: int
    per_kind: int
    seed: int
    seconds: float
    clock: str
    alone: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and return its exit status."""
    asked = _parser().parse_args(arguments)
    places = range(asked.per_kind)[QUICK // 2 :: QUICK] if asked.quick else range(asked.per_kind)
    tasks = [
        Task(kind, place, asked.per_kind, asked.seed, asked.seconds, asked.clock, asked.alone)
        for kind in asked.kinds
        for place in places
    ]
    results: list[Result] = []
    for result in run(tasks, jobs=asked.jobs):
        results.append(result)
        if len(results) % len(places) == 0:
            print(scan_tables.progress(results[-len(places) :]), file=sys.stderr, flush=True)
    tables = scan_tables.tables(results)
    title = scan_tables.title(results, seed=asked.seed, seconds=asked.seconds, clock=asked.clock)
    print("\n\n".join([title, *map(str, tables)]))
    if asked.unread:
        print("", *scan_tables.unread(results), sep="\n")
    if asked.markdown is not None:
        standard = asked.seed == degraded.SEED
        block = "\n\n".join([title, *map(str, tables if standard else tables[:1])])
        scan_tables.insert(asked.markdown, block, name="standard" if standard else "fresh")
    return 1 if any(result.ours.false for result in results) else 0


def run(tasks: Sequence[Task], *, jobs: int) -> Iterator[Result]:
    """Yield the result of each task, in order, from so many processes."""
    if jobs == 1:
        yield from map(read_one, tasks)
        return
    with ProcessPoolExecutor(min(jobs, MAX_JOBS), mp_context=get_context("spawn")) as pool:
        yield from pool.map(read_one, tasks)


def read_one(task: Task) -> Result:
    """Draw a picture and let every reader read it."""
    cv2.setNumThreads(1)
    readers.set_up(task.clock)
    drawn = degraded.picture(task.kind, task.place, per_kind=task.per_kind, seed=task.seed)
    grey, text = from_bytes_array(drawn.grey), drawn.text
    zxing = readers.timed(lambda: readers.read_zxing(grey), text)
    ours = readers.timed(lambda: readers.read_ours(grey, task.seconds), text)
    engines = {readers.ZXING: zxing}
    engines |= {name: readers.read_apart(name, grey, text) for name in readers.APART}
    return Result(
        kind=task.kind,
        place=task.place,
        level=drawn.level,
        engines=engines,
        ours=ours,
        stages=tuple(readers.ask_stages(grey, text, seconds=task.seconds, alone=task.alone)),
        pair=_pair(grey, text, task.seconds) if zxing.read else None,
    )


def _pair(grey: Grey, text: str, seconds: float) -> tuple[float, float]:
    """Return the median milliseconds of zxing-cpp and of ours, both disturbed alike by whatever else runs."""
    alone, whole = [], []
    for _ in range(REPEATS):
        alone.append(readers.timed(lambda: readers.read_zxing(grey), text).ms)
        whole.append(readers.timed(lambda: readers.read_ours(grey, seconds), text).ms)
    return median(alone), median(whole)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench/scan.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--seed", type=int, default=degraded.SEED, help="another seed gives other pictures and papers")
    add("--per-kind", type=_positive, default=degraded.PER_KIND, metavar="N", help="pictures a kind")
    add("--kinds", type=_kinds, default=list(degraded.KINDS), metavar="A,B", help="only these kinds")
    add("--quick", action="store_true", help="every tenth picture")
    add("--jobs", type=_positive, default=1, metavar="N", help=f"processes, at most {MAX_JOBS}")
    add("--alone", action="store_true", help="every stage of ours on every picture")
    add("--unread", action="store_true", help="name the pictures that ours does not read")
    add("--seconds", type=float, default=readers.OUR_SECONDS, metavar="S", help="time for ours, a picture")
    add("--clock", choices=readers.CLOCKS, default="wall", help="processor: for a machine that is busy")
    add("--markdown", type=Path, metavar="FILE", help="put the tables into this file")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}, expected 1 or more")
    return number


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    for kind in kinds:
        if kind not in degraded.KINDS:
            raise argparse.ArgumentTypeError(f"{kind!r} is none of {', '.join(degraded.KINDS)}")
    return kinds


if __name__ == "__main__":
    sys.exit(main())
