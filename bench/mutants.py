"""Mutation testing of whatever decides a verdict: the mutants of cosmic-ray that no test notices.

    pip install cosmic-ray
    python bench/mutants.py [MODULE] ... [--jobs 1]

MODULE is a key of `TESTS`, for example ``trust/roots``; without one all of them are tried. Each mutant lives in a
fork of this process, where one module is compiled from its altered source; no file is touched. Survivors that
`docs/mutation-testing.md` lists are counted, others are printed and make the exit status 1.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import inspect
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

from _pytest.config import default_plugins
from mutating import REPOSITORY, Altered, Mutant, mutants, original

ARGUMENTS = REPOSITORY / "docs" / "mutation-testing.md"

PATIENCE = 2
"""Times the processor time of the original, and a second: a mutant that takes longer counts as killed."""

STUCK = 300
"""Seconds by the clock after which a mutant that waits for something counts as killed."""

MEMORY = 4 << 30
"""Bytes; numbers replaced by huge powers end here."""

VECTORS = ("verdicts", "lists")
LISTS = ("lists", "test_trust_bodies", "test_trust_list", "test_trust_messages", "test_trust_labels")
TESTS = {
    "cose": ("verdicts", "test_cose_keys", "test_cose", "lists", "test_trust_messages", "test_decode"),
    "decode": (*VECTORS, "test_decode", "test_trust_seasons"),
    "trust/messages": ("lists", "test_trust_messages", "test_trust_list", "test_trust_labels"),
    "trust/roots": ("lists", "test_trust_messages", "test_trust_list", "test_trust_labels"),
    "trust/succession": ("test_trust_succession", "imports", "test_trust_list"),
    "trust/seasons": (*VECTORS, "test_trust_seasons", "test_trust_bodies", "test_trust_requests"),
    "trust/merkle": ("lists", "test_trust_seasons"),
    "trust/entries": (
        *VECTORS,
        "test_trust_seasons",
        "test_trust_list",
        "imports",
        "test_trust_labels",
        "test_decode",
    ),
    "trust/verified": (*VECTORS, "test_trust_seasons", "test_trust_list", "imports", "test_trust_labels"),
    "trust/lists": (*VECTORS, "test_trust_list", "test_trust_bodies", "imports", "test_trust_labels"),
    "trust/names": ("verdicts", "test_trust_requests"),
    "trust/forms": (*VECTORS, "test_trust_list", "test_trust_labels"),
    "trust/body": (*LISTS, "verdicts", "imports"),
    "trust/layout": ("test_trust_layout", *LISTS, "test_trust_requests"),
    "trust/delta": ("test_trust_delta",),
    "trust/requests": ("test_trust_requests",),
}
"""The modules that decide, and what may kill their mutants, likely killers first: tests, and vectors.

``verdicts``, ``lists`` and ``imports`` are the vectors of the specification, run without the machinery of pytest.
"""

MODULES = {"verdicts": "test_vectors", "lists": "test_vectors", "imports": "test_trust_scenarios"}
"""Where the vectors are run."""

ABOVE = ("decode",)
"""What reads no lists, so that the lists of the vectors need not be read again for each mutant."""

SLOW = "not mutat and not random and not hostile"
"""Left out: what costs seconds and tells a mutant from the original only by luck."""

IN_MEMORY = "/dev/shm"
"""Where imports are tried, so that they need not wait for a disk."""

PRELOADED = (
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.mldsa",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.kdf.scrypt",
    "cryptography.hazmat.primitives.padding",
    "cryptography.hazmat.primitives.serialization",
    "cbor2",
    "click",
    "hmac",
    "pdb",
    "pycddl",
    "numpy",
    "PIL.Image",
    "secrets",
    "subprocess",
    "tomllib",
    "sqlite3",
    *(f"_pytest.{plugin}" for plugin in default_plugins),
    "qrcert.errors",
    "qrcert.wire",
    "qrcert.cbor",
    "qrcert.text",
    "qrcert.form",
)
"""What every fork would import for itself; nothing in it imports a module of `TESTS`."""


def in_fork(run: Callable[[], object]) -> int:
    """Start something in a process of its own and return its number; its status is 0 if nothing was raised."""
    child = os.fork()
    if child:
        return child
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    try:
        run()
    except BaseException:
        os._exit(1)
    os._exit(0)


def fresh(mutant: Mutant, limits: Sequence[float]) -> Iterator[float]:
    """Try a mutant where nothing is imported yet; raises where it is killed, yields the time of each test."""
    sys.meta_path.insert(0, Altered(mutant.module, mutant.source))
    yield from check_all(mutant.module, limits)


def swapped(mutant: Mutant, limits: Sequence[float]) -> None:
    """Try a mutant of a function's body where everything is imported; raises where it is killed."""
    try:
        swap(mutant)
    except (AttributeError, KeyError, StopIteration, ValueError):
        return  # it cannot be told here
    for _ in check_all(mutant.module, limits):
        pass


def swap(mutant: Mutant) -> None:
    """Put the code of a mutant's function in the place of the original's."""
    function: Any = importlib.import_module(f"qrcert.{mutant.module.replace('/', '.')}")
    code = compile(mutant.source, function.__file__, "exec")
    for name in mutant.where.split("."):
        function = vars(function)[name]
        code = next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
    if isinstance(function, classmethod):
        function = function.__func__
    elif isinstance(function, property):
        function = function.fget
    inspect.unwrap(function).__code__ = code


