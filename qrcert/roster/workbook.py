"""Reading .xlsx: values through python-calamine, and from the sheet's XML what calamine does not tell.

Calamine gives an error cell (``#Н/Д``) and a formula without a stored value as empty, and allots memory for the
whole rectangle up to the last cell: one stray cell in the last corner ends the process. So a sheet's XML is
walked first, without building anything.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.parsers import expat

from qrcert.errors import MissingExtra, RosterError
from qrcert.roster.grid import Grid, unusable
from qrcert.roster.scan import Scan

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_MAX_UNPACKED = 500_000_000  # bytes: 100 000 rows of 40 cells have about 200 MB of XML
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # an old .xls, or an .xlsx under a password


def read_workbook(data: bytes, sheet: str | None) -> Grid:
    """Return the cells of the sheet called ``sheet``, or of the only visible one that holds anything."""
    with _reading():
        parts = _unpack(data)
        with _open(data) as workbook:
            scan = _choose(workbook, parts, sheet)
            sheet_rows = workbook.get_sheet_by_name(scan.name).to_python(skip_empty_area=False)
    rows: list[list[object]] = [list(row) for row in sheet_rows]
    for (row, column), broken in scan.broken.items():
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = broken
    return Grid(rows, sheet=scan.name, merged=tuple(scan.merged), hidden=frozenset(scan.hidden))


@contextmanager
def _reading() -> Iterator[None]:
    """Turn every error of the package's layers into a RosterError."""
    try:
        import python_calamine
    except ModuleNotFoundError as error:
        raise MissingExtra("issue", "python-calamine") from error
    foreign = (zipfile.BadZipFile, zlib.error, expat.ExpatError, python_calamine.CalamineError)
    general = (KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
    try:
        yield
    except (*foreign, *general) as error:
        raise unusable(
            f"the file is no sound .xlsx: {error}", f"файл .xlsx повреждён или это не .xlsx: {error}"
        ) from error


def _unpack(data: bytes) -> zipfile.ZipFile:
    """Open the package; refuse one that is locked, damaged, or unpacks to more than a class list can be."""
    if data.startswith(_OLE):
        raise unusable(
            "the file is an old .xls or has a password: save it as .xlsx without one",
            "это старый .xls или файл с паролем: сохраните как .xlsx без пароля",
        )
    parts = zipfile.ZipFile(io.BytesIO(data))
    if sum(part.file_size for part in parts.infolist()) > _MAX_UNPACKED:
        raise unusable("the file unpacks to more than any class list", "файл слишком велик для списка класса")
    if (damaged := parts.testzip()) is not None:  # also finds sizes that lie
        raise zipfile.BadZipFile(f"{damaged!r} is damaged")
    return parts


def _open(data: bytes) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(data))


def _choose(workbook: CalamineWorkbook, parts: zipfile.ZipFile, wanted: str | None) -> Scan:
    """Return the walk through the sheet to be read; the others are named where the choice is not clear."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    names = [sheet.name for sheet in sheets if sheet.name == wanted] if wanted is not None else visible
    if not names:
        raise _no_such_sheet(wanted, visible)
    paths = _paths(parts)
    scans = [Scan(name, parts.read(paths[name])) for name in names]
    filled = [scan for scan in scans if scan.filled]
    if len(filled) > 1:
        raise _several([scan.name for scan in filled])
    return (filled or scans)[0]


def _no_such_sheet(wanted: str | None, visible: list[str]) -> RosterError:
    en, ru = ", ".join(map(repr, visible)), ", ".join(f"«{name}»" for name in visible)
    if wanted is None:
        return unusable("the workbook has no visible sheet", "в книге нет видимых листов")
    return unusable(f"no sheet {wanted!r}, there are {en}", f"листа «{wanted}» нет, есть {ru}")


def _several(names: list[str]) -> RosterError:
    en, ru = ", ".join(map(repr, names)), ", ".join(f"«{name}»" for name in names)
    error = unusable(f"several sheets hold something: {en}", f"данные на нескольких листах: {ru}")
    error.hint = "say which one: --sheet NAME"
    return error


def _paths(parts: zipfile.ZipFile) -> dict[str, str]:
    """Return for each sheet's name where its XML lies in the package (ECMA-376 part 2, relationships)."""
    targets: dict[str, str] = {}
    ids: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes["Id"]] = posixpath.normpath(
                posixpath.join("/xl", attributes["Target"])
            ).lstrip("/")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            ids[attributes["name"]] = next(value for key, value in attributes.items() if key.endswith(":id"))

    _walk(parts.read("xl/_rels/workbook.xml.rels"), relation)
    _walk(parts.read("xl/workbook.xml"), sheet)
    return {name: targets[key] for name, key in ids.items()}


def _walk(xml: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.Parse(xml, True)
