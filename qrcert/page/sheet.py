"""What stands on a page: finished text, the matrix of the code, and three colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qrcert.errors import Refused


@dataclass(frozen=True, slots=True)
class Palette:
    """The three colours of a kind of certificate, each ``#rrggbb``: lines and text, title, fine gold.

    Raises Refused for anything that is not such a colour.
    """

    ink: str
    title: str
    gold: str

    def __post_init__(self) -> None:
        for colour in (self.ink, self.title, self.gold):
            if not re.fullmatch("#[0-9a-f]{6}", colour):
                raise Refused(f"colour {colour!r} is not written #rrggbb")


INDIGO = Palette(ink="#233a63", title="#7d1f3a", gold="#b08a3e")
PETROL = Palette(ink="#17494d", title="#8a3324", gold="#b08a3e")
GARNET = Palette(ink="#6b1f36", title="#233a63", gold="#b08a3e")
PINE = Palette(ink="#24513a", title="#7a2a3c", gold="#a98b42")
PLUM = Palette(ink="#4a2f5e", title="#8c2f4b", gold="#ad8840")

PALETTES = {"indigo": INDIGO, "petrol": PETROL, "garnet": GARNET, "pine": PINE, "plum": PLUM}


def tint(colour: str, share: float) -> str:
    """Return ``share`` of ``colour`` on white paper, as ``#rrggbb``."""
    mixed = (round(255 + share * (int(colour[at : at + 2], 16) - 255)) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


# A label and its text.
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: its label heads the first column, ``headings`` the others.

    A row is its name and then one cell a heading; a table without headings is printed as a list.
    """

    label: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


_BINDS = re.compile(r"(?<=№) (?=\S)|(?<=\b[^\W\d_]\.) (?=[^\W\d_])|(?<=\b[авикосуявАВИКОСУЯ]) (?=\S)")
"""The blanks at which a line must not end: after №, an initial, and a Russian word of one letter."""


def bound(sheet: Sheet) -> Sheet:
    """Return the sheet with no-break spaces where its sentences must not be parted."""

    def bind(text: str) -> str:
        return _BINDS.sub("\u00a0", text)

    return replace(
        sheet,
        title=bind(sheet.title),
        before=tuple(map(bind, sheet.before)),
        after=tuple(map(bind, sheet.after)),
        school=bind(sheet.school),
        place=bind(sheet.place) if sheet.place else sheet.place,
        head=bind(sheet.head) if sheet.head else sheet.head,
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """One certificate as text that is already formatted for its ``language``.

    ``before`` and ``after`` are the sentences around the holder's name. ``person`` and ``facts`` are (label,
    text) pairs: those that tell who the holder is stand under the name, the others after the sentences.
    ``key`` is the short name of the school's key. ``post`` and ``head`` are printed beside the line to sign
    on; without ``post`` the page says who signs in its own words. ``symbol`` is the QR matrix, rows of 0 and
    1 without the quiet zone, and ``attachment`` the text it holds, which the PDF carries as a file: a draft
    has neither, every other sheet has both. ``test`` prints the mark of a trial.
    """

    language: str
    title: str
    number: str
    holder: str
    issued: str
    school: str
    place: str | None = None
    heading: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    person: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    post: str | None = None
    head: str | None = None
    seal: bool = True
    key: str | None = None
    symbol: Sequence[Sequence[int]] | None = None
    attachment: str | None = None
    duplicate: bool = False
    draft: bool = False
    test: bool = False
    palette: Palette = INDIGO
