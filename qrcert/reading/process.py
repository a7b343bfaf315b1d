"""A helper process for work that may crash, hang or eat memory: it answers questions one by one, or is killed.

A question and an answer are each a small JSON object with bytes behind it. Before it answers, the helper may ask
back, for what only the asker knows. The helper is this Python started anew (not forked, not ``multiprocessing``:
that would import the caller's main module again), with our own ``sys.path``, on the first question; it is used
again for the next, and ends with us. It is killed together with the processes that it started itself.
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

ALARM = 3.0
"""Seconds after its time when a helper ends by itself, should its asker be gone and it hang in foreign code."""

BACK = "back"
"""The fact that tells a question of the helper from its answer."""

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

    def ask(
        self,
        facts: Mapping[str, Any],
        payload: bytes = b"",
        *,
        seconds: float,
        back: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    ) -> Message:
        """Return the helper's answer; ``back`` answers what it asks back meanwhile.

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
                question = Message({**facts, "seconds": seconds}, payload)
                answer = _exchange(process, question, back)
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
        _kill(process)
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
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise HelperLost(f"{sys.executable!r} cannot be started: {error}") from error


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a helper and, where the system knows groups of processes, what it started."""
    if process.returncode is None and hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _exchange(
    process: subprocess.Popen[bytes],
    question: Message,
    back: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None,
) -> Message:
    if process.stdin is None or process.stdout is None:
        raise EOFError("no pipes to the process")
    write(process.stdin, question)
    while (answer := read(process.stdout, at_most=MAX_ANSWER)) is not None:
        if BACK not in answer.facts or back is None:
            return answer
        write(process.stdin, Message(back(answer.facts)))
    raise EOFError("the process closed its pipe")


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


class Served:
    """The helper's side: its questions come in here, its answers and what it asks back go out."""

    def __init__(self) -> None:
        self._questions = sys.stdin.buffer
        self._replies = os.fdopen(os.dup(1), "wb")

    def answer_all(self, answer: Callable[[Message], Message]) -> None:
        """Answer until standard input ends."""
        while (question := read(self._questions)) is not None:
            _alarm(question.facts.get("seconds", 0))
            write(self._replies, answer(question))
            _alarm(0)

    def ask_back(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the asker says to ``facts``; to be called while a question is being answered."""
        write(self._replies, Message({**facts, BACK: True}))
        reply = read(self._questions)
        if reply is None:
            raise SystemExit  # nobody waits for the answer any more
        return reply.facts


def _alarm(seconds: float) -> None:
    """End this process some time after ``seconds``, wherever it then is; 0: not at all."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + ALARM if seconds else 0)


def serve(answer: Callable[[Message], Message], *, served: Served | None = None) -> None:
    """Answer questions from standard input until it ends: what a helper's ``main()`` calls.

    Whatever a library prints goes nowhere, and the terminal's interrupt is left to the process that asks.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    served = served or Served()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    served.answer_all(answer)
