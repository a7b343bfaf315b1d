"""What each part of our own reader adds and costs: the reader without it, on pictures that zxing-cpp does not read.

    python bench/reader.py                               # 310 pictures of the bench, about ten minutes
    python bench/reader.py --seed 7 --per-kind 4 --kinds blur,curl

Milliseconds are those for which the process has a processor, in the limit too, so neighbours do not disturb.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from types import ModuleType
from typing import Any

import degraded
import numpy as np

from qrcert.reading import alignment, equaliser, finding, fitting, rings, soft, solving, symbols, zxing
from qrcert.reading.grey import Grey, from_bytes_array

PER_KIND = 10
SECONDS = 1.2
"""Time for a picture, as in the cascade."""

Change = tuple[ModuleType, str, Any]
"""A module, a name in it, and what stands there instead."""


def _as_begun(template: Any, picture: Any, start: Any) -> tuple[Any, float]:
    return start, 1.0


def _nothing_known(words: Any, corrected: Any, plan: Any, form: Any) -> Any:
    return np.zeros((plan.side, plan.side), np.int8)


VARIANTS: Mapping[str, tuple[Change, ...]] = {
    "all of it": (),
    "without the equaliser": ((solving, "FIRST_TRAININGS", 0), (solving, "TRAININGS", 0)),
    "trained once": ((solving, "FIRST_TRAININGS", 1), (solving, "TRAININGS", 1)),
    "equaliser of 5 x 5": ((equaliser, "REACH", 2), (equaliser, "WINDOW", 5)),
    "without erasures": ((symbols, "ERASURE_STEP", 99),),
    "without alignment patterns": ((solving, "REACHES", ()),),
    "without bending to decisions": ((solving, "ROUNDS", 0),),
    "solved blocks not fed back": ((symbols, "_modules", _nothing_known),),
    "finder patterns not fitted": ((fitting, "_enhanced", _as_begun),),
    "template without its disc": ((rings, "DISC", 99.0),),
    "without squeezed views": ((finding, "VIEWS", ((1.0, 1.0),)),),
    "tiles of 12 modules": ((alignment, "TILE", 12),),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A picture that zxing-cpp does not read."""

    kind: str
    text: str
    picture: Grey


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """Put other things in place of parts of the reader."""
    before = [(module, name, getattr(module, name)) for module, name, _ in changes]
    for module, name, value in changes:
        setattr(module, name, value)
    rings.template.cache_clear()
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)
        rings.template.cache_clear()


def unread(kinds: Sequence[str] | None, *, per_kind: int, seed: int) -> tuple[list[Task], int]:
    """Return the pictures that zxing-cpp does not read, and how many were drawn."""
    tasks, drawn = [], 0
    for one in degraded.pictures(kinds, per_kind=per_kind, seed=seed):
        drawn += 1
        picture = from_bytes_array(one.grey)
        if not zxing.read(picture).codes:
            tasks.append(Task(one.kind, one.text, picture))
    return tasks, drawn


def measure(name: str, tasks: Sequence[Task]) -> str:
    """Return a line of the table."""
    hits, false, times = [], 0, []
    for task in tasks:
        start = time.process_time()
        found = soft.read(
            task.picture,
            plausible=lambda text: text.startswith("QC1:"),
            seconds=SECONDS,
            clock=time.process_time,
        )
        took = (time.process_time() - start) * 1000
        texts = [code.text for code in found.codes]
        false += sum(text != task.text for text in texts)
        if task.text in texts:
            hits.append(task.kind)
            times.append(took)
    return f"| {name} | {len(hits)} | {false} | {median(times or [0.0]):.0f} | {_by_kind(hits)} |"


def _by_kind(hits: Sequence[str]) -> str:
    return ", ".join(f"{kind} {hits.count(kind)}" for kind in dict.fromkeys(hits))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=degraded.SEED)
    parser.add_argument("--per-kind", type=int, default=PER_KIND)
    parser.add_argument("--kinds", type=lambda names: names.split(","))
    asked = parser.parse_args(arguments)
    tasks, drawn = unread(asked.kinds, per_kind=asked.per_kind, seed=asked.seed)
    print(f"{drawn} pictures, {len(tasks)} of them not read by zxing-cpp\n")
    print("| our reader | read | false | median ms where read | by kind |\n|---|---|---|---|---|")
    for name, changes in VARIANTS.items():
        with changed(changes):
            print(measure(name, tasks), flush=True)


if __name__ == "__main__":
    main()
