"""What a school prints around every certificate, kept with each in the register to print it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from qrcert.page import INDIGO, Palette


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A school's own lines and colours on its pages, and the short name of the key that signed."""

    school: str
    place: str
    key: str
    post: str = ""
    head: str = ""
    heading: str = ""
    palette: Palette = INDIGO
    page: str = "certificate"
    template: str = ""
    """The page it was printed as, and the digest of the school's own template, "" for a page of ours."""

    def as_data(self) -> dict[str, Any]:
        """Return what the register keeps, of what JSON can hold."""
        return {
            "school": self.school,
            "place": self.place,
            "key": self.key,
            "post": self.post,
            "head": self.head,
            "heading": self.heading,
            "page": self.page,
            "template": self.template,
            "colours": [self.palette.ink, self.palette.title, self.palette.gold],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any], otherwise: Letterhead) -> Letterhead:
        """Return what `as_data` gave; an older register lacks some of it, which is taken from ``otherwise``."""
        known = otherwise.as_data() | dict(data)
        lines = {name: str(known[name]) for name in _LINES}
        return cls(**lines, palette=Palette(*known["colours"]))


_LINES: Final = ("school", "place", "key", "post", "head", "heading", "page", "template")


def key_name(kid: bytes) -> str:
    """Return the short name of a key on pages, such as ``7F3A-91C2``; a help, no proof."""
    text = kid.hex().upper()
    return f"{text[:4]}-{text[4:8]}"
