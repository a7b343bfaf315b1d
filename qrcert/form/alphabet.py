"""Text on the wire: one byte a character where the form's letters allow it, else UTF-8 (``text8``)."""

from __future__ import annotations

from qrcert.errors import FormError

MAX_LETTERS = 160
"""The bytes 128..255 and 0..31: what printable ASCII and 127 leave free."""

_FIRST_LETTER = 128
_ASCII = {chr(byte): byte for byte in range(0x20, 0x7F)}


class Alphabet:
    """The characters that have a byte of their own: U+0020..7E, and letter i of a form as (128+i) mod 256.

    Raises `FormError` for letters that are ASCII, double or more than 160.
    """

    __slots__ = ("_assigned", "_byte", "_character")

    def __init__(self, letters: str) -> None:
        if len(letters) > MAX_LETTERS:
            raise FormError(f"letters has {len(letters)} characters, at most {MAX_LETTERS} fit")
        if len(set(letters)) != len(letters):
            double = next(letter for letter in letters if letters.count(letter) > 1)
            raise FormError(f"letters holds {double!r} twice")
        if letters and min(letters) < "\x80":
            raise FormError(f"letters holds {min(letters)!r}, which is ASCII and has its byte already")
        self._byte = _ASCII | {letter: (_FIRST_LETTER + i) % 256 for i, letter in enumerate(letters)}
        self._character = {byte: character for character, byte in self._byte.items()}
        self._assigned = bytes(self._character)

    def pack(self, text: str) -> bytes | str:
        """Return ``text`` as it stands on the wire: bytes exactly when every character has one."""
        try:
            return bytes([self._byte[character] for character in text])
        except KeyError:
            return text

    def read(self, wire: bytes | str) -> str:
        """Return the text of a wire value that `fits`."""
        return wire if isinstance(wire, str) else "".join([self._character[byte] for byte in wire])

    def some(self, length: int) -> str:
        """Return a text of ``length`` of the form's own letters, or of ASCII where it has none."""
        letters = list(self._byte)[len(_ASCII) :] or list("abcdefghijklmnopqrstuvwxyz")
        return "".join(letters[i % len(letters)] for i in range(length))

    def fits(self, wire: object, longest: int) -> bool:
        """Tell whether ``wire`` is the one spelling of a text of 1..``longest`` code points."""
        if type(wire) is bytes:
            return 0 < len(wire) <= longest and not wire.translate(None, self._assigned)
        return type(wire) is str and 0 < len(wire) <= longest and not self._byte.keys() >= set(wire)


def is_sound(text: str) -> bool:
    """Tell whether ``text`` can be written as UTF-8: Python also has strings with half a character in them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
