"""A bench at which processes are lost: files whose names say so make it die or hang."""

from __future__ import annotations

import os
import time

from qrcert.cli.desk.work import Bench, Outcome, Task


class BadBench(Bench):
    """Dies or hangs where a file's name says so."""

    def check(self, task: Task, *, sealed: bool = False) -> Outcome:
        if "dies" in str(task.path):
            os._exit(9)
        if "hangs" in str(task.path):
            time.sleep(600)
        return super().check(task, sealed=sealed)
