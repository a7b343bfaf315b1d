"""Another program that issues a class in an office of the tests, and may be killed while it does.

python issuer_process.py OFFICE CLASS OUT [record | page | recorded]
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import offices
from qrcert import issue


def die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def main(folder: str, source: str, out: str, until: str) -> None:
    office = issue.open_office(Path(folder))
    plan = offices.plan_of(Path(source), office)
    recorded = offices.sign(plan)
    if until == "record":
        die()
    if until == "recorded":
        return

    def after_a_file(step: str, done: int, total: int) -> None:
        if any(Path(out).glob("*.pdf")):
            die()

    issue.draw_and_check(
        plan,
        recorded,
        folder=Path(out),
        template="certificate",
        now=offices.NOW,
        progress=after_a_file,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
