"""The register at the size of a region's year, on both databases side by side.

    python bench/register.py [--quick]

Attestats with 16 marks are signed and recorded, 100 000 of them on SQLite and on a PostgreSQL of its own, each in a
process of its own so that its peak memory is its own. CPU figures are those of that process; a server works beside
it on the other core. ``--quick`` makes everything ten times smaller. A figure that misses its target is marked, and
then the exit status is 1.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import postgres
import school
from qrcert import cbor, cose
from qrcert.encode import Certificate, make_payload
from qrcert.form import Form
from qrcert.register import NewBatch, NewEntry, Query, Register

LARGE = 100_000
SMALL = 1_000
PACKED = 200
LOOKUPS = 1_000
DAY = date(2026, 6, 25)
NOW = datetime(2026, 6, 25, 9, 30, tzinfo=UTC)
SUBJECTS = (
    "Русский язык", "Литература", "Иностранный язык (английский)", "Алгебра и начала математического анализа",
    "Геометрия", "Вероятность и статистика", "Информатика", "История", "Обществознание", "География", "Физика",
    "Химия", "Биология", "Физическая культура", "Основы безопасности и защиты Родины", "Индивидуальный проект",
)  # fmt: skip
NAMES = ("Константинопольская", "Ёлкина", "Гасанова", "Салтыкова-Щедрина", "Ан")

missed: list[str] = []


def certificates(form: Form, count: int) -> Iterator[Certificate]:
    """Yield attestats, each different."""
    chance = random.Random(5)
    for number in range(count):
        values = {
            "family": NAMES[number % len(NAMES)],
            "given": "Александра",
            "patronymic": "Владимировна",
            "born": "2008-05-17",
            "finished": 2026,
            "marks": [[subject, chance.choice("345")] for subject in SUBJECTS],
        }
        yield Certificate(form, f"{number:014}", DAY, values)


class Issuer:
    """Gives signed attestats to the register; ``packing`` is the seconds of CPU that one takes to be packed."""

    def __init__(self) -> None:
        self.form = school.form()
        start = time.process_time()
        packed = [make_payload(one) for one in certificates(self.form, PACKED)]
        self.packing = (time.process_time() - start) / PACKED
        self._maps = [cbor.decode(payload) for payload in packed]
        self._protected = cose.protected_header(school.KEY.alg, school.KEY.kid)

    def entries(self, count: int) -> Iterator[NewEntry]:
        """Yield attestats with packed contents and numbers of their own, each signed when it is asked for."""
        for number in range(count):
            payload = cbor.encode(self._maps[number % PACKED] | {-2: number})
            yield NewEntry(
                number=f"{number:014}",
                issued=DAY,
                payload=payload,
                signed=self._sign(payload),
                kid=school.KEY.kid,
                holder=f"{NAMES[number % len(NAMES)]} Александра Владимировна",
                position=number + 1,
                office={"sex": "ж", "order": "№ 14 от 24.06.2026", "snils": "112-233-445 95"},
                printed={"school": "School No. 7", "place": "Moscow", "head": "Ю. Э. Цыганков"},
            )

    def _sign(self, payload: bytes) -> bytes:
        signature = school.KEY.sign(cose.sign1_input(self._protected, payload, aad=cose.CERTIFICATE_AAD))
        return cose.write_sign1(self._protected, payload, signature)


# -------------------------------------------------------------------- what runs in processes of its own


def work(place: str, count: int) -> dict[str, Any]:
    """Sign and record ``count`` attestats as one batch, then look things up; return all figures."""
    issuer = Issuer()
    form = issuer.form
    batch = NewBatch(form.hash, form.id, DAY, "region.csv", bytes(32))
    with Register.open(place, create=True) as register:
        list(issuer.entries(50))  # everything is loaded
        start, cpu = time.perf_counter(), time.process_time()
        done = register.record_all(batch, issuer.entries(count), now=NOW)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        figures: dict[str, Any] = {
            "cpu": count / cpu,
            "all": 1 / (cpu / count + issuer.packing),
            "wall": count / wall,
            "memory": peak(),
        }
        assert done.added == count
        chance = random.Random(7)
        numbers = [f"{chance.randrange(count):014}" for _ in range(LOOKUPS)]
        found = register.search(number=numbers[0])[0]
        figures |= {
            "lookup": timed(numbers, lambda number: register.lookup(form.hash, 0, number)),
            "number": timed(numbers, lambda number: register.search(number=number)),
            "digest": timed(numbers, lambda number: register.search(digest=found.digest)),
            "history": timed(numbers[:50], lambda number: register.history(found)),
            "name": timed(
                numbers[:10], lambda number: register.search(holder="Константинопольская", limit=20)
            ),
        }
        start = time.perf_counter()
        assert sum(1 for _ in register.walk(Query())) == count
        figures["walk"] = count / (time.perf_counter() - start)
        start = time.perf_counter()
        assert register.audit_check().faults == ()
        figures["audit"] = count / (time.perf_counter() - start)
    return figures


def peak() -> float:
    """Return the most memory that this process has had so far, in MB; `resource` begins with that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def timed(numbers: list[str], ask: Callable[[str], object]) -> float:
    """Return the median of milliseconds that a question takes."""
    taken = []
    for number in numbers:
        start = time.perf_counter()
        assert ask(number)
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


