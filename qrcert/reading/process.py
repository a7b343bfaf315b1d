"""A helper process for work that may crash, hang or eat memory: it answers questions one by one, or is killed.

A question and an answer are each a small JSON object with bytes behind it. The helper is this Python started
anew (not forked, not ``multiprocessing``: that would import the caller's main module again), with our own
``sys.path``, on the first question; it is used again for the next, and ends with us.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import IO, Any, NamedTuple

MAX_ANSWER = 1 << 27
"""Bytes of an answer: more than a page of ``MAX_PIXELS``; a helper that was taken over cannot fill our memory."""

_FRAME = struct.Struct(">II")
_BOOT = """
import importlib, json, sys
sys.path[:] = json.loads(sys.argv[1])
importlib.import_module(sys.argv[2]).main()
"""


class Message(NamedTuple):
    """A question or an answer: JSON facts, then bytes."""

    facts: Mapping[str, Any]
    payload: bytes = b""


class HelperLost(Exception):
    """The helper was killed because it took too long (``late``), or it died, or it could not be started."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


class Helper:
    """One helper process that runs ``main()`` of a module; safe for threads, which take turns, and after a fork."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        _helpers.add(self)

    def ask(self, facts: Mapping[str, Any], payload: bytes = b"", *, seconds: float) -> Message:
        """Return the helper's answer.

        ``seconds`` include starting it. Raises HelperLost; the next question then starts a new helper.
        """
        self._leave_to_parent()
        with self._lock:
            process = self._started()
            late = threading.Event()
            timer = threading.Timer(seconds, _stop, (process, late))
            timer.daemon = True
            timer.start()
            answered = False
            try:
                answer = _exchange(process, Message(facts, payload))
                answered = True
            except (OSError, EOFError, ValueError) as error:
                raise HelperLost(f"the process {self._module} ended", late=late.is_set()) from error
            finally:
                timer.cancel()
                timer.join()
                if late.is_set() or not answered:
                    self._end()
            return answer

    def close(self) -> None:
        """End the process, if there is one; a later question starts another."""
        self._leave_to_parent()
        with self._lock:
            self._end()

    def _leave_to_parent(self) -> None:
        """After a fork the process is our parent's, and the lock may be held by a thread that is not here."""
        if self._owner == os.getpid():
            return
        if self._process is not None:
            self._process.returncode = 0  # keeps Popen from waiting for a process that is not ours
        self._process, self._lock, self._owner = None, threading.Lock(), os.getpid()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = _start(self._module)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


_helpers: weakref.WeakSet[Helper] = weakref.WeakSet()


@atexit.register
def close_all() -> None:
    """End every helper process of this process."""
    for helper in list(_helpers):
        helper.close()


def _start(module: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), module]
    try:
        return subprocess.Popen(  # noqa: S603 (our own interpreter and our own module)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError) as error:
        raise HelperLost(f"{sys.executable!r} cannot be started: {error}") from error


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _exchange(process: subprocess.Popen[bytes], question: Message) -> Message:
    if process.stdin is None or process.stdout is None:
        raise EOFError("no pipes to the process")
    write(process.stdin, question)
    answer = read(process.stdout, at_most=MAX_ANSWER)
    if answer is None:
        raise EOFError("the process closed its pipe")
    return answer


def write(stream: IO[bytes], message: Message) -> None:
    """Write one message to a pipe."""
    head = json.dumps(dict(message.facts)).encode()
    stream.write(_FRAME.pack(len(head), len(message.payload)) + head)
    stream.write(message.payload)
    stream.flush()


def read(stream: IO[bytes], *, at_most: int | None = None) -> Message | None:
    """Return the next message of a pipe, or None at its end; raises EOFError or ValueError for half a message."""
    frame = stream.read(_FRAME.size)
    if not frame:
        return None
    head, size = _FRAME.unpack(_exactly(frame, _FRAME.size))
    if at_most is not None and head + size > at_most:
        raise ValueError(f"an answer of {head + size} bytes, at most {at_most}")
    facts = json.loads(_exactly(stream.read(head), head))
    return Message(facts, _exactly(stream.read(size), size))


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise EOFError(f"{len(data)} bytes of {size}")
    return data


def serve(answer: Callable[[Message], Message]) -> None:
    """Answer questions from standard input until it ends: what a helper's ``main()`` calls.

    Whatever a library prints goes nowhere, and the terminal's interrupt is left to the process that asks.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    questions = sys.stdin.buffer
    while (question := read(questions)) is not None:
        write(replies, answer(question))
