"""Another program that issues a class in an office of the tests, and may be killed while it does.

python issuer_process.py OFFICE CLASS OUT [killed after: record | page | never]
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import offices
import school
from qrcert import issue


def die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def main(folder: str, source: str, out: str, killed_after: str) -> None:
    office = issue.open_office(Path(folder))
    plan = offices.plan_of(Path(source), office)
    recorded = offices.sign(plan)
    if killed_after == "record":
        die()

    def after_a_page(step: str, done: int, total: int) -> None:
        if killed_after == "page" and done == 1:
            die()

    issue.draw_and_check(
        plan,
        recorded,
        folder=Path(out),
        template="certificate",
        now=offices.NOW,
        progress=after_a_page,
    )
    assert school.KEY.alg == office.key.alg


if __name__ == "__main__":
    main(*sys.argv[1:])
