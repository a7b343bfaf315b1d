"""What starting costs over a bare Python: whole processes, turn and turn about.

    python bench/startup.py [RUNS]

The last row is a first verdict with no list: what the library itself loads.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

FIRST_VERDICT = (
    "import qrcert; from datetime import datetime; "
    "qrcert.verify('QC1:', trust=[], now=datetime(2026, 6, 25)); qrcert.TrustList"
)
ROWS = {
    "python -c pass": (["-c", "pass"], None),
    "import qrcert": (["-c", "import qrcert"], 60),
    "qrcert --help": (["-m", "qrcert", "--help"], 120),
    "import qrcert, a first verify": (["-c", FIRST_VERDICT], None),
}


def main(runs: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in ROWS}
    for _ in range(runs + 1):  # the first round warms the disk and is dropped
        for name, (arguments, _) in ROWS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            times[name].append(time.perf_counter() - start)
    bare = median(times["python -c pass"][1:])
    print(f"whole processes, medians of {runs} interleaved runs; bare Python {bare * 1000:.0f} ms")
    for name, (_, target) in ROWS.items():
        more = median(times[name][1:]) - bare
        said = f"   target <= {target} ms" if target else ""
        print(f"{name:<32} {more * 1000:>6.0f} ms more, {(more + bare) / bare:>5.2f} x{said}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
