"""The objects of a PDF as krilla, typst's writer, puts them: one table, none packed (ISO 32000-1, 7.3 and 7.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

_HEAD: Final = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"
"""With four bytes that are no text, as PDF/A asks (ISO 19005-3, 6.1.2)."""

_ROW: Final = 20
"""Bytes of a row of the table of objects (ISO 32000-1, 7.5.4)."""

_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_TOKEN = re.compile(rb"\\.|[()]|\b(\d+) 0 R\b", re.DOTALL)
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_STREAM = re.compile(rb">>\s*stream\r?\n")


class Object(NamedTuple):
    """An object of a PDF: its text, parted at each reference, what these refer to, and its stream."""

    pieces: tuple[bytes, ...]
    references: tuple[int, ...]
    stream: bytes

    @property
    def text(self) -> bytes:
        """The text without what it refers to."""
        return b"".join(self.pieces)

    def written(self, numbers: Mapping[int, int]) -> bytes:
        """Return the object with its references numbered anew."""
        parts = [self.pieces[0]]
        for piece, reference in zip(self.pieces[1:], self.references, strict=True):
            parts += (b"%d 0 R" % numbers[reference], piece)
        parts.append(self.stream)
        return b"".join(parts)

    def after(self, key: bytes) -> int:
        """Return what the reference behind ``key`` refers to; raises ValueError where there is none."""
        for piece, to in zip(self.pieces, self.references, strict=False):
            if piece.endswith(key):
                return to
        raise ValueError(f"no reference behind {key!r}")


def read_table(data: bytes) -> tuple[list[tuple[int, int]], Object]:
    """Return where each object begins and ends, and the trailer."""
    at = data.rindex(b"startxref")
    table = int(data[at:].split()[1])
    first, count = data.index(b"\n", table + 5) + 1, int(data[table : table + 40].split()[2])
    rows = data[first : first + _ROW * count].split()[::3]
    begins = [int(row) for row in rows]
    ends = dict(zip(sorted(begins), [*sorted(begins)[1:], table], strict=True))
    return [(begin, ends[begin]) for begin in begins], read_object(
        data[data.index(b"trailer", table) : at], None
    )


def read_object(data: bytes, number: int | None) -> Object:
    """Return an object from its bytes; raises ValueError where another one begins there."""
    if number is not None:
        head = b"%d 0 obj\n" % number
        if not data.startswith(head):
            raise ValueError(f"object {number} is not where it should be")
        data = data[len(head) : data.rindex(b"\nendobj")]
    found = _STREAM.search(data) if data.endswith(b"endstream") else None
    end = len(data) if found is None else found.start() + 2
    pieces, references = _parted(data[:end])
    return Object(tuple(pieces), tuple(references), data[end:])


def _parted(text: bytes) -> tuple[list[bytes], list[int]]:
    """Return the text parted at each reference, and these; what looks like one within a string is none."""
    parts = _REFERENCE.split(text)
    whole = parts[::2]
    if b"(" not in text or (
        b"\\" not in text and all(one.count(b"(") == one.count(b")") for one in whole)
    ):  # no string is parted
        return whole, list(map(int, parts[1::2]))
    pieces: list[bytes] = []
    references: list[int] = []
    last = depth = 0
    for found in _TOKEN.finditer(text):
        if found[0] == b"(":
            depth += 1
        elif found[0] == b")":
            depth -= 1
        elif found[1] is not None and depth == 0:
            pieces.append(text[last : found.start()])
            references.append(int(found[1]))
            last = found.end()
    return [*pieces, text[last:]], references


def _strings(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each string in brackets begins and ends (ISO 32000-1, 7.3.4.2)."""
    depth = begin = 0
    for found in _BRACKET.finditer(text):
        if found[0] == b"(":
            depth += 1
            begin = found.start() if depth == 1 else begin
        elif found[0] == b")":
            depth -= 1
            if depth == 0:
                yield begin, found.end()


def content(stream: bytes) -> bytes:
    """Return what stands in a stream, packed or not."""
    return stream[stream.index(b"stream\n") + len(b"stream\n") : stream.rindex(b"\nendstream")]


def token(text: bytes, key: bytes) -> bytes:
    """Return the string that stands behind a key, as it is written."""
    at = text.index(key) + len(key)
    if text[at : at + 1] == b"<":
        return text[at : text.index(b">", at) + 1]
    for begin, end in _strings(text[at:]):
        return text[at + begin : at + end]
    raise ValueError(f"no string behind {key!r}")


def string(said: str) -> bytes:
    """Return a text as a string of PDF (ISO 32000-1, 7.9.2.2)."""
    if said.isascii():
        return b"(%s)" % re.sub(rb"([\\()])", rb"\\\1", said.encode())
    return b"<FEFF%s>" % said.encode("utf-16-be").hex().upper().encode()


class Block(NamedTuple):
    """Objects that are written and numbered in a row: their bytes, and where in these each begins."""

    data: bytes
    places: tuple[int, ...]


def block(objects: Iterable[bytes], *, first: int) -> Block:
    """Return objects as they stand in a file, numbered from ``first``."""
    parts, places, at = [], [], 0
    for number, one in enumerate(objects, first):
        places.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, one))
        at += len(parts[-1])
    return Block(b"".join(parts), tuple(places))


class Cut(NamedTuple):
    """A file in three pieces, of which the middle one is the same, in fact and not only in bytes, in many files."""

    head: bytes
    shared: bytes
    tail: bytes

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return b"".join(self)


def assembled(head: Block, shared: Block, own: Block, *, info: int, names: tuple[bytes, bytes]) -> Cut:
    """Return the file of three blocks, numbered from 1 on throughout; the first object is the catalog.

    ``info`` is the number of what describes the file, ``names`` are those of the document and of this edition.
    """
    rows, at = [b"0000000000 65535 f\r\n"], len(_HEAD)
    for one in (head, shared, own):
        rows += [b"%010d 00000 n\r\n" % (at + place) for place in one.places]
        at += len(one.data)
    trailer = b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R/ID[(%s)(%s)]>>\nstartxref\n%d\n%%%%EOF"
    table = [b"xref\n0 %d\n" % len(rows), *rows, trailer % (len(rows), info, *names, at)]
    return Cut(_HEAD + head.data, shared.data, b"".join([own.data, *table]))