def in_process(*arguments: object) -> dict[str, Any]:
    """Run this file with ``arguments`` in another process, and return what it found."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


# -------------------------------------------------------------------- the figures side by side


def row(
    what: str, name: str, runs: list[dict[str, Any]], *, unit: str, least: float = 0, most: float = 0
) -> None:
    """Print a figure of every run, and whether each keeps to its target."""
    values = [float(one[name]) for one in runs]
    target = f"  target >= {least:g}" if least else f"  target <= {most:g}" if most else ""
    bad = any((least and value < least) or (most and value > most) for value in values)
    missed.extend([what] * bad)
    shown = "".join(f"{value:>12,.0f}" if value >= 100 else f"{value:>12.2f}" for value in values)
    print(f"  {what:<44}{shown}  {unit}{target}{'   MISSED' if bad else ''}", flush=True)


def main(large: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = [lambda: str(Path(folder) / f"{time.monotonic_ns()}.db"), lambda: postgres.server().fresh()]
        small = [in_process("work", place(), SMALL) for place in places]
        runs = [in_process("work", place(), large) for place in places]
    for one, before in zip(runs, small, strict=True):
        one["growth"] = one["memory"] - before["memory"]
        one["pace"] = one["wall"] / before["wall"]
    print(f"{large:,} attestats in one batch{'':<16}{'SQLite':>12}{'PostgreSQL':>12}")
    row("sign and record, CPU of the office", "cpu", runs, unit="/s a core", least=2500)
    row("  with the packing of fields before it", "all", runs, unit="/s a core")
    row("sign and record, by the clock", "wall", runs, unit="/s")
    row(f"  times the pace of {SMALL:,}", "pace", runs, unit="x", least=0.5)
    row("look up a number of a form", "lookup", runs, unit="ms", most=1)
    row("search a number", "number", runs, unit="ms", most=1)
    row("search a digest", "digest", runs, unit="ms", most=1)
    row("history of a certificate", "history", runs, unit="ms")
    row("search a name, first 20", "name", runs, unit="ms")
    row("read all", "walk", runs, unit="/s")
    row("audit", "audit", runs, unit="/s")
    row("peak memory", "memory", runs, unit="MB")
    row(f"  more than with {SMALL:,} certificates", "growth", runs, unit="MB", most=30)
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        print(json.dumps(work(sys.argv[2], int(sys.argv[3]))))
    else:
        main(LARGE // 10 if "--quick" in sys.argv else LARGE)
