"""Issuing at the size of a nation: signing and recording, drawing and reading back, processes, a cluster, memory.

    python bench/issue.py [--quick]

Every ratio compares runs of this one run. A certificate is finished when it was set, its page read back, and both
its own file and its page in the file of all were written: it counts once. With workers the office itself still
checks and writes: its share bounds what any number of them can add, and on two cores it takes its time from
theirs. The peers set comparable contents, one file of all, without guilloche, PDF/A or a look at what they drew.
``--quick`` makes everything five times smaller and leaves the cluster out. A figure that misses its target is
marked, and then the exit status is 1.
"""

from __future__ import annotations

import csv
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
os.environ["RAYON_NUM_THREADS"] = "1"  # a core is a core: typst would take all of them

import pages as peer

import offices
from qrcert import issue
from qrcert.cli.workers import workers
from qrcert.encode import sign_bytes
from qrcert.issue import Office, Plan
from qrcert.register import Recorded
from qrcert.symbol import Symbol
from qrcert.wire import to_text

SUBJECTS = [
    *("Русский язык", "Литература", "Математика", "Информатика", "История", "Обществознание", "География"),
    *("Физика", "Химия", "Биология", "Физическая культура", "Индивидуальный проект", "Экономика", "Право"),
    *("Экология", "Астрономия", "Естествознание", "Россия в мире", "Геометрия", "Вероятность и статистика"),
]
"""Twenty rows, as on an attestat with everything."""

VOLUMES = 20
"""So many that the first volume, for which the office waits, and the last, which it writes alone, weigh little."""

ROUNDS = 3

missed: list[str] = []


def say(what: str, value: float, unit: str, target: float | None = None, *, most: bool = False) -> None:
    """Print a figure, and whether it keeps to its target: at least it, or ``most`` it."""
    line = f"  {what:<66}{value:>10.2f} {unit:<8}"
    if target is not None:
        kept = value <= target if most else value >= target
        line += f" target {'<=' if most else '>='} {target:g}{'' if kept else '   MISSED'}"
        missed.extend([what] * (not kept))
    print(line.rstrip(), flush=True)


def plan_in(folder: Path, certificates: int, *, first: int = 0, office: Office | None = None) -> Plan:
    """Return the plan of a class in an office in ``folder``, checked but for the trial printing."""
    office = office or offices.office_in(folder / "office")
    rows = [
        offices.pupil(place, marks=[[one, "5"] for one in SUBJECTS])
        for place in range(first, first + certificates)
    ]
    plan = offices.plan_of(offices.write_json(folder / "class.json", rows), office, draft=True)
    return replace(plan, trust=office.published_list())


class Runs:
    """How long the same work took with one and with two, in turn: a machine that slows down slows both."""

    def __init__(self) -> None:
        self._taken: dict[int, list[tuple[float, float]]] = {1: [], 2: []}

    @contextmanager
    def timed(self, count: int) -> Iterator[None]:
        """Measure what is done inside with so many processes."""
        start, cpu = time.perf_counter(), time.process_time()
        yield
        self._taken[count].append((time.perf_counter() - start, time.process_time() - cpu))

    def seconds(self, count: int) -> float:
        """Return the median of seconds by the clock."""
        return median(seconds for seconds, _ in self._taken[count])

    def cpu(self, count: int) -> float:
        """Return the median of seconds of this process's CPU."""
        return median(cpu for _, cpu in self._taken[count])

    def ratio(self) -> float:
        """Return the median of how many times as fast two are as one was just before."""
        return median(one / two for (one, _), (two, _) in zip(self._taken[1], self._taken[2], strict=True))


def drawn(plan: Plan, recorded: Recorded, folder: Path, executor: Executor | None) -> None:
    """Draw a class."""
    issue.draw_and_check(
        plan,
        recorded,
        folder=folder,
        template="certificate",
        now=offices.NOW,
        executor=executor,
    )


def signing(folder: Path, certificates: int) -> float:
    """Print what a core signs and records, and what a symbol takes; return the latter, in ms."""
    plan = plan_in(folder, certificates)
    start = time.process_time()
    recorded = offices.sign(plan)
    say(
        "sign and record, one transaction, certificates a second of CPU",
        certificates / (time.process_time() - start),
        "/s",
        2500,
    )
    made = [sign_bytes(plan.certificates(row)[0], key=offices.school.KEY) for row in plan.rows[:200]]
    times: list[float] = []
    for one in made:
        start = time.process_time()
        Symbol(to_text(one)).matrix  # noqa: B018
        times.append((time.process_time() - start) * 1000)
    say("a symbol of version 10, CPU", median(times), "ms", 1.5, most=True)
    assert recorded.added == certificates
    return median(times)


