"""Reading .csv as Excel and its like write it, and .json as programs do."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

from qrcert.errors import RosterError
from qrcert.roster.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Grid, too_large, unusable

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_DELIMITERS = ";,\t"
_HEADER_WITHIN = 50  # rows in which the delimiter is tried: titles above a header are a few lines


def read_csv(data: bytes, known: Callable[[str], bool]) -> Grid:
    """Return the cells of a text file; ``known`` says of a cell whether it is a heading.

    The encoding is that of the byte order mark, else UTF-8 if all of it is, else windows-1251; never guessed by
    statistics. The delimiter is that of a line ``sep=;``, else the one that shows the most headings.
    """
    text = _decode(data)
    line = _SEPARATOR_LINE.match(text)
    if line:
        return Grid(_parse(text[line.end() :], line[1]))
    best = max(_DELIMITERS, key=lambda delimiter: _headings(text, delimiter, known))
    return Grid(_parse(text, best))


def read_json(data: bytes) -> Grid:
    """Return a list of objects as a grid: the names are its header, row 0; pupils count from 1."""
    try:
        rows = json.loads(_decode(data), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise unusable(f"the file is no JSON: {error}", f"это не JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unusable("the JSON is not a list of objects", "JSON должен быть списком объектов")
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(rows) > MAX_ROWS or len(names) > MAX_COLUMNS or len(rows) * len(names) > MAX_CELLS:
        raise too_large(len(rows), len(names))
    return Grid([names, *([row.get(name) for name in names] for row in rows)] if names else [], first=0)


def _decode(data: bytes) -> str:
    encodings = [encoding for mark, encoding in _MARKS if data.startswith(mark)] or ["utf-8", "windows-1251"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise unusable("the file has NUL bytes: it is no text", "в файле нулевые байты: это не текст")
        return text
    raise unusable(
        f"the file is no text in {' or '.join(encodings)}", f"это не текст в {' или '.join(encodings)}"
    )


def _parse(text: str, delimiter: str, *, first: int | None = None) -> list[list[str]]:
    """Return the rows of a text, or only the ``first`` of them."""
    rows: list[list[str]] = []
    columns = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            columns = max(columns, len(row))
            if len(rows) == MAX_ROWS or columns > MAX_COLUMNS or len(rows) * columns > MAX_CELLS:
                raise too_large(len(rows) + 1, columns)
            rows.append(row)
            if len(rows) == first:
                break
    except csv.Error as error:
        raise unusable(
            f"row {len(rows) + 1} is no CSV: {error}", f"строка {len(rows) + 1}: это не CSV"
        ) from error
    return rows


def _headings(text: str, delimiter: str, known: Callable[[str], bool]) -> int:
    """Return how many headings the best of the first rows has."""
    try:
        rows = _parse(text, delimiter, first=_HEADER_WITHIN)
    except RosterError:
        return 0
    return max((sum(map(known, row)) for row in rows), default=0)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise unusable(f"the JSON has {twice!r} twice in one object", f"в JSON имя «{twice}» стоит дважды")
    return found


def _no_constant(name: str) -> object:
    raise unusable(f"the JSON has {name}, which is no number", f"в JSON есть {name}: это не число")
