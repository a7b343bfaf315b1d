"""What a field can be. Here: text, number and choice; dates and tables have modules of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

from qrcert.errors import FormError
from qrcert.form.alphabet import Alphabet, is_sound
from qrcert.form.scale import Scale, spelled
from qrcert.form.wording import Item, Spellings, quoted, quoted_ru

Wire = int | bytes | str | tuple[Any, ...]
"""What stands under a label of the payload."""

Value = int | str | list[Any]
"""A field's value, the same in every language and ready for JSON."""

_NAMED_CHOICES = 6
"""A message that names more choices than this is not read."""


class Kind(Protocol):
    """What a field can do with its value."""

    type: ClassVar[str]

    def pack(self, value: object) -> Wire:
        """Return the wire value of what a person or a file says; raise `FormError` with the reason."""

    def check(self, wire: object) -> None:
        """Raise `FormError` unless ``wire`` is the one spelling of a value that the field allows."""

    def value(self, wire: Any) -> Value:
        """Return the meaning of a wire value that passed `check`."""

    def brief(self, wire: Any, language: str) -> str:
        """Return it as titles hold it."""

    def long(self, wire: Any, language: str) -> str:
        """Return it written out for a person."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text of at most ``longest`` code points."""

    alphabet: Alphabet
    longest: int
    type: ClassVar[str] = "text"

    def pack(self, value: object) -> bytes | str:
        """Return one byte a character, or the text itself where a character has no byte."""
        if not isinstance(value, str):
            raise FormError(f"{quoted(value)} is not a text", ru=f"{quoted_ru(value)} — не текст")
        if not value or not is_sound(value):
            raise FormError("an empty or broken text", ru="пустой или повреждённый текст")
        if len(value) > self.longest:
            raise FormError(
                f"{len(value)} characters, at most {self.longest} are allowed",
                ru=f"знаков {len(value)}, а можно не больше {self.longest}",
            )
        return self.alphabet.pack(value)

    def check(self, wire: object) -> None:
        """Raise `FormError` unless ``wire`` is the one spelling of a text that is not too long."""
        if not self.alphabet.fits(wire, self.longest):
            raise FormError(f"not the one spelling of a text of 1..{self.longest} characters")

    def value(self, wire: bytes | str) -> str:
        """Return the text."""
        return self.alphabet.read(wire)

    def brief(self, wire: bytes | str, language: str) -> str:
        """Return the text, which has no translation."""
        return self.alphabet.read(wire)

    long = brief


@dataclass(frozen=True, slots=True)
class Number:
    """A whole or decimal number on a `Scale`."""

    scale: Scale
    type: ClassVar[str] = "number"

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest wire value."""
        return self.scale.low, self.scale.high

    def pack(self, value: object) -> int:
        """Return the number times a power of ten; takes int, Decimal, float or text."""
        return self.scale.scaled(value)

    def check(self, wire: object) -> None:
        """Raise `FormError` unless ``wire`` is an integer of the scale."""
        if type(wire) is not int or not self.scale.low <= wire <= self.scale.high:
            raise FormError(f"not a number within {self.scale.limits()}")

    def value(self, wire: int) -> int | str:
        """Return the integer, or text with a point where the scale has decimals."""
        return self.scale.value(wire)

    def brief(self, wire: int, language: str) -> str:
        """Return the number with its unit."""
        return self.scale.text(wire, language)

    long = brief


class Choice:
    """One item of a list; of a list with one item, a tick."""

    type: ClassVar[str] = "choice"

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        self._last = len(self.items) - 1

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest wire value."""
        return 0, self._last

    def pack(self, value: object) -> int:
        """Return the index of the item that ``value`` spells: its code, or its text in any language.

        A number stands for its digits, so that a mark may come from a spreadsheet as one.
        """
        index = self._spellings.find(spelled(value))
        if index is None:
            raise self._unknown(value)
        return index

    def check(self, wire: object) -> None:
        """Raise `FormError` unless ``wire`` is an index into the list."""
        if type(wire) is not int or not 0 <= wire <= self._last:
            raise FormError(f"not an index 0..{self._last} into the list")

    def value(self, wire: int) -> str:
        """Return the item's code if it has one, else its text in the document's language."""
        return self.items[wire].word

    def brief(self, wire: int, language: str) -> str:
        """Return the item's code if it has one, else its text."""
        return self.items[wire].brief(language)

    def long(self, wire: int, language: str) -> str:
        """Return the item's code and text."""
        return self.items[wire].long(language)

    @cached_property
    def _spellings(self) -> Spellings[int]:
        return spellings_of(self.items)

    def _unknown(self, value: object) -> FormError:
        words = [item.word for item in self.items]
        if len(words) > _NAMED_CHOICES and isinstance(value, str):
            words = list(self._spellings.near(value))
        if len(words) > _NAMED_CHOICES or not words:
            return FormError(f"{quoted(value)} is not in the list", ru=f"{quoted_ru(value)} нет в списке")
        en, ru = ", ".join(map(repr, words)), ", ".join(f"«{word}»" for word in words)
        return FormError(
            f"{quoted(value)} is not in the list: {en}", ru=f"{quoted_ru(value)} нет в списке: {ru}"
        )


def spellings_of(items: Sequence[Item]) -> Spellings[int]:
    """Return the indices of items by every spelling; an item's own word goes before another's translation."""
    words = [(item.word, index) for index, item in enumerate(items)]
    return Spellings(words + [(text, index) for index, item in enumerate(items) for text in item.spellings()])
