"""The keys of a form and what may stand under each: one walk for forms as people write them and as they are hashed.

The walk copies a form and hands every TEXT and ITEM to a visitor, in the order of the form's bytes (keys by
length, then alphabet), which is the order of the translations in a trust list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from qrcert.errors import FormError
from qrcert.form.wording import quoted


class Visitor(Protocol):
    """What is to become of the words of a form; ``where`` is the place for a message."""

    def text(self, value: object, where: str) -> object:
        """Return what stands for a TEXT."""

    def item(self, value: object, where: str) -> object:
        """Return what stands for an ITEM."""


Shape = Callable[[object, Visitor, str], Any]


def fault(where: str, message: str) -> FormError:
    """Return the error for something wrong at a place of a form."""
    return FormError(f"{where}: {message}" if where else message)


def called(value: object) -> str:
    """Return the kind of a foreign value in the words of TOML; what it holds may be long and deep."""
    names = {bool: "true or false", int: "an integer", str: "a text", float: "a decimal number"}
    for kind, name in (names | {Mapping: "a table", list: "an array", tuple: "an array"}).items():
        if isinstance(value, kind):
            return name
    return f"a value of type {type(value).__name__}"


def exactly(kind: type, due: str) -> Shape:
    """Return the shape of a value of one type, called ``due`` in messages."""

    def walked(value: object, visitor: Visitor, where: str) -> Any:
        if type(value) is not kind:
            raise fault(where, f"{called(value)}, where {due} is due")
        return value

    return walked


def array(shape: Shape) -> Shape:
    """Return the shape of an array of any length."""

    def walked(value: object, visitor: Visitor, where: str) -> Any:
        if not isinstance(value, (list, tuple)):
            raise fault(where, f"{called(value)}, where an array is due")
        return tuple(shape(item, visitor, f"{where} {place}") for place, item in enumerate(value, 1))

    return walked


def table(keys: Mapping[str, Shape], needed: tuple[str, ...]) -> Shape:
    """Return the shape of a table with some of ``keys`` and all that are ``needed``."""

    def walked(value: object, visitor: Visitor, where: str) -> Any:
        if not isinstance(value, Mapping):
            raise fault(where, f"{called(value)}, where a table is due")
        for key in value:
            if key not in keys:
                raise fault(where, f"unknown key {quoted(key)}")
        for key in needed:
            if key not in value:
                raise fault(where, f"{key} is missing")
        inside = f"{where}, " if where else ""
        return {key: keys[key](value[key], visitor, inside + key) for key in in_order(value)}

    return walked


def mapping(shape: Shape) -> Shape:
    """Return the shape of a table whose keys are any texts."""

    def walked(value: object, visitor: Visitor, where: str) -> Any:
        if not isinstance(value, Mapping):
            raise fault(where, f"{called(value)}, where a table is due")
        return {key: shape(inside, visitor, f"{where}, {key}") for key, inside in value.items()}

    return walked


def in_order(keys: Mapping[str, object]) -> list[str]:
    """Return text keys of less than 24 bytes in the order of deterministic CBOR (RFC 8949 section 4.2.1)."""
    return sorted(keys, key=lambda key: (len(key), key))


def text(value: object, visitor: Visitor, where: str) -> object:
    """Take a TEXT."""
    return visitor.text(value, where)


def item(value: object, visitor: Visitor, where: str) -> object:
    """Take an ITEM."""
    return visitor.item(value, where)


def choices(value: object, visitor: Visitor, where: str) -> Any:
    """Take a LIST: a list's name, or items in place."""
    return string(value, visitor, where) if isinstance(value, str) else items(value, visitor, where)


string = exactly(str, "a text")
integer = exactly(int, "an integer")
boolean = exactly(bool, "true or false")
items = array(item)

_NAMED: dict[str, Shape] = {"name": string, "label": text}
_COLUMN = table(
    _NAMED | {"list": choices, "range": string, "digits": integer, "unit": text, "optional": boolean},
    ("name", "label"),
)
_FIELD = _NAMED | {"type": string, "holder": boolean, "required": boolean, "part": integer}
_FIELDS = {
    "text": table(_FIELD | {"max": integer}, ("name", "label")),
    "number": table(_FIELD | {"range": string, "unit": text, "digits": integer}, ("name", "label")),
    "date": table(_FIELD | {"unit": string, "partial": boolean, "until": boolean}, ("name", "label")),
    "choice": table(_FIELD | {"list": choices}, ("name", "label", "list")),
    "table": table(
        _FIELD | {"rows": choices, "free": integer, "max": integer, "columns": array(_COLUMN)},
        ("name", "label"),
    ),
}


def _field(value: object, visitor: Visitor, where: str) -> Any:
    """Take a field; its type says which keys it may have."""
    kind = value.get("type", "text") if isinstance(value, Mapping) else "text"
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise fault(where, f"type is none of {', '.join(_FIELDS)}")
    return _FIELDS[kind](value, visitor, where)


walk = table(
    {
        "id": string,
        "edition": integer,
        "language": string,
        "letters": string,
        "title": text,
        "number": table({"digits": integer}, ("digits",)),
        "parts": array(text),
        "field": array(_field),
        "list": array(table({"name": string, "items": items}, ("name", "items"))),
    },
    ("id", "language", "title", "field"),
)
"""Return a copy of a form, shape checked, with what the visitor made of its words; raise `FormError`."""
