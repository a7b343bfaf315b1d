"""From files to verdicts: which codes a picture, a PDF or a text holds, and what each of them proves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from qrcert import scan, wire
from qrcert.decode import Verdict, verify
from qrcert.errors import QrcertError, TooBig, UnknownFile, Unreadable
from qrcert.trust import VerifiedList

MAX_TEXT_BYTES: Final = 4 * 1024 * 1024
"""Some two thousand of the longest certificates, one a line."""

MAX_CODES: Final = 2_000
"""Certificates of one source: a large school's year."""

MAX_PROOFS: Final = 64
"""Season proofs of one source; a paper has one."""

_LINE_END: Final = re.compile("[\r\n]+")
_SPACE: Final = "\t "
"""Besides the ends of lines, the white space that does not count at the ends of a text."""

MAX_FILE_BYTES: Final = scan.MAX_FILE

_PDF_MARK: Final = b"%PDF-"

MAX_FOREIGN: Final = 120
"""Characters of a foreign code that are shown; the rest is of no use to anybody."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the person at the screen asked for: the lists to go by, the clock, and the policy."""

    lists: tuple[VerifiedList, ...]
    now: datetime
    at: date | None = None
    max_list_age: int | None = None
    named_lists: bool = False
    """Whether the lists were named in the command, so that a test key's papers may pass."""

    def verify(self, text: str, *, proofs: Sequence[str] = ()) -> Verdict:
        """Return the verdict on one text under this request."""
        return verify(
            text, trust=self.lists, now=self.now, at=self.at, max_list_age=self.max_list_age, proofs=proofs
        )

    def exit_status(self, verdict: Verdict) -> int:
        """Return 0, 1 or 2; a test key's genuine paper is 0 only under a list that was named."""
        if verdict.exit_status == 0 and verdict.test and not self.named_lists:
            return 2
        return verdict.exit_status


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict and where it comes from.

    ``page`` counts from 1 in a PDF, else None; ``how`` is ``typed`` for text, ``unread`` where a code was
    seen and could not be read, ``no_code`` where a picture gave
    none, ``file`` where the file itself could not be read (``fault`` tells why, ``advice`` what to do); ``text``
    is the code itself, ``foreign`` one that is not ours, shortened; both raw.
    """

    source: str
    page: int | None
    verdict: Verdict
    how: str = ""
    fault: str | None = None
    advice: str | None = None
    foreign: str | None = None
    text: str | None = None


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
    a file that is no picture, PDF or text, `MissingExtra` for a picture or PDF where nothing reads those.
    """
    text = _text_of(path)
    if text is None:
        return _check_pictures(path, request, str(path))
    if in_folder and not has_codes(text):
        raise UnknownFile(f"a text without a code in {str(path)!r}")
    return check_text(text, request, source=str(path))


def check_bytes(data: bytes, request: Request, *, source: str) -> list[Finding]:
    """Return the findings in the bytes of a picture, a PDF or a text, as `check_file` does.

    Bytes of no kind that is read here are a finding too.
    """
    try:
        return check_text(decode_text(data), request, source=source)
    except UnknownFile:
        pass
    try:
        return _check_pictures(data, request, source)
    except UnknownFile as error:
        return [unread(source, request, error)]


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
        pages.extend(scan.read_pages(source, plausible=_plausible))
    except UnknownFile as error:
        raise UnknownFile("neither picture nor PDF nor text") from error
    except Unreadable as error:  # what was read before it still counts
        read = _check_pages(pages, request, name) if any(page.texts for page in pages) else []
        return [*read, unread(name, request, error)]
    return _check_pages(pages, request, name)


def _plausible(text: str) -> bool:
    return wire.scheme(text) is not None


def unread(source: str, request: Request, error: QrcertError) -> Finding:
    """Return the finding that a source could not be read, and why."""
    return replace(_nothing(source, request, "file"), fault=str(error), advice=error.hint)


def _nothing(source: str, request: Request, how: str) -> Finding:
    return Finding(source, None, Verdict("unreadable", wire.to_day(request.at or request.now)), how)


def check_text(text: str, request: Request, *, source: str) -> list[Finding]:
    """Return a finding for each line of ``text`` that is a code of ours, each once, else one for the whole text."""
    lines = list(dict.fromkeys(line for line in _LINE_END.split(text) if line.strip(_SPACE)))
    ours = [line for line in lines if wire.scheme(line) is not None]
    proofs = [line for line in lines if line.strip(_SPACE).startswith(wire.PROOF_PREFIX)]
    if fault := _too_many(ours, proofs):
        return [unread(source, request, fault)]
    return [
        Finding(source, None, request.verify(line, proofs=proofs), "typed", text=line)
        for line in ours or [text.strip(_SPACE)]
    ]


def _too_many(codes: Sequence[object], proofs: Sequence[str]) -> TooBig | None:
    """Return what is wrong with more codes or proofs than any honest source holds: each costs work."""
    for what, found, most in (("codes", codes, MAX_CODES), ("proofs", proofs, MAX_PROOFS)):
        if len(found) > most:
            return TooBig(f"{len(found)} {what} in one source, at most {most} are looked at")
    return None


def has_codes(text: str) -> bool:
    """Tell whether a text has any line that is a code of ours."""
    return any(wire.scheme(line) is not None for line in _LINE_END.split(text))


def _check_pages(pages: list[scan.Page], request: Request, source: str) -> list[Finding]:
    codes = [(page.number, text) for page in pages for text in page.texts]
    proofs = list(dict.fromkeys(text for _, text in codes if text.startswith(wire.PROOF_PREFIX)))
    ours = [(page, text) for page, text in codes if wire.scheme(text) is not None]
    if fault := _too_many(ours, proofs):
        return [unread(source, request, fault)]
    seen = [replace(_nothing(source, request, "unread"), page=page.number) for page in pages if page.unread]
    if ours:
        read = [Finding(source, page, request.verify(text, proofs=proofs), text=text) for page, text in ours]
        return sorted(read + seen, key=lambda finding: finding.page or 0)
    foreign = [(page, text) for page, text in codes if text not in proofs]
    if not foreign:
        return seen or [_nothing(source, request, "no_code")]
    no_paper = Verdict("not_qrcert", wire.to_day(request.at or request.now))
    return [Finding(source, page, no_paper, foreign=text[:MAX_FOREIGN], text=text) for page, text in foreign]


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
