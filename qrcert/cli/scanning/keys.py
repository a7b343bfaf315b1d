"""Keys of the window, on English and Russian keyboards alike: what a key says depends on the system below."""

from __future__ import annotations

from typing import Final

QUIT: Final = "quit"
CAMERA: Final = "camera"
REPORT: Final = "report"

_ESCAPE: Final = 27
_MASK: Final = 0xFFFF
"""Above these bits some systems tell Shift, Control and locks."""

_LETTERS: Final = {"q": QUIT, "c": CAMERA, "r": REPORT, "й": QUIT, "с": CAMERA, "к": REPORT}
"""The Latin letters, and those on the same keys, or looking alike, of a Russian keyboard."""

_X11_CYRILLIC: Final = {"й": 0x6CA, "Й": 0x6EA, "с": 0x6D3, "С": 0x6F3, "к": 0x6CB, "К": 0x6EB}
"""What X11 calls these letters (X11/keysymdef.h); Windows and macOS tell Unicode or code page 1251."""


def meaning(code: int) -> str | None:
    """Return what the key with this code is for (`QUIT`, `CAMERA`, `REPORT`), or None."""
    return None if code < 0 else _MEANINGS.get(code & _MASK)


def _meanings() -> dict[int, str]:
    found = {_ESCAPE: QUIT}
    for letter, means in _LETTERS.items():
        for written in (letter, letter.upper()):
            found[ord(written)] = means
            found.setdefault(written.encode("cp1251")[0], means)
            found[_X11_CYRILLIC.get(written, ord(written))] = means
    return found


_MEANINGS: Final = _meanings()
