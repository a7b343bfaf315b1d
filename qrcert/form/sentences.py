"""The sentences of a page: what a school writes around the fields, with the fields filled in.

A template is text with holes: ``{field}``, ``{field:long}`` (a date written out), ``{field|a|b|c}`` (the word
for the field's item, the last one where it is unknown), ``{holder}``, ``{school}`` and ``{place}``. A hole that
nothing fills vanishes with the blank before it; what stands in ``[ ]`` vanishes with any hole in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from qrcert.errors import FormError
from qrcert.form.wording import quoted

HOLDER, SCHOOL, PLACE = "holder", "school", "place"
SPECIAL = (HOLDER, SCHOOL, PLACE)
"""Holes that no field needs to fill; a field of that name goes before."""

STATUS = "status"
STATES = ("live", "withdrawn", "replaced", "void")
"""What a ``{status|a|b|c|d}`` in a sheet of an export chooses by, in this order."""

RECORDED = (
    "number", "issued", "record", STATUS, "original_number", "original_issued", "original_record",
    "original_holder",
)  # fmt: skip
"""Holes that only sheets of an export have: what the register knows of a certificate and of its original."""

_PIECE = re.compile(r"\{([a-z0-9_]+)(:long)?((?:\|[^{}|]*)*)\}|([\[\]])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; ``about`` is ``holder`` where it is only the name, ``school`` where it holds the school.

    ``tells`` names the fields whose values stand in it.
    """

    text: str
    about: str | None = None
    tells: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole of a template; ``words`` are its choices after ``|``."""

    name: str
    long: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Pieces between two brackets."""

    pieces: tuple[str | Hole, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A line of an office's text, parted into texts, holes and groups."""

    pieces: tuple[str | Hole | _Group, ...]

    def holes(self) -> list[Hole]:
        """Return every hole of the line."""
        inside = [piece for group in self.pieces if isinstance(group, _Group) for piece in group.pieces]
        return [piece for piece in (*self.pieces, *inside) if isinstance(piece, Hole)]

    def filled(self, fill: Callable[[Hole], str | None], *, holders: Collection[str] = ()) -> Line | None:
        """Return the line with what ``fill`` gives for each hole, or None where there were holes and no filling.

        ``holders`` are the fields that name the person.
        """
        written, found, lost = "", 0, 0
        tells: set[str] = set()
        for piece in self.pieces:
            parts = piece.pieces if isinstance(piece, _Group) else (piece,)
            texts = [part if isinstance(part, str) else fill(part) for part in parts]
            holes = sum(isinstance(part, Hole) for part in parts)
            if None in texts:
                lost += holes
                written = written if isinstance(piece, _Group) else written.removesuffix(" ")
            else:
                found += holes
                tells |= {part.name for part in parts if isinstance(part, Hole) and not part.words}
                written += "".join(filter(None, texts))
        if lost and not found:
            return None
        text = written.rstrip(" ,;:") if lost else written
        return Line(text.strip(), self._about(holders), frozenset(tells))

    def _about(self, holders: Collection[str]) -> str | None:
        names = [hole.name for hole in self.holes()]
        words = [piece for piece in self.pieces if not isinstance(piece, Hole) and piece != " "]
        if names and not words and all(name == HOLDER or name in holders for name in names):
            return HOLDER
        return SCHOOL if SCHOOL in names else None


def read_template(text: str) -> Template:
    """Return the template that ``text`` spells; raise `FormError` for stray braces and brackets."""
    pieces: list[str | Hole | _Group] = []
    group: list[str | Hole] | None = None
    end = 0
    for match in _PIECE.finditer(text):
        target: list[str | Hole] | list[str | Hole | _Group] = pieces if group is None else group
        _add(target, text[end : match.start()])
        end = match.end()
        if match[4] == "[" and group is None:
            group = []
        elif match[4] == "]" and group is not None:
            pieces.append(_Group(tuple(group)))
            group = None
        elif match[4]:
            raise FormError(f"a bracket without its pair in {quoted(text)}")
        else:
            target.append(Hole(match[1], bool(match[2]), tuple(match[3].split("|")[1:])))
    if group is not None:
        raise FormError(f"a bracket without its pair in {quoted(text)}")
    _add(pieces, text[end:])
    return Template(tuple(pieces))


def _add(pieces: list[str | Hole] | list[str | Hole | _Group], text: str) -> None:
    if "{" in text or "}" in text:
        raise FormError(f"a brace that makes no hole in {quoted(text)}")
    if text:
        pieces.append(text)


def chosen(words: Sequence[str], index: int | None) -> str:
    """Return the word for item ``index`` of a list, or the last word where it is unknown or has none."""
    return words[-1] if index is None or index >= len(words) else words[index]
