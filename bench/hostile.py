"""At least 2 000 hostile files through the desk's check of a file: no file over 5 s or 1 GB, no foreign exception.

    python bench/hostile.py [COUNT] [SEED]

Files are made, not stored: bombs and absurdities of every format by hand, and mutations of good files. They are
checked one by one by a process of their own, which is watched from outside: the memory of it and of all processes
that it starts, summed up, is looked at every few milliseconds. Prints a line a class, the slowest files and those
that took most memory; the exit status is 1 where one took too much, or where anything but an answer came out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import hostile_files

import school

MAX_SECONDS = 5.0
MAX_MEMORY = 1_000_000_000
SHOWN = 8
LOOK_EVERY = 0.01
HANGS = 30.0

WORKER = """
import json, sys
from datetime import datetime
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import school
from qrcert import checking
from qrcert.errors import QrcertError
asked = checking.Request((school.trust(),), datetime.fromisoformat(sys.argv[2]))
print("ready", flush=True)
for line in sys.stdin:
    path = Path(line.rstrip("\\n"))
    try:
        found = checking.check_file(path, asked)
        said = sorted({one.how or one.verdict.code for one in found})
        faults = [one.fault for one in found if one.fault]
    except QrcertError as error:
        said, faults = [type(error).__name__], [str(error)]
    except BaseException as error:
        said, faults = ["FOREIGN " + type(error).__name__], [str(error)[:200]]
    print(json.dumps([said, faults[:1]]), flush=True)
"""


@dataclass(frozen=True)
class Result:
    """What one file took, and what was said of it."""

    kind: str
    name: str
    size: int
    seconds: float
    memory: int
    said: list[str]
    fault: str


class Worker:
    """The process that checks, and the watch over what it and its children take."""

    def __init__(self) -> None:
        noon = datetime.combine(school.NOW, datetime.min.time()).astimezone()
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER, json.dumps(sys.path), noon.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def check(self, kind: str, path: Path) -> Result:
        """Let one file be checked; a process that hangs or dies is told as such."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        most, stop = [0], threading.Event()
        watch = threading.Thread(target=self._watch, args=(most, stop), daemon=True)
        watch.start()
        begun = time.perf_counter()
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        took = time.perf_counter() - begun
        stop.set()
        watch.join()
        said, faults = json.loads(line) if line else (["LOST"], [])
        fault = faults[0] if faults else ""
        return Result(kind, path.name, path.stat().st_size, took, most[0], said, fault)

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _watch(self, most: list[int], stop: threading.Event) -> None:
        begun = time.monotonic()
        while not stop.wait(LOOK_EVERY):
            most[0] = max(most[0], sum(resident(pid) for pid in family(self._process.pid)))
            if time.monotonic() - begun > HANGS:
                self._process.kill()


def family(pid: int) -> Iterator[int]:
    """Yield a process and those it has started, as far as they are its children's children."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds; what several share counts for each."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def main(count: int, seed: int) -> None:
    results: list[Result] = []
    worker = Worker()
    with tempfile.TemporaryDirectory() as name:
        for place, (kind, label, data) in enumerate(hostile_files.files(count, seed)):
            path = Path(name, f"{place:05d}-{label}")
            path.write_bytes(data)
            results.append(worker.check(kind, path))
            path.unlink()
            if not worker.alive:
                worker = Worker()
            if place % 100 == 99 and sys.stderr.isatty():
                print(f"{place + 1} files", file=sys.stderr)
    worker.close()
    sys.exit(0 if told(results) else 1)


def others() -> float:
    """Return how much else went on: seconds are real time, and count what others take."""
    return max(os.getloadavg()[2] - 1, 0)


def told(results: list[Result]) -> bool:
    """Print the tables and return whether every file kept the bounds."""
    print(f"{len(results)} hostile files; bounds {MAX_SECONDS:g} s and {MAX_MEMORY / 1e6:.0f} MB a file")
    print(f"busy processes beside this one in the last 15 minutes, on {os.cpu_count()} cores: {others():.1f}")
    print(f"{'class':<30} {'files':>5} {'longest s':>9} {'most MB':>8}  answers")
    for kind in dict.fromkeys(one.kind for one in results):
        some = [one for one in results if one.kind == kind]
        said = Counter(word for one in some for word in one.said)
        words = ", ".join(f"{word} {number}" for word, number in said.most_common(5))
        slowest, largest = max(one.seconds for one in some), max(one.memory for one in some)
        print(f"{kind:<30} {len(some):>5} {slowest:>9.2f} {largest / 1e6:>8.0f}  {words}")
    for title, key in (("slowest", lambda one: one.seconds), ("most memory", lambda one: one.memory)):
        print(f"\n{title}")
        for one in sorted(results, key=key, reverse=True)[:SHOWN]:
            figures = f"{one.seconds:6.2f} s {one.memory / 1e6:6.0f} MB {one.size:>10} bytes"
            print(f"  {figures}  {one.kind}: {one.name}  {one.fault[:60]}")
    bad = [
        one
        for one in results
        if one.seconds > MAX_SECONDS
        or one.memory > MAX_MEMORY
        or any(word.startswith(("FOREIGN", "LOST")) for word in one.said)
    ]
    print(f"\nbeyond the bounds or without an answer: {len(bad)}")
    for one in bad:
        figures = f"{one.seconds:6.2f} s {one.memory / 1e6:6.0f} MB"
        print(f"  {figures}  {one.kind}: {one.name} {one.said} {one.fault[:100]}")
    return not bad


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["2200"])[0]), int((sys.argv[2:] or ["1"])[0]))
