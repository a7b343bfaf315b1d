"""The trees of a PDF of typst's: its pages, their tags, the files by their names (ISO 32000-1, 7.7 and 14.7)."""

from __future__ import annotations

import re

from qrcert.page.objects import Object


def key_of(page: Object) -> int | None:
    """Return the place of a page's tags in the tree, or None for a page without tags."""
    found = re.search(rb"/StructParents (\d+)", page.text)
    return None if found is None else int(found[1])


def numbered_in(tree: Object) -> dict[int, int]:
    """Return the list of tags of each page by its place in the tree."""
    found = {}
    for piece, to in zip(tree.pieces, tree.references, strict=False):
        if key := re.search(rb"(?:/Nums\[|^\s*)(\d+) $", piece):
            found[int(key[1])] = to
    return found


def attachments_of(catalog: Object) -> dict[bytes, int]:
    """Return the attached files by their names, as these are written."""
    files: dict[bytes, int] = {}
    inside = False
    for piece, to in zip(catalog.pieces, catalog.references, strict=False):
        inside = b"/EmbeddedFiles" in piece or (inside and b"/AF" not in piece)
        if inside:
            files[piece[piece.rfind(b"[") + 1 :].strip()] = to
    return files


def written_name(name: str) -> bytes:
    """Return the name of a file as it is written where files are looked up (ISO 32000-1, 7.9.6)."""
    return b"(%s)" % name.encode() if name.isascii() else b"<%s>" % name.encode().hex().upper().encode()


def read_name(written: bytes) -> str:
    """Return the name of a file from how it is written; raises ValueError where that is no such text."""
    if written.startswith(b"("):
        return written[1:-1].decode("ascii")
    return bytes.fromhex(written[1:-1].decode("ascii")).decode()
