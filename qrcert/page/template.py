"""What pages are printed as: one of our own kinds, or a school's own template based on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from qrcert.errors import Refused
from qrcert.page.layout import LAYOUTS, Box, Layout
from qrcert.page.sheet import Palette

BY_PARTS: Final = "parts"
"""The page that prints each part of a form on a page of its own, with a code of its own."""


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of page: ``base`` is the built-in one that sets it, the others what a school has put in its place.

    ``frame`` and ``emblem`` are SVG that was screened. ``name`` is that of a folder, or of the built-in page;
    ``digest`` the SHA-256 of the folder's contents in hex, empty for a built-in page.
    """

    base: str
    name: str
    layout: Layout
    palette: Palette | None = None
    heading: tuple[str, ...] = ()
    emblem: str | None = None
    frame: str | None = None
    digest: str = ""
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    @property
    def by_parts(self) -> bool:
        """Whether each part of a form is a page with a code of its own."""
        return self.base == BY_PARTS

    def places(self, count: int, *, together: bool) -> list[tuple[int, Box]]:
        """Return on which page, from 1, and where on it the codes of ``count`` certificates stand."""
        square = self.layout.square
        if not together or self.layout.several == 1:
            return [(page, square) for page in range(1, count + 1)]
        corners = list(self.layout.places())
        return [(1 + at // len(corners), square.moved(*corners[at % len(corners)])) for at in range(count)]


BUILT_IN: Final = {name: Template(name, name, layout) for name, layout in LAYOUTS.items()}


def built_in(name: str) -> Template:
    """Return a page of our own by its name; raises Refused when there is none."""
    if name not in BUILT_IN:
        raise Refused(
            f"there is no page {name!r}, only {_listed(sorted(BUILT_IN))}",
            hint="a page of your own is a folder with page.toml: qrcert page check FOLDER",
        )
    return BUILT_IN[name]


def as_template(page: Template | str) -> Template:
    """Return a template as it is, and a page of our own by its name; raises Refused when there is none."""
    return built_in(page) if isinstance(page, str) else page


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def code_box(page: str = "certificate") -> Box:
    """Return the white square that holds the code and its quiet zone, the same on every page of its own.

    A reader back renders only this: ``page.render(crop=(left, height - bottom, width - right, top))`` of
    pypdfium2. Raises Refused for a page that does not exist.
    """
    return built_in(page).layout.square
