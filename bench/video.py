"""Two-second clips that single frames give away only now and then: zxing-cpp on each frame, and ours as a film.

    python bench/video.py                                # 120 clips of six kinds; half an hour
    python bench/video.py --kinds shaky,far --per-kind 5 --seed 7
    python bench/video.py --markdown docs/reading.md     # also puts the table there

zxing-cpp is shown all 60 frames of a clip, whatever it read before: that gives the share of single frames, and
whether it read the clip at all. Ours goes through the clip as `qrcert scan` does, with a budget a frame, until it
reads it. Time to the first reading counts frames at 30 a second. A text that differs from the one drawn is a
false read and makes the exit status 1.

Times and limits are those of the processor: what else runs here then counts little.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import cv2
from clips import FRAMES, KINDS, RATE, Clip, clips
from readers import time_by
from scan_tables import insert

from qrcert.reading import zxing
from qrcert.reading.grey import from_bytes_array
from qrcert.reading.looking import FRAME_SECONDS, Eye

SEED = 1
PER_KIND = 20
TARGET = 0.98


@dataclass(frozen=True, slots=True)
class Result:
    """What one clip gave.

    ``singles``: frames that zxing-cpp reads; ``first``: number of the frame at which ours read the clip, from 0,
    or None; ``seconds``: time of each look of ours; ``false``: texts read that are not the clip's.
    """

    kind: str
    singles: int
    first: int | None
    seconds: tuple[float, ...]
    false: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and return its exit status."""
    asked = _parser().parse_args(arguments)
    drawn = list(clips(asked.kinds, per_kind=asked.per_kind, seed=asked.seed))
    results = list(_results(drawn, budget=asked.budget / 1000, jobs=asked.jobs))
    lines = list(_table(results, asked.seed, asked.budget))
    print("\n".join(lines))
    if asked.markdown is not None:
        insert(asked.markdown, "\n".join(lines), name="video")
    false = [text for result in results for text in result.false]
    for text in false:
        print(f"false read: {text!r}", file=sys.stderr)
    return 1 if false else 0


def _results(drawn: Sequence[Clip], *, budget: float, jobs: int) -> Iterator[Result]:
    """Yield the results in order; each process uses one thread, so that times can be compared."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_alone) as pool:
        for done, result in enumerate(pool.map(partial(watch, budget=budget), drawn), 1):
            print(f"\r{done} of {len(drawn)}", end="", file=sys.stderr, flush=True)
            yield result
    print(file=sys.stderr)


def _alone() -> None:
    cv2.setNumThreads(1)
    time_by("processor")


def watch(clip: Clip, *, budget: float) -> Result:
    """Show a clip to zxing-cpp, every frame, and to ours, until it is read."""
    eye, singles, first = Eye(_ours, budget=budget, clock=time.thread_time), 0, None
    seconds: list[float] = []
    texts: set[str] = set()
    for number, frame in enumerate(clip.frames()):
        single = {code.text for code in zxing.read(from_bytes_array(frame)).codes}
        singles += clip.text in single
        if first is None:
            begun = time.thread_time()
            seen = {code.text for code in eye.look(frame).codes}
            seconds.append(time.thread_time() - begun)
            first = number if clip.text in seen else None
            texts |= seen
        texts |= single
    return Result(clip.kind, singles, first, tuple(seconds), tuple(sorted(texts - {clip.text})))


def _ours(text: str) -> bool:
    return text.startswith("QC1:")


def _table(results: Sequence[Result], seed: int, budget: float) -> Iterator[str]:
    yield f"{len(results)} clips of {FRAMES} frames at {RATE} a second, seed {seed}, budget {budget:g} ms a frame"
    yield ""
    yield (
        "| kind | clips | single frames, zxing-cpp | clips, zxing-cpp on each frame | clips, ours | first read, "
        "median | 9 in 10 by | ms a frame | longest look, ms |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for kind in dict.fromkeys(result.kind for result in results):
        yield _row(kind, [result for result in results if result.kind == kind])
    yield _row("**all**", results)


def _row(name: str, results: Sequence[Result]) -> str:
    count = len(results)
    firsts = sorted((result.first + 1) / RATE for result in results if result.first is not None)
    looks = [seconds for result in results for seconds in result.seconds]
    cells = (
        name,
        str(count),
        _share(sum(result.singles for result in results), count * FRAMES),
        _share(sum(result.singles > 0 for result in results), count),
        _share(len(firsts), count),
        f"{median(firsts):.2f} s" if firsts else "-",
        f"{firsts[int(0.9 * len(firsts))]:.2f} s" if firsts else "-",
        f"{1000 * sum(looks) / len(looks):.0f}",
        f"{1000 * max(looks):.0f}",
    )
    return f"| {' | '.join(cells)} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def _kinds(text: str) -> Iterable[str]:
    names = text.split(",")
    if unknown := set(names) - set(KINDS):
        raise argparse.ArgumentTypeError(
            f"no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}"
        )
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Clips of a hand that holds a certificate before a webcam.")
    add = parser.add_argument
    add("--seed", type=int, default=SEED)
    add("--per-kind", type=int, default=PER_KIND, metavar="N", help="clips of each kind")
    add("--kinds", type=_kinds, default=list(KINDS), help="only these, with commas between them")
    add("--budget", type=float, default=FRAME_SECONDS * 1000, metavar="MS", help="time a frame, on average")
    add("--jobs", type=int, default=2, metavar="N", help="processes")
    add("--markdown", type=Path, metavar="FILE", help="put the table into this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
