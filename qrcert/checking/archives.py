"""The members of a ZIP file, read in memory one by one, with every cap before anything is inflated."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from qrcert import scan
from qrcert.errors import TooBig, UnknownFile, Unreadable

MAX_MEMBERS: Final = 2_000
"""Files in an archive: title and supplement of each of a large school's thousand pupils."""

MAX_DIRECTORY: Final = 2_000_000
"""Bytes of an archive's table of contents, a thousand for each member; it is read before they are counted."""

MAX_INFLATED: Final = 600_000_000
"""Bytes of all members together, one after the other; each alone may have as many as a file."""

MAX_RATIO: Final = 200
"""How often a member may be larger than it is packed; pictures and PDFs hardly shrink, a white page 100 times."""

FREE_SIZE: Final = 4_000_000
"""Bytes of a member below which its ratio does not matter."""

_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
_NESTED: Final = (*_MAGIC, b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_PROGRAMS: Final = frozenset(
    ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml")
)
"""Members that tell a document or a program, which is an archive only inside."""

_ENCRYPTED: Final = 0x1
_LOCAL_HEADER: Final = 30
"""Bytes before the name of a member, which its bytes follow (APPNOTE 6.3 section 4.3.7)."""

_END: Final = struct.Struct("<4s4H2LH")
_END_MAGIC: Final = b"PK\x05\x06"
_LOCATOR: Final = 20
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_END64_MAGIC: Final = b"PK\x06\x06"
_COMMENT: Final = 65_535


class Member(NamedTuple):
    """A file of an archive: its name as written there, and its bytes or why there are none.

    ``cost`` is how many bytes were inflated for it at most.
    """

    name: str
    data: bytes = b""
    fault: Unreadable | None = None
    cost: int = 0


def is_archive(data: bytes) -> bool:
    """Tell whether a file that begins with ``data`` is a ZIP archive."""
    return data.startswith(_MAGIC)


def members(data: bytes) -> Iterator[Member]:
    """Yield the files of an archive in its order, folders left out.

    Raises UnknownFile for documents and programs that are archives inside, Unreadable for a damaged archive or one
    whose members overlap, TooBig beyond a cap; a member that is beyond one, locked, damaged or an archive itself is
    yielded with its fault.
    """
    _check_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise Unreadable("a damaged ZIP archive") from error
    with archive:
        entries = [one for one in archive.infolist() if not one.is_dir()]
        if not _PROGRAMS.isdisjoint(one.filename for one in entries):
            raise UnknownFile("a document or program, not an archive of papers")
        if len(entries) > MAX_MEMBERS:
            raise TooBig(
                f"a ZIP archive of {len(entries)} files, at most {MAX_MEMBERS} are read",
                hint="unpack it and name the folder",
            )
        if _overlap(archive.infolist()):
            raise Unreadable("a ZIP archive whose files overlap, so a bomb or damaged")
        left = MAX_INFLATED
        for entry in entries:
            member = _member(archive, entry, left)
            left -= member.cost
            yield member


def _overlap(entries: Iterable[zipfile.ZipInfo]) -> bool:
    """Tell whether the bytes of one member are also those of another, by which a small archive holds petabytes."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
    return False


def _check_directory(data: bytes) -> None:
    """Refuse a table of contents that costs more to read than any honest one (APPNOTE 6.3 section 4.3.14 to 16)."""
    start = data.rfind(_END_MAGIC, max(len(data) - _COMMENT - _END.size, 0))
    if start < 0 or len(data) - start < _END.size:
        raise Unreadable("a damaged ZIP archive: its table of contents is cut off")
    _, _, _, _, count, size, _, _ = _END.unpack_from(data, start)
    at = start - _LOCATOR - _END64.size
    if at >= 0 and data[at : at + 4] == _END64_MAGIC:
        fields = _END64.unpack_from(data, at)
        count, size = fields[7], fields[8]
    if size > MAX_DIRECTORY or count > MAX_DIRECTORY:
        raise TooBig(
            f"a ZIP archive with a table of contents of {size} bytes, at most {MAX_DIRECTORY} are read",
            hint="unpack it and name the folder",
        )


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> Member:
    if entry.flag_bits & _ENCRYPTED:
        locked = Unreadable("locked with a password in its ZIP archive", hint="unpack it and name the folder")
        return Member(entry.filename, fault=locked)
    most = min(scan.MAX_FILE, left)
    if entry.file_size > FREE_SIZE:
        most = min(most, max(FREE_SIZE, entry.compress_size * MAX_RATIO))
    if entry.file_size > most:
        too_big = TooBig(f"a member of {entry.file_size} bytes in a ZIP archive is too big")
        return Member(entry.filename, fault=too_big)
    data, fault = _inflated(archive, entry, most)
    cost = min(
        max(entry.file_size, len(data)), most
    )  # what a damaged one cost before its fault, nobody knows
    return Member(entry.filename, b"" if fault else data, fault, cost)


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> tuple[bytes, Unreadable | None]:
    """Return the bytes of a member, and what is wrong with it."""
    try:
        with archive.open(entry) as file:
            data = file.read(most + 1)
    except (NotImplementedError, RuntimeError) as error:
        return b"", _fault("packed in a way that is not read here", error)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as error:
        return b"", _fault("damaged in its ZIP archive", error)
    if len(data) > most:
        return data, TooBig(f"a member of more than {most} bytes in a ZIP archive is too big")
    if data.startswith(_NESTED):
        hint = "unpack it and name the folder"
        return data, Unreadable("an archive in an archive is not opened", hint=hint)
    return data, None


def _fault(message: str, cause: Exception) -> Unreadable:
    fault = Unreadable(message, hint="unpack the archive with another program and name the folder")
    fault.__cause__ = cause
    return fault
