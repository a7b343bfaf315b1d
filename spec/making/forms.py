"""Forms: from TOML to the bytes that are hashed, by the rule of the specification and nothing more."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from making.keys import VECTORS
from making.octets import cbor

FORMS = VECTORS / "forms"

_TEXTS = {"title", "label"}
_TEXT_UNITS = {"number", None}  # a date's unit is no TEXT; a column has no type


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a list carries it: its bytes, and its translations."""

    data: bytes
    translations: Mapping[str, list[str]]

    @property
    def hash(self) -> bytes:
        """The 16 bytes by which certificates name it."""
        return sha256(self.data).digest()[:16]

    @property
    def entry(self) -> list[Any]:
        """The form as a list holds it."""
        return [self.data, self.translations]


@cache
def form(name: str) -> Form:
    """Return the form in ``spec/vectors/forms/NAME.toml``."""
    toml = tomllib.loads((FORMS / f"{name}.toml").read_text())
    toml.pop("office", None)
    reducer = _Reducer(toml["language"])
    data = cbor(reducer.map(toml))
    languages = sorted({language for texts in reducer.texts for language in texts})
    return Form(data, {code: [texts.get(code, "") for texts in reducer.texts] for code in languages})


class _Reducer:
    """Replaces every TEXT and ITEM by the document's language, in the order of the form's bytes."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts: list[dict[str, str]] = []

    def map(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a map of the form with its texts reduced; keys in the order of their bytes."""
        return {key: self._value(key, given) for key in sorted(given, key=cbor)}

    def _value(self, key: str, given: Mapping[str, Any]) -> Any:
        value = given[key]
        if key in _TEXTS or (key == "unit" and given.get("type") in _TEXT_UNITS):
            return self._text(value)
        if key == "parts":
            return [self._text(part) for part in value]
        if key in ("items", "list", "rows") and isinstance(value, list) and not _is_lists(value):
            return [self._item(item) for item in value]
        if isinstance(value, Mapping):
            return self.map(value)
        if isinstance(value, list):
            return [self.map(one) for one in value]
        return value

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            value = {self.language: value}
        self.texts.append({code: text for code, text in value.items() if code != self.language})
        return str(value[self.language])

    def _item(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        marks = {key: value[key] for key in ("code", "with") if key in value}
        text = self._text({key: text for key, text in value.items() if key not in marks})
        return marks | {self.language: text} if marks else text


def _is_lists(value: list[Any]) -> bool:
    """Tell whether ``list`` is the form's own lists and not the items of a choice."""
    return bool(value) and isinstance(value[0], dict) and "items" in value[0]
