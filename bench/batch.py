"""A desk's pile: 1 000 PDFs of ours, checked by one process and by two, turn and turn about.

    python bench/batch.py [COUNT] [ROUNDS]

Prints files a second for each, and how much two processes are faster than one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import papers
import school
from qrcert.cli.desk import pool, work
from qrcert.scan import SECONDS

TARGET = 1.7
NAMES = ("ru.attestat.11", "participation", "gb.gcse", "ib.diploma")


def main(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = pile(folder, count)
        trust = folder / "list.qct"
        trust.write_bytes(school.publish_bytes(school.contents()))
        noon = datetime.combine(school.NOW, datetime.min.time()).astimezone()
        terms = work.Terms((trust,), folder / "home", noon, None, None, SECONDS, "en")
        seconds: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(rounds):
            for jobs, found in seconds.items():
                found.append(run(files, terms, jobs))
    one, two = median(seconds[1]), median(seconds[2])
    print(f"{count} PDFs, {rounds} rounds, medians; processes start within the time")
    print(f"  1 process   {one:6.1f} s  {count / one:6.1f} files/s")
    print(f"  2 processes {two:6.1f} s  {count / two:6.1f} files/s")
    print(f"  scaling {one / two:.2f}, target >= {TARGET}")


def pile(folder: Path, count: int) -> list[str]:
    """Write ``count`` certificates as PDFs, each with a number of its own where that is easy to have."""
    files = []
    for at in range(count):
        name = NAMES[at % len(NAMES)]
        number = f"{at:014d}" if name == school.ATTESTAT else f"2026-{at:05d}"
        certificate = school.certificate(name, number=number)
        text = papers.sign_certificate(certificate, key=school.KEY)
        path = folder / f"{at:05d}.pdf"
        path.write_bytes(papers.pdf(papers.sheet_of(certificate, text)))
        files.append(str(path))
    return files


def run(files: list[str], terms: work.Terms, jobs: int) -> float:
    """Return the seconds in which all files are checked by ``jobs`` processes other than this one."""
    tasks = [work.Task(file, in_folder=True) for file in files]
    begun = time.perf_counter()
    for outcome in pool.over_processes(tasks, jobs=jobs, terms=terms, sealed=True):
        assert [one.status for one in outcome.answers] == [0], outcome
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["1000"])[0]), int((sys.argv[2:] or ["3"])[0]))