def check_all(module: str, limits: Sequence[float]) -> Iterator[float]:
    """Run what a module is tried with, each with a limit in seconds of the processor; yield the times."""
    signal.alarm(STUCK)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name, limit in zip(TESTS[module], limits, strict=True):
        signal.setitimer(signal.ITIMER_PROF, limit)
        start = time.process_time()
        check(name)
        yield time.process_time() - start


def check(name: str) -> None:
    """Run vectors, or a file of tests; raise at the first that fails."""
    if name in ("verdicts", "lists", "imports"):
        _check_vectors(name)
        return
    import pytest

    if pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", SLOW, f"tests/{name}.py"]) != 0:
        raise AssertionError(name)


def _check_vectors(kind: str) -> None:
    import test_trust_scenarios
    import test_vectors

    if kind == "verdicts":
        for name in test_vectors.VERDICTS:
            test_vectors.test_verdict(name)
    elif kind == "lists":
        for name in test_vectors.REFUSED_LISTS:
            test_vectors.test_refused_list(name)
    else:
        for name in test_trust_scenarios.SCENARIOS:
            with tempfile.TemporaryDirectory(dir=IN_MEMORY if Path(IN_MEMORY).is_dir() else None) as folder:
                test_trust_scenarios.test_import(name, Path(folder))


def limits_of(module: str) -> list[float]:
    """Return how long each test of a module may take, from a run of the original, which must pass them all."""
    tests = TESTS[module]
    times = answers(lambda: map(str, fresh(original(module), [STUCK] * len(tests))))
    if len(times) < len(tests):
        sys.exit(f"{module}: {tests[len(times)]} fails without any change")
    return [1 + PATIENCE * float(seconds) for seconds in times]


def answers(run: Callable[[], Iterable[str]]) -> list[str]:
    """Return the lines that something yields in a process of its own, as far as it comes."""
    reading, writing = os.pipe()
    child = in_fork(lambda: [os.write(writing, f"{line}\n".encode()) for line in run()])
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = pipe.read().splitlines()
    os.waitpid(child, 0)
    return lines


def passing(found: Sequence[Mutant], run: Callable[[Mutant], object], jobs: int) -> Iterator[Mutant]:
    """Yield the mutants with which something runs to its end, each in a process of its own."""
    waiting = list(reversed(found))
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[in_fork(partial(run, mutant))] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        if status == 0:
            yield mutant


def survivors(found: Sequence[Mutant], limits: Sequence[float], jobs: int) -> Iterator[Mutant]:
    """Yield the mutants that all their tests let pass.

    Those in the body of a function are first tried where all is imported, which takes a tenth of the time; what
    is left of them, and the others, where nothing is.
    """
    module = found[0].module
    inside = [place for place, mutant in enumerate(found) if mutant.in_body]

    def quickly() -> Iterator[str]:
        for name in TESTS[module]:
            importlib.import_module(MODULES.get(name, name))
        if module in ABOVE:
            check("verdicts")
        gc.freeze()
        for _ in passing([original(module)], lambda _: list(check_all(module, limits)), 1):
            yield "begin"
        places = {id(found[place]): place for place in inside}
        for mutant in passing([found[place] for place in inside], lambda one: swapped(one, limits), jobs):
            yield str(places[id(mutant)])
        yield "end"

    lines = answers(quickly)
    if (lines[:1], lines[-1:]) != (["begin"], ["end"]):
        sys.exit(f"{module}: the trial where all is imported fails")
    alive = {*range(len(found))} - {*inside} | {*map(int, lines[1:-1])}
    yield from passing([found[place] for place in sorted(alive)], lambda one: list(fresh(one, limits)), jobs)


def argued() -> set[str]:
    """Return the survivors that the notes list: their lines begin with four blanks."""
    text = ARGUMENTS.read_text(encoding="utf-8") if ARGUMENTS.exists() else ""
    return {line.strip() for line in text.splitlines() if line.startswith("    ")}


def main(modules: Sequence[str], jobs: int) -> int:
    os.chdir(REPOSITORY)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]
    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    listed, unlisted, total, known = argued(), 0, 0, 0
    for module in modules:
        start = time.monotonic()
        limits = limits_of(module)
        found = mutants(module)
        left = list(survivors(found, limits, jobs))
        new = [mutant for mutant in left if mutant.name not in listed]
        print(
            f"{module:<18} {len(found):>5} mutants, {len(found) - len(left):>5} killed, "
            f"{len(left) - len(new):>3} listed, {len(new):>3} new, {time.monotonic() - start:.0f} s",
            flush=True,
        )
        for mutant in new:
            print(f"  line {mutant.line}, {mutant.operator}\n    {mutant.name}", flush=True)
        total, known, unlisted = total + len(found), known + len(left) - len(new), unlisted + len(new)
    print(f"{total} mutants: {total - known - unlisted} killed, {known} listed, {unlisted} new")
    return int(bool(unlisted))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(TESTS))
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    sys.exit(main(given.modules or list(TESTS), given.jobs))
