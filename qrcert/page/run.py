"""A class in one go: set once, and afterwards cut into a file for each certificate.

A file depends on its certificate alone, so that a reprint is the same to the byte: every run opens with a page that
shows the letters of its language in each font. Who needs others than these is set in a run of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from qrcert.page.cutting import Leaf, Run
from qrcert.page.galley import texts
from qrcert.page.press import attachment_names, draw_run, naming
from qrcert.page.sheet import Sheet
from qrcert.page.template import Template

_DAY: Final = date(2000, 1, 1)
"""The day of a run; the files that are cut bear days of their own."""

_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
_SIGNS: Final = "\u00a0«»№–—…“”„‘’·×§°"
_LIGATURES: Final = " fi fl ff ffi ffl"
_CYRILLIC: Final = "".join(map(chr, range(0x410, 0x450))) + "Ёё"
_WESTERN: Final = "".join(map(chr, range(0xC0, 0x100)))

_MODULES: Final = 21
"""A side of the smallest code."""


class Printed(NamedTuple):
    """A run, which of the groups of sheets are in it, in order, and the names of the files that its pages carry."""

    data: bytes
    groups: tuple[int, ...]
    names: tuple[str, ...]

    def open(self) -> Run:
        """Return the run to be cut; raises as `Run` does."""
        return Run(self.data, self.names)


def letters(language: str) -> str:
    """Return the letters that the fonts of a page in ``language`` always hold."""
    return _ASCII + _SIGNS + (_CYRILLIC if language == "ru" else _WESTERN) + _LIGATURES


def draw_runs(groups: Sequence[Sequence[Sheet]], *, page: Template) -> list[Printed]:
    """Return all sheets in runs, each a page: those of a group, one certificate, follow each other in one of them.

    What needs letters that others do not, or shares the name of its attachment with another, gets a run of its own.
    Raises as `draw` does.
    """
    language = groups[0][0].language
    usual = set(letters(language))
    assigned = iter(attachment_names(sheet.number for group in groups for sheet in group))
    plain: list[int] = []
    odd: list[int] = []
    for at, group in enumerate(groups):
        names = [next(assigned) for _ in group]
        (plain if _is_plain(group, names, usual) else odd).append(at)
    if len(plain) > 1:
        some = _printed(groups, plain, page)
        if some.open().fonts == _fonts(page, language):
            return [some, *(_printed(groups, [at], page) for at in odd)]
    return [_printed(groups, [at], page) for at in range(len(groups))]


def leaves_of(groups: Sequence[Sequence[Sheet]], printed: Printed, days: Sequence[date]) -> list[Leaf]:
    """Return how a run is cut into a file for each group; ``days`` are those of all groups."""
    leaves, first = [], 0
    for at in printed.groups:
        group = groups[at]
        leaves.append(Leaf(first, first + len(group), *naming(group), days[at]))
        first += len(group)
    return leaves


def _is_plain(group: Sequence[Sheet], names: Sequence[str], usual: set[str]) -> bool:
    shown = (text for sheet in group for _, text in texts(sheet))
    return names == attachment_names(sheet.number for sheet in group) and usual.issuperset(
        chain.from_iterable(shown)
    )


def _printed(groups: Sequence[Sequence[Sheet]], some: Sequence[int], page: Template) -> Printed:
    sheets = [sheet for at in some for sheet in groups[at]]
    data = draw_run(sheets, day=_DAY, page=page, letters=letters(sheets[0].language))
    return Printed(data, tuple(some), tuple(attachment_names(sheet.number for sheet in sheets)))


@lru_cache(maxsize=16)
def _fonts(page: Template, language: str) -> bytes:
    """Return the fonts of a run that needs no letters but the usual ones."""
    least = Sheet(
        language,
        title="0",
        number="0",
        holder="0",
        issued="0",
        school="0",
        symbol=((0,) * _MODULES,) * _MODULES,
        attachment="0",
    )
    return _printed([[least]], [0], page).open().fonts
