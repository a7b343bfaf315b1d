"""The house itself: what is public, what loads when, who may know the clock, what leaves, what is written down."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import qrcert
from qrcert import errors

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "qrcert"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

HEAVY = {
    "PIL", "alembic", "cbor2", "cryptography", "cv2", "numpy", "openpyxl", "pypdfium2", "python_calamine",
    "pyzbar", "segno", "sqlalchemy", "sqlite3", "typst", "zxingcpp",
}  # fmt: skip


def modules(*, below_cli: bool) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package by its path, as a tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not (below_cli and name.startswith(("cli/", "__main__"))):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


# --- what is public


def test_the_public_names_are_these() -> None:
    assert qrcert.__all__ == [
        "Certificate",
        "QrcertError",
        "SigningKey",
        "TrustList",
        "TrustListError",
        "Verdict",
        "scan",
        "sign_certificate",
        "verify",
    ]
    assert dir(qrcert) == sorted((*qrcert.__all__, "__version__"))


@pytest.mark.parametrize("name", qrcert.__all__)
def test_each_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(qrcert, name)
    assert value.__doc__
    assert value.__module__.startswith("qrcert.") if name != "scan" else value.__name__ == "qrcert.scan"


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'qrcert' has no attribute 'sign'"):
        qrcert.sign  # noqa: B018
    exported: dict[str, object] = {}
    exec("from qrcert import *", exported)
    assert set(exported) - {"__builtins__"} == set(qrcert.__all__)


# --- what loads when


def loaded_by(program: str) -> set[str]:
    """The heavy libraries that a program in a fresh Python has loaded at its end, with qrcert's own rooms."""
    told = f"{program}\nimport sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, encoding="utf-8", check=True, cwd=ROOT
    )
    names = done.stdout.splitlines()[-1].split()
    return {name for name in names if name in HEAVY or name.startswith("qrcert.")}


def test_importing_qrcert_loads_no_room_and_no_library() -> None:
    assert loaded_by("import qrcert") == set()


def test_the_help_page_loads_no_library() -> None:
    program = "from qrcert.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert not loaded_by(program) & HEAVY


def test_verifying_a_text_loads_only_the_base() -> None:
    loaded = loaded_by(
        "import qrcert\nqrcert.verify, qrcert.TrustList, qrcert.sign_certificate, qrcert.SigningKey"
    )
    assert loaded & HEAVY <= {"cbor2", "cryptography"}


# --- who may know the clock, the environment, the screen, the network

ASKING = {
    "datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.time_ns",
    "time.localtime", "time.gmtime", "time.ctime", "time.strftime", "os.getenv", "os.getlogin", "getpass.getpass",
}  # fmt: skip
TALKING = {"print", "input", "breakpoint"}
OUTSIDE = {"os.environ", "os.environb", "sys.stdin", "sys.stdout", "sys.stderr", "sys.argv"}
NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "requests", "webbrowser"}

EXCEPTED = {
    # A helper process is a program of its own: it is asked on its standard input and answers on its output.
    ("reading/process.py", "sys.stdin"),
    ("reading/process.py", "sys.stdout"),
}


def questions(tree: ast.Module) -> Iterator[str]:
    """What a module asks of the world: calls, names and imports that only the command line may have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in TALKING or ".".join(called.split(".")[-2:]) in ASKING:
                yield called
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in OUTSIDE:
            yield ast.unparse(node)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.partition(".")[0] in NETWORK)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            if node.module.partition(".")[0] in NETWORK:
                yield node.module
            whole = (f"{node.module}.{one.name}" for one in node.names)
            yield from (name for name in whole if name in ASKING | OUTSIDE)


def test_below_the_command_line_nobody_asks_the_world() -> None:
    asked = {(name, what) for name, tree in modules(below_cli=True) for what in questions(tree)}
    assert asked - EXCEPTED == set()


def test_the_check_itself_finds_what_it_looks_for() -> None:
    program = (
        "import socket, urllib.request\nfrom os import environ\nfrom http.client import HTTPS\n"
        "now = datetime.datetime.now(UTC); date.today(); time.time(); print(1); os.environ['HOME']"
    )
    found = list(questions(ast.parse(program)))
    assert len(found) == 9, found


def test_the_command_line_opens_no_connection_either() -> None:
    for name, tree in modules(below_cli=False):
        assert not {what for what in questions(tree) if what.partition(".")[0] in NETWORK}, name


# --- what leaves the package

FOREIGN = {
    ("__init__.py", "AttributeError"): "what Python asks of a module's __getattr__ (PEP 562)",
    ("issue/folder.py", "TypeError"): "caught by open_office, which says Unreadable",
    ("issue/folder.py", "ValueError"): "caught by open_office, which says Unreadable",
    ("authority/folder.py", "TypeError"): "caught by open_authority, which says Refused",
}
"""Errors of Python that are raised below the command line, and why none of them leaves."""

OURS = {
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)
}


def raised(tree: ast.Module) -> Iterator[str]:
    """The names of Python's own exception classes that a module raises."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or node.exc is None:
            continue
        name = ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            yield name


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_error_of_ours_is_a_qrcert_error_and_says_what_it_is_for(name: str) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, errors.QrcertError)
    assert kind.__doc__


def test_errors_of_python_are_raised_only_where_it_is_known_who_catches_them() -> None:
    known = {place for place, _ in FOREIGN}
    found = {(name, what) for name, tree in modules(below_cli=True) for what in raised(tree)}
    assert {(name, what) for name, what in found if name in known or name.startswith(ROOMS)} == set(FOREIGN)


ROOMS = ("__init__", "encode", "decode", "issue/", "authority/", "checking/")
"""The rooms that callers and the command line speak with; those below have such tests of their own."""


DECODERS = "reading/"
"""Here libraries take apart the pictures of strangers, and raise whatever they trip over."""


def test_no_error_is_swallowed_whole() -> None:
    for name, tree in modules(below_cli=False):
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and not name.startswith(DECODERS):
                assert node.type is not None, f"{name}:{node.lineno}"
                passed_on = any(isinstance(one, ast.Raise) for one in ast.walk(node))
                everything = ast.unparse(node.type) in ("Exception", "BaseException")
                assert passed_on or not everything, f"{name}:{node.lineno}"


# --- what is written down


def test_the_version_is_one_and_the_changelog_tells_of_it() -> None:
    assert qrcert.__version__ == PROJECT["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(qrcert.__version__)}\]", changes, re.MULTILINE)


def required() -> set[str]:
    """Every library that the project asks for, extras and development included."""
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.match(r"[A-Za-z0-9._-]+", one)[0].casefold() for one in wanted}  # type: ignore[index]
    return names - {project["name"]}


def test_every_dependency_has_its_line_and_reason_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    reasons = {
        name.strip().casefold(): row[1].strip() for row in rows if len(row) == 2 for name in row[0].split(",")
    }
    missing = {name for name in required() if not reasons.get(name)}
    assert not missing
    assert set(reasons) - {"name", "---"} == required(), "a line for a library that nobody asks for"


def test_no_file_of_the_package_has_grown_beyond_a_page_or_ten() -> None:
    sizes = {name: tree.body[-1].end_lineno or 0 for name, tree in modules(below_cli=False) if tree.body}
    assert not {name: size for name, size in sizes.items() if size > 450}
