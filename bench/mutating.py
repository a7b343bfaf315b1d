"""Making mutants: what the operators of cosmic-ray make of a module, without what decides no verdict."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import ModuleType

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Mutant:
    """One altered source of a module: which operator made it, in what, and the line before and after."""

    module: str
    operator: str
    where: str
    line: int
    before: str
    after: str
    source: str
    in_body: bool = False

    @property
    def name(self) -> str:
        """What the notes call it."""
        return f"{self.module} {self.where}: {self.before} => {self.after}"


class Altered(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a source in memory."""

    def __init__(self, module: str, source: str) -> None:
        self.name = "qrcert." + module.replace("/", ".")
        self.source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the one module."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the altered source."""
        exec(compile(self.source, f"<mutant of {self.name}>", "exec"), module.__dict__)


class Plain(ast.NodeTransformer):
    """Takes out what decides nothing: annotations, words of messages, how arguments are given, frozen values."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Forget what it returns, which arguments go by name only, and how it is marked if it is abstract."""
        node.returns = None
        if _only_words(node):
            node.decorator_list = []
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


def _only_words(node: ast.FunctionDef) -> bool:
    """Tell whether a function has a docstring for a body, as the abstract ones have."""
    (first, *more) = node.body
    return not more and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)


def meaning(source: str) -> str:
    """Return what a source says of verdicts: two that differ only in the rest are one mutant."""
    return ast.dump(Plain().visit(ast.parse(source)))


def mutants(module: str) -> list[Mutant]:
    """Return the mutants of a module that mean something else, each once."""
    from cosmic_ray.ast import get_ast

    source = (REPOSITORY / "qrcert" / f"{module}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    pieces = [piece.get_code() for piece in get_ast(source).children]
    found = []
    for place, piece in enumerate(pieces):
        seen = {meaning(piece)}
        for operator, altered in _altered(piece):
            says = meaning(altered)
            if says not in seen:
                seen.add(says)
                text = "".join((*pieces[:place], altered, *pieces[place + 1 :]))
                line, before, after = _difference(source, text)
                where, in_body = _place(tree, line)
                found.append(Mutant(module, operator, where, line, before, after, text, in_body))
    return found


def original(module: str) -> Mutant:
    """Return a module as it is, as a mutant that must survive."""
    source = (REPOSITORY / "qrcert" / f"{module}.py").read_text(encoding="utf-8")
    return Mutant(module, "none", "", 0, "", "", source)


def _altered(source: str) -> Iterator[tuple[str, str]]:
    """Yield all that the operators make of a source, each with its operator's bare name."""
    from cosmic_ray.ast import get_ast
    from cosmic_ray.mutating import MutationVisitor
    from cosmic_ray.plugins import get_operator, operator_names

    for name in operator_names():
        operator = get_operator(name)
        for occurrence in count() if not operator.arguments() else ():
            visitor = MutationVisitor(occurrence, operator())
            with suppress(AttributeError, SyntaxError):  # of cosmic-ray, at `except a.B`; of what it made
                altered = visitor.walk(get_ast(source)).get_code()
                ast.parse(altered)
                yield name.removeprefix("core/"), altered
            if not visitor.mutation_applied:
                break


def _place(tree: ast.Module, line: int) -> tuple[str, bool]:
    """Return the function or class that a line stands in, with dots, and whether it is in a function's body."""
    names: list[str] = []
    body: Sequence[ast.AST] = tree.body
    in_body = False
    while body:
        inside = [
            one
            for one in body
            if isinstance(one, ast.FunctionDef | ast.ClassDef)
            and min([one.lineno, *(made.lineno for made in one.decorator_list)])
            <= line
            <= (one.end_lineno or 0)
        ]
        if not inside:
            break
        names.append(inside[0].name)
        body = inside[0].body
        in_body = isinstance(inside[0], ast.FunctionDef) and line >= body[0].lineno
        if in_body:
            break
    return ".".join(names) or "<module>", in_body


def _difference(one: str, two: str) -> tuple[int, str, str]:
    """Return the first line that differs, and what stands there before and after."""
    old, new = one.splitlines(), two.splitlines()
    line = next(place for place in count() if old[place] != new[place])
    while len(old) > line + 1 and len(new) > line and old[-1] == new[-1]:
        del old[-1], new[-1]
    before, after = (" ".join(map(str.strip, text[line:])) for text in (old, new))
    return line + 1, before, after
