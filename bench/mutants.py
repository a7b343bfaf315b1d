"""Mutation testing of whatever decides a verdict: the mutants of cosmic-ray that no test notices.

    pip install cosmic-ray
    python bench/mutants.py [MODULE] ... [--jobs 2]

MODULE is a key of `TESTS`, for example ``trust/roots``; without one all of them are tried. Each mutant lives in a
fork of this process, where one module is compiled from its altered source; no file is touched. First come the
vectors of the specification, then the module's own tests. Survivors that
`docs/mutation-testing.md` lists are counted, others are printed and make the exit status 1.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import importlib.abc
import importlib.util
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, repeat
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
ARGUMENTS = REPOSITORY / "docs" / "mutation-testing.md"

SECONDS = 15
"""Of one processor; a mutant that takes longer has made something endless, and counts as killed."""

MEMORY = 4 << 30
"""Bytes; numbers replaced by huge powers end here."""

LISTS = ("test_trust_messages", "test_trust_bodies", "test_trust_list", "test_trust_labels")
TESTS = {
    "cose": ("test_cose", "test_cose_keys", "test_trust_messages", "test_decode"),
    "decode": ("test_decode", "test_trust_seasons"),
    "trust/body": (*LISTS, "test_trust_seasons"),
    "trust/entries": (*LISTS, "test_trust_seasons"),
    "trust/forms": ("test_trust_list",),
    "trust/layout": (*LISTS, "test_trust_requests"),
    "trust/lists": ("test_trust_list", "test_trust_seasons", "test_trust_bodies"),
    "trust/merkle": ("test_trust_seasons",),
    "trust/messages": LISTS,
    "trust/names": ("test_trust_requests",),
    "trust/roots": LISTS,
    "trust/seasons": ("test_trust_seasons", "test_trust_bodies", "test_trust_requests"),
    "trust/succession": ("test_trust_succession", "test_trust_list"),
    "trust/verified": ("test_trust_list", "test_trust_seasons", "test_trust_bodies", "test_decode"),
}
"""The modules that decide, and the tests of each that come after the vectors, likely killers first."""

SLOW = "not mutat and not random and not hostile"
"""Left out: what costs seconds and tells a mutant from the original only by luck."""

IN_MEMORY = "/dev/shm"
"""Where imports are tried, so that they need not wait for a disk."""

PRELOADED = (
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.mldsa",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.serialization",
    "cbor2",
    "click",
    "pycddl",
    "numpy",
    "PIL.Image",
    "pytest",
    "subprocess",
    "tomllib",
    "sqlite3",
)


@dataclass(frozen=True)
class Mutant:
    """One altered source of a module: which operator made it, and the line before and after."""

    module: str
    operator: str
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """What the notes call it."""
        return f"{self.module}: {self.before} => {self.after}"


class Altered(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a source in memory."""

    def __init__(self, module: str, source: str) -> None:
        self.name = "qrcert." + module.replace("/", ".")
        self.source = source

    def find_spec(self, fullname, path, target=None):  # type: ignore[no-untyped-def]
        """Answer for the one module."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module):  # type: ignore[no-untyped-def]
        """Run the altered source."""
        exec(compile(self.source, f"<mutant of {self.name}>", "exec"), module.__dict__)


class Plain(ast.NodeTransformer):
    """Takes out what decides nothing: annotations, words of messages, how arguments are given, frozen values."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Forget what it returns and which arguments go by name only."""
        node.returns = None
        given = node.args
        given.args = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        given.defaults += [value for value in given.kw_defaults if value is not None]
        given.posonlyargs, given.kwonlyargs, given.kw_defaults = [], [], []
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Forget whether its values can be changed."""
        for made in node.decorator_list:
            if isinstance(made, ast.Call):
                made.keywords = []
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Forget its annotation."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Forget its annotation."""
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Forget its words."""
        return ast.Constant("message")


def meaning(source: str) -> str:
    """Return what a source says of verdicts: two that differ only in the rest are one mutant."""
    return ast.dump(Plain().visit(ast.parse(source)))


def mutants(module: str, jobs: int) -> list[Mutant]:
    """Return the mutants of a module that mean something else, each once."""
    from cosmic_ray.plugins import operator_names

    source = (REPOSITORY / "qrcert" / f"{module}.py").read_text(encoding="utf-8")
    seen = {meaning(source)}
    found = []
    with ProcessPoolExecutor(jobs) as pool:
        for name, altered in pool.map(_altered, operator_names(), repeat(source), chunksize=4):
            for text, says in altered:
                if says not in seen:
                    seen.add(says)
                    found.append(Mutant(module, name, *_difference(source, text), text))
    return found


def original(module: str) -> Mutant:
    """Return a module as it is, as a mutant that must survive."""
    source = (REPOSITORY / "qrcert" / f"{module}.py").read_text(encoding="utf-8")
    return Mutant(module, "none", 0, "", "", source)


def _altered(name: str, source: str) -> tuple[str, list[tuple[str, str]]]:
    """Return an operator's bare name, and all that it makes of a source, each with its meaning."""
    from cosmic_ray.ast import get_ast
    from cosmic_ray.mutating import MutationVisitor
    from cosmic_ray.plugins import get_operator

    operator = get_operator(name)
    made = []
    for occurrence in count() if not operator.arguments() else ():
        visitor = MutationVisitor(occurrence, operator())
        text = visitor.walk(get_ast(source)).get_code()
        if not visitor.mutation_applied:
            break
        with suppress(SyntaxError):
            made.append((text, meaning(text)))
    return name.removeprefix("core/"), made


