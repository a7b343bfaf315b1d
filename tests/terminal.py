"""One command line in this process, as a terminal would see it: exit status, standard output, standard error."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from qrcert.cli import main

# What the system would say of language and encoding; tests say it themselves.
_SPOKEN = ("LC_ALL", "LC_MESSAGES", "LANG", "PYTHONIOENCODING", "QRCERT_TRACEBACK")


@dataclass(frozen=True)
class Run:
    """What a command line did: ``out`` and ``err`` as text, ``raw`` standard output as bytes."""

    status: int
    out: str
    err: str
    raw: bytes

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


class _Stream(io.TextIOWrapper):
    """A stream with an answer to whether somebody sits there."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


def run(*arguments: object, stdin: bytes = b"", terminal: bool = False, faults: bool = False) -> Run:
    """Run ``qrcert ARGUMENTS``; ``terminal``: somebody sees standard error and types ``stdin``.

    What the program calls a fault of its own fails the test, unless ``faults`` are what it is about.
    """
    typed, out, err = (
        _Stream(io.BytesIO(data), encoding="utf-8", newline="\n") for data in (stdin, b"", b"")
    )
    typed.terminal = err.terminal = terminal
    with _streams(typed, out, err), _environment({"LANG": "C.UTF-8"}):
        try:
            main([str(one) for one in arguments])
        except SystemExit as left:
            status = left.code
    for stream in (out, err):
        stream.flush()
    raw, said = out.buffer, err.buffer
    assert isinstance(raw, io.BytesIO)
    assert isinstance(said, io.BytesIO)
    assert isinstance(status, int)
    done = Run(
        status, raw.getvalue().decode(out.encoding), said.getvalue().decode(err.encoding), raw.getvalue()
    )
    assert "Traceback" not in done.err
    assert faults or "QRCERT_TRACEBACK" not in done.err, done.err
    return done


@contextlib.contextmanager
def _streams(*streams: io.TextIOWrapper) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


@contextlib.contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in _SPOKEN:
        os.environ.pop(name, None)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def process(
    *arguments: object, stdin: bytes = b"", stdout: int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m qrcert ARGUMENTS`` for real; the environment says ``LANG=C.UTF-8`` and what is given."""
    spoken = {name: value for name, value in os.environ.items() if name not in _SPOKEN}
    return subprocess.run(
        [sys.executable, "-m", "qrcert", *map(str, arguments)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
        env=spoken | {"LANG": "C.UTF-8"} | environment,
    )
