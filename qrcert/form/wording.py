"""The words of a form: a text in its languages, an item of a list, and finding an item by how it is spelled."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_NEAR = 3
"""More suggestions than three are a list to read, not a help."""

_ALIKE = 0.7  # share of letters in common: one or two slips in a subject's name, not another subject

MAX_QUOTED = 60
"""Characters of foreign input that a message repeats: enough to find it by."""


@dataclass(frozen=True, slots=True)
class Text:
    """A TEXT of a form: ``original`` in the document's language, ``others`` by language, as far as they exist."""

    original: str
    others: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """Return the text in ``language``, or in the document's language where there is no translation."""
        return self.others.get(language, self.original)

    def everywhere(self) -> tuple[str, ...]:
        """Return the text in every language it has, the document's first."""
        return (self.original, *self.others.values())


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its text, the code that is shown in its place if it has one, the list it adds (`with`)."""

    text: Text
    code: str | None = None
    adds: str | None = None

    @property
    def word(self) -> str:
        """The item's value: its code if it has one, else its text in the document's language."""
        return self.text.original if self.code is None else self.code

    def brief(self, language: str) -> str:
        """Return what is printed for the item: its code if it has one, else its text."""
        return self.text.in_language(language) if self.code is None else self.code

    def long(self, language: str) -> str:
        """Return code and text for a person: ``5 (excellent)``."""
        text = self.text.in_language(language)
        return text if self.code is None or self.code == text else f"{self.code} ({text})"

    def spellings(self) -> tuple[str, ...]:
        """Return every way to write the item: its word first, then its text in every language."""
        return (self.word, *self.text.everywhere())


def quoted(value: object) -> str:
    """Return foreign input for an English message, escaped and cut to a readable length."""
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


def quoted_ru(value: object) -> str:
    """Return foreign input for a Russian message, in its own quotes and cut to a readable length."""
    text = str(value)
    return f"«{text}»" if len(text) <= MAX_QUOTED else f"«{text[:MAX_QUOTED]}…»"


def combined(main: str, added: str) -> str:
    """Return a row's text with the item that `with` adds: in place of ``{}``, else in brackets after it."""
    return main.replace("{}", added) if "{}" in main else f"{main} ({added})"


def loose(text: str) -> str:
    """Return the spelling under which texts are compared when exact comparison failed: case and blanks apart."""
    return " ".join(text.casefold().split())


def near(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the words of ``known`` that look like ``text``, the most alike first."""
    spelled = {loose(word): word for word in reversed(list(known))}
    alike = difflib.get_close_matches(loose(text), spelled, n=MAX_NEAR, cutoff=_ALIKE)
    return tuple(spelled[key] for key in alike)


class Spellings(Generic[T]):
    """What each spelling stands for: exact first, then with case and blanks apart where that is not ambiguous."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        self._exact: dict[str, T] = {}
        self._loose: dict[str, T] = {}
        self._ambiguous: set[str] = set()
        for spelling, target in pairs:
            self._exact.setdefault(spelling, target)
            key = loose(spelling)
            if self._loose.setdefault(key, target) != target:
                self._ambiguous.add(key)

    def find(self, spelling: str) -> T | None:
        """Return what ``spelling`` stands for, or None where it stands for nothing or for several things."""
        found = self._exact.get(spelling)
        if found is not None:
            return found
        key = loose(spelling)
        return None if key in self._ambiguous else self._loose.get(key)

    def near(self, spelling: str) -> tuple[str, ...]:
        """Return known spellings that look like ``spelling``, the most alike first."""
        return near(spelling, self._exact)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self._exact.items())