def _difference(one: str, two: str) -> tuple[int, str, str]:
    """Return the first line that differs, and what stands there before and after."""
    old, new = one.splitlines(), two.splitlines()
    for tag, low, high, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            joined = (" ".join(line.strip() for line in part) for part in (old[low:high], new[start:end]))
            return (low + 1, *joined)
    raise AssertionError("nothing differs")


def fork(mutant: Mutant) -> int:
    """Start the tests of a mutant in a process of their own; return its number."""
    child = os.fork()
    if child:
        return child
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.meta_path.insert(0, Altered(mutant.module, mutant.source))
    try:
        check_vectors(imports_first=mutant.module == "trust/succession")
        check_tests(TESTS[mutant.module])
    except BaseException:
        os._exit(1)
    os._exit(0)


def check_vectors(*, imports_first: bool) -> None:
    """Run every vector, without the machinery of pytest; raises at the first that fails."""
    import test_trust_scenarios
    import test_vectors

    runs = [
        (test_vectors.test_refused_list, test_vectors.REFUSED_LISTS),
        (test_vectors.test_verdict, test_vectors.VERDICTS),
        (_import, test_trust_scenarios.SCENARIOS),
    ]
    for run, names in reversed(runs) if imports_first else runs:
        for name in names:
            run(name)


def _import(name: str) -> None:
    import test_trust_scenarios

    with tempfile.TemporaryDirectory(dir=IN_MEMORY if Path(IN_MEMORY).is_dir() else None) as folder:
        test_trust_scenarios.test_import(name, Path(folder))


def check_tests(names: Sequence[str]) -> None:
    """Run files of tests one by one, so that most mutants die before the last is read; raises at a failure."""
    import pytest

    for name in names:
        if pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", SLOW, f"tests/{name}.py"]) != 0:
            raise AssertionError(name)


def survivors(found: Sequence[Mutant], jobs: int) -> Iterator[Mutant]:
    """Yield the mutants that all their tests let pass."""
    waiting = list(reversed(found))
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[fork(mutant)] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        if status == 0:
            yield mutant


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
    listed, unlisted, total, known = argued(), 0, 0, 0
    for module in modules:
        start = time.monotonic()
        if not list(survivors([original(module)], 1)):
            sys.exit(f"{module}: its tests fail without any change")
        found = mutants(module, jobs)
        left = list(survivors(found, jobs))
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
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    sys.exit(main(given.modules or list(TESTS), given.jobs))
