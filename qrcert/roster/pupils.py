"""Reading a class list: from a file to pupils that can be signed, or to every fault that it has."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qrcert.errors import Problem
from qrcert.form import Form, Office
from qrcert.roster.grid import MAX_BYTES, Grid, refusal, unusable
from qrcert.roster.header import HeaderReader
from qrcert.roster.plain import read_csv, read_json
from qrcert.roster.rows import Row, RowReader
from qrcert.roster.workbook import read_workbook

_ZIP = b"PK\x03\x04"  # every .xlsx begins so
_NO_PUPILS = "the class list has no pupils", "в списке нет учеников"


@dataclass(frozen=True, slots=True)
class Roster:
    """A class list without faults: its rows in order, the file's name and the sheet that was read.

    ``source_hash`` is SHA-256 of the file's bytes, and of the sheet's name after them if one was asked for: two
    classes in one workbook are two lists.
    """

    rows: tuple[Row, ...]
    source: str
    source_hash: bytes
    sheet: str


def read_class(
    path: Path,
    form: Form,
    office: Office,
    *,
    issued_default: date,
    sheet: str | None = None,
    numbers_from: str | None = None,
) -> Roster:
    """Read a class list (.xlsx, .csv, .json) for a form.

    ``issued_default`` is the day of signing where a row gives none; ``sheet`` names the sheet of a workbook where
    several hold something; ``numbers_from`` is the first of consecutive numbers, for a list without them. Raises
    RosterError with every fault, its row and column, and MissingExtra.
    """
    data = _read_file(path)
    header_reader = HeaderReader(form, office)
    grid = _read_grid(path, data, sheet, header_reader)
    header = header_reader.read(grid, numbered=numbers_from is not None)
    problems = header_reader.problems
    rows: tuple[Row, ...] = ()
    if header is not None:
        reader = RowReader(form, office, header, issued_default=issued_default, numbers_from=numbers_from)
        rows = reader.read(grid, header.row)
        problems += reader.problems
        if not rows and not problems:
            problems.append(Problem(None, None, *_NO_PUPILS))
    if problems:
        raise refusal(path.name, problems)
    source_hash = hashlib.sha256(data + (sheet or "").encode()).digest()
    return Roster(rows, path.name, source_hash, grid.sheet)


def _read_file(path: Path) -> bytes:
    """Return the bytes of a regular file within the cap; a device or pipe is not even opened."""
    name = path.name
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise unusable(f"{name!r} is not a file", f"«{name}» — не файл")
        if status.st_size > MAX_BYTES:
            raise unusable(
                f"{name!r} has {status.st_size} bytes, at most {MAX_BYTES} are read",
                f"«{name}»: байт {status.st_size}, читается не больше {MAX_BYTES}",
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise unusable(f"cannot read {name!r}: {reason}", f"не читается «{name}»: {reason}") from error
    if not data.strip():
        raise unusable(f"{name!r} is empty", f"«{name}»: файл пуст")
    return data


def _read_grid(path: Path, data: bytes, sheet: str | None, header: HeaderReader) -> Grid:
    suffix = path.suffix.casefold()
    if suffix in (".xlsx", ".xlsm") or data.startswith(_ZIP):
        return read_workbook(data, sheet)
    if sheet is not None:
        raise unusable(f"{path.name!r} has no sheets, so none is {sheet!r}", f"в «{path.name}» нет листов")
    if suffix == ".json":
        return read_json(data)
    if suffix in (".csv", ".tsv", ".txt"):
        return read_csv(data, header.knows)
    raise unusable(
        f"{path.name!r} is no class list: expected .xlsx, .csv or .json",
        f"«{path.name}»: ожидается .xlsx, .csv или .json",
    )