def pages(folder: Path, certificates: int, symbol: float, *, rounds: int) -> None:
    """Print how many certificates a core finishes, the share of a symbol of ``symbol`` ms, and a second core."""
    plan = plan_in(folder, certificates)
    recorded = offices.sign(plan)
    runs = Runs()
    for place in range(rounds):
        for jobs in (1, 2):
            with workers(certificates, jobs=jobs, cluster=None) as drawing:
                if drawing is not None:  # processes start before the clock does
                    list(drawing.map(abs, range(jobs * 4)))
                with runs.timed(jobs):
                    drawn(plan, recorded, folder / f"out-{jobs}-{place}", drawing)
            shutil.rmtree(folder / f"out-{jobs}-{place}")
    cpu = {jobs: 1000 * runs.cpu(jobs) / certificates for jobs in (1, 2)}
    say(f"certificates finished a second of CPU, class of {certificates}", 1000 / cpu[1], "/s", 50)
    say("... CPU of each", cpu[1], "ms")
    say("the share of the symbol in it", symbol / cpu[1], "", 0.25, most=True)
    say("the same by the clock, one process", certificates / runs.seconds(1), "/s")
    say(f"two processes, times as fast as one, median of {rounds}", runs.ratio(), "x", 1.8)
    say("... CPU of the office itself for each, beside them", cpu[2], "ms")
    say("... which at best, with cores enough, is times as fast as one", cpu[1] / cpu[2], "x")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def cluster(folder: Path, count: int) -> Iterator[str]:
    """Run a dask scheduler and so many workers, each a process of its own, on the loopback interface."""
    address = f"tcp://127.0.0.1:{free_port()}"
    log = (folder / "cluster.log").open("ab")
    said = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard"]
    running = [subprocess.Popen([*said, "--port", address.rpartition(":")[2]], stdout=log, stderr=log)]
    said = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-dashboard", "--nthreads", "1"]
    running += [subprocess.Popen([*said, "--no-nanny"], stdout=log, stderr=log) for _ in range(count)]
    try:
        from distributed import Client

        with Client(address, timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)
        yield address
    finally:
        for process in running:
            process.kill()
            process.wait()
        log.close()


def clustered(folder: Path, certificates: int, *, rounds: int) -> None:
    """Print what a second dask worker adds."""
    plan = plan_in(folder, certificates)
    recorded = offices.sign(plan)
    runs = Runs()
    for place in range(rounds):
        for count in (1, 2):
            with (
                cluster(folder, count) as address,
                workers(certificates, jobs=None, cluster=address) as drawing,
            ):
                assert drawing is not None
                drawn(plan, Recorded(recorded.batch, recorded.entries[:2], 0, 0), folder / "warm", drawing)
                with runs.timed(count):
                    drawn(plan, recorded, folder / f"cluster-{count}-{place}", drawing)
            shutil.rmtree(folder / f"cluster-{count}-{place}")
    what = f"two dask workers, times as fast as one, chunks of {issue.VOLUME}, median of {rounds}"
    say(what, runs.ratio(), "x", 1.6)
    say("... CPU of the office itself for each, beside them", 1000 * runs.cpu(2) / certificates, "ms")


def peak() -> float:
    """Return the most memory that this process has had so far, in MB; `resource` begins with that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def memory(folder: Path, classes: int, size: int) -> None:
    """Print what signing and recording one class after the other takes, without pages."""
    office = offices.office_in(folder / "office")
    peaks = []
    for number in range(classes):
        plan = plan_in(folder, size, first=number * size, office=office)
        issue.sign_and_record_all(plan, key=offices.school.KEY, now=offices.NOW)
        peaks.append(peak())
    say(f"peak memory after the first class of {size}, no pages", peaks[0], "MB")
    say(
        f"... after {classes} of them, {classes * size} certificates",
        peaks[-1],
        "MB",
        peaks[0] * 1.2,
        most=True,
    )


def one_list(*sizes: int) -> None:
    """Print what lists of such sizes take, without pages, each in a process of its own."""
    peaks = []
    for certificates in sizes:
        command = [sys.executable, __file__, "list", str(certificates)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        peaks.append(float(done.stdout))
        say(f"peak memory of one list of {certificates}, no pages", peaks[-1], "MB")
    more = 1000 * (peaks[-1] - peaks[0]) / (sizes[-1] - sizes[0])
    say("... more for each certificate", more, "kB", 4, most=True)


def sign_one_list(certificates: int) -> None:
    """Sign and record a list as an office has it, a column for each subject; print the peak of memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "class.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, delimiter=";")
            for place in range(certificates):
                row = offices.pupil(place)
                del row["marks"]
                if place == 0:
                    table.writerow([*row, *SUBJECTS])
                table.writerow([*row.values(), *["345"[place % 3]] * len(SUBJECTS)])
        office = offices.office_in(folder / "office")
        plan = replace(
            offices.plan_of(folder / "class.csv", office, draft=True), trust=office.published_list()
        )
        issue.sign_and_record_all(plan, key=offices.school.KEY, now=offices.NOW)
    print(peak())


def peers(certificates: int) -> None:
    """Print what the same text, table and code take where others set them."""
    for name, act in (("reportlab", peer.reportlab_page), ("WeasyPrint", peer.weasyprint_page)):
        sheets = peer.sheets_of(certificates, 1)
        try:
            act(sheets[:1])
        except ImportError:
            print(f"  {name}: not installed")
            continue
        each = peer.cpu_ms(partial(act, sheets)) / certificates
        say(f"a page by {name}, CPU, no guilloche, nothing read back", each, "ms")


def main(*, quick: bool) -> None:
    start = time.perf_counter()
    share = 5 if quick else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place in ("signing", "pages", "cluster", "memory"):
            (folder / place).mkdir()
        memory(folder / "memory", 100 // share, 1000 // share)  # first: a peak is that of all before it
        one_list(1000 // share, 100_000 // share)
        symbol = signing(folder / "signing", 5000 // share)
        pages(folder / "pages", VOLUMES // share * issue.VOLUME, symbol, rounds=1 if quick else ROUNDS)
        peers(50 // share)
        if not quick:
            clustered(folder / "cluster", VOLUMES * issue.VOLUME, rounds=ROUNDS)
    print(f"{time.perf_counter() - start:.0f} s in all")
    sys.exit(bool(missed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["list"]:
        sign_one_list(int(sys.argv[2]))
    else:
        main(quick="--quick" in sys.argv)
