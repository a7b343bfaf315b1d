"""From files to verdicts: which codes a picture, a PDF, an archive or a text holds, and what each proves."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from qrcert import scan, wire
from qrcert.checking import archives
from qrcert.checking.findings import Finding, Request, too_many, unread
from qrcert.checking.papers import check_pages
from qrcert.checking.parts import with_parts
from qrcert.errors import TooBig, UnknownFile, Unreadable
from qrcert.files import read_file

MAX_TEXT_BYTES: Final = 4 * 1024 * 1024
"""Some two thousand of the longest certificates, one a line."""

_LINE_END: Final = re.compile("[\r\n]+")
_SPACE: Final = "\t "
"""Besides the ends of lines, the white space that does not count at the ends of a text."""

MAX_FILE_BYTES: Final = scan.MAX_FILE

CREDIT: Final = 1.0
"""Seconds that a file of an archive with a code of ours gives back, at most, to the time of the archive."""

MAX_SHOWN: Final = 200
"""Characters of a foreign name in a message; in an archive it may have 65 535."""

_PDF_MARK: Final = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one source gave: findings, and how many files in it are no picture, PDF or text with a code."""

    findings: tuple[Finding, ...]
    passed_over: int = 0


def files_below(path: Path, *, unreadable: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Yield ``path``, or the files of the folder and its folders in order; links inside are not followed.

    ``unreadable`` is told of every folder that cannot be looked into.
    """
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path, onerror=unreadable, followlinks=False):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if not file.is_symlink() and file.is_file():
                yield file


def check_file(path: Path, request: Request, *, in_folder: bool = False) -> list[Finding]:
    """Return a finding for each code of ours in the file, or one that says why there is none.

    A text without a code of ours is no finding where a whole folder is looked through. Raises `UnknownFile` for
    a file that is no picture, PDF, archive or text, `MissingExtra` for a picture or PDF where nothing reads those.
    """
    return list(check_source(path, request, in_folder=in_folder).findings)


def check_source(path: Path, request: Request, *, in_folder: bool = False) -> Checked:
    """Return the same with the number of files in an archive that were passed over."""
    name = str(path)
    text = _text_of(path)
    if text is not None:
        if in_folder and not has_codes(text):
            raise UnknownFile(f"a text without a code in {name!r}")
        return Checked(tuple(check_text(text, request, source=name)))
    if archives.is_archive(_beginning(path)):
        try:
            return _check_archive(read_file(path, limit=MAX_FILE_BYTES), request, name)
        except UnknownFile:
            raise
        except Unreadable as error:
            return Checked((unread(name, request, error),))
    return Checked(tuple(_check_pictures(path, request, name)))


def check_bytes(data: bytes, request: Request, *, source: str) -> list[Finding]:
    """Return the findings in the bytes of a picture, a PDF, an archive or a text, as `check_file` does.

    Bytes of no kind that is read here are a finding too.
    """
    try:
        return list(_check_data(data, request, source).findings)
    except UnknownFile as error:
        return [unread(source, request, error)]


def _check_data(data: bytes, request: Request, source: str, *, in_folder: bool = False) -> Checked:
    """Return what bytes in memory hold; raises `UnknownFile`."""
    try:
        text = decode_text(data)
    except UnknownFile:
        pass
    else:
        if in_folder and not has_codes(text):
            raise UnknownFile(f"a text without a code in {_shown(source)}")
        return Checked(tuple(check_text(text, request, source=source)))
    if archives.is_archive(data):
        try:
            return _check_archive(data, request, source)
        except UnknownFile:
            raise
        except Unreadable as error:
            return Checked((unread(source, request, error),))
    return Checked(tuple(_check_pictures(data, request, source)))


def _check_archive(data: bytes, request: Request, source: str) -> Checked:
    """Return what the files of an archive hold, each called ``archive.zip/name``.

    An archive has the time of two pictures: what gives nothing new uses it up, and what is left is told. Raises
    `UnknownFile` where every file in it is passed over.
    """
    seconds = 2 * request.seconds
    end = time.monotonic() + seconds
    findings: list[Finding] = []
    passed_over = 0
    for member in archives.members(data):
        name = f"{source}/{member.name}"
        begun = time.monotonic()
        if begun >= end:
            late = f"reading the archive takes longer than {seconds:g} s"
            told = f"{late}, {_shown(member.name)} and later were not read"
            fault = TooBig(told, hint="unpack it and name the folder")
            findings.append(unread(source, request, fault))
            break
        if member.fault is not None:
            findings.append(unread(name, request, member.fault))
            continue
        try:
            limited = replace(request, seconds=min(end - begun, request.seconds))
            found = _check_data(member.data, limited, name, in_folder=True).findings
        except UnknownFile:
            passed_over += 1
            continue
        findings += found
        if any(one.text is not None and one.foreign is None for one in found):
            end += min(time.monotonic() - begun, CREDIT)
    if passed_over and not findings:
        raise UnknownFile("an archive without a picture, PDF or text with a code")
    return Checked(tuple(findings), passed_over)


def _shown(name: str) -> str:
    """Return the name of a member as a message tells it: escaped, and of a long one the beginning."""
    name, whole = name[:MAX_SHOWN], name
    while len(said := repr(name if name == whole else f"{name}…")) > MAX_SHOWN:
        name = name[:-1]
    return said


def texts_of(source: Path | bytes) -> list[str]:
    """Return the texts of all codes in a picture or PDF, or the lines of a text, given as a file or its bytes.

    Raises `Unreadable`, and `MissingExtra` as `check_file` does.
    """
    try:
        text = decode_text(source) if isinstance(source, bytes) else _text_of(source)
    except UnknownFile:
        text = None
    if text is not None:
        return _LINE_END.split(text)
    return [text for page in scan.read_pages(source) for text in page.texts]


def _check_pictures(source: Path | bytes, request: Request, name: str) -> list[Finding]:
    pages: list[scan.Page] = []
    try:
        pages.extend(scan.read_pages(source, plausible=_plausible, seconds=request.seconds))
    except UnknownFile as error:
        raise UnknownFile("neither picture nor PDF nor text") from error
    except Unreadable as error:  # what was read before it still counts
        told = any(page.texts or page.attached or page.unread for page in pages)
        read = check_pages(pages, request, name) if told else []
        return [*read, unread(name, request, error)]
    return check_pages(pages, request, name)


def _plausible(text: str) -> bool:
    return wire.scheme(text) is not None


def check_text(text: str, request: Request, *, source: str) -> list[Finding]:
    """Return a finding for each line of ``text`` that is a code of ours, each once, else one for the whole text."""
    lines = list(dict.fromkeys(line for line in _LINE_END.split(text) if line.strip(_SPACE)))
    ours = [line for line in lines if wire.scheme(line) is not None]
    proofs = [line for line in lines if line.strip(_SPACE).startswith(wire.PROOF_PREFIX)]
    if fault := too_many(ours, proofs):
        return [unread(source, request, fault)]
    return with_parts(
        [
            Finding(source, None, request.verify(line, proofs=proofs), "typed", text=line)
            for line in ours or [text.strip(_SPACE)]
        ]
    )


def has_codes(text: str) -> bool:
    """Tell whether a text has any line that is a code of ours."""
    return any(wire.scheme(line) is not None for line in _LINE_END.split(text))


def _text_of(path: Path) -> str | None:
    """Return an ordinary file as text, or None where it is none or cannot be opened."""
    try:
        if not path.is_file():  # a pipe would wait for its writer
            return None
        with path.open("rb") as file:
            return decode_text(file.read(MAX_TEXT_BYTES + 1))
    except (OSError, ValueError, UnknownFile):
        return None


def decode_text(data: bytes) -> str:
    """Return ``data`` as text, UTF-8 or UTF-16 with its mark; raises `UnknownFile` if it is none."""
    if len(data) > MAX_TEXT_BYTES:
        raise UnknownFile(f"a text of more than {MAX_TEXT_BYTES} bytes")
    if _PDF_MARK in data[:1024]:  # some PDFs are plain ASCII
        raise UnknownFile("a PDF, not a text")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnknownFile("neither picture nor PDF nor text") from error
    if any(ord(character) < 32 and character not in "\t\n\r\f" for character in text):
        raise UnknownFile("neither picture nor PDF nor text")
    return text


def _beginning(path: Path) -> bytes:
    """Return the first bytes of an ordinary file, or none."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(8)
    except (OSError, ValueError):
        return b""
