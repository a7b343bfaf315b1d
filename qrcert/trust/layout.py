"""The walk over decoded CBOR by tables: which labels, which types, which order (rules L, O and C of the layout).

Messages name labels, types and sizes, never foreign text: a refusal carries nothing unverified.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from qrcert import cbor
from qrcert.errors import TooBig, TrustListError, Unreadable

NO_HASH = bytes(32)
"""Stands where there is nothing before: the previous of a first root or list, a request for no authority."""

_LABELS = range(-24, 24)
"""One-byte labels: there the two canonical orders of map keys agree."""

_MAX_LINE = 1000  # bytes of UTF-8


def fault(code: str, message: str) -> TrustListError:
    """Return the refusal with this code."""
    return TrustListError(code, message)


def decoded(data: bytes, **limits: Any) -> Any:
    """Return ``cbor.decode(data, **limits)``; its errors become `TrustListError` ``unreadable`` or ``too_big``."""
    try:
        return cbor.decode(data, **limits)
    except TooBig as error:
        raise fault("too_big", str(error)) from error
    except Unreadable as error:
        raise fault("unreadable", str(error)) from error


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep Python's collector of cycles from looking again and again through millions of values that form none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Kind(NamedTuple):
    """One type with its range: the words for it, and the test."""

    expected: str
    holds: Callable[[Any], bool]


def whole(low: int, high: int) -> Kind:
    """Return the kind of the integers ``low``..``high``."""
    return Kind(f"an integer {low}..{high}", lambda value: type(value) is int and low <= value <= high)


def octets(low: int, high: int | None = None) -> Kind:
    """Return the kind of byte strings of ``low`` (or ``low``..``high``) bytes."""
    top = low if high is None else high
    words = f"{low} bytes" if high is None else f"{low}..{high} bytes"
    return Kind(words, lambda value: type(value) is bytes and low <= len(value) <= top)


def array(low: int = 0, high: int | None = None) -> Kind:
    """Return the kind of arrays of ``low`` items or more, at most ``high``."""
    top = cbor.MAX_INTEGER if high is None else high
    words = f"an array of {low} or more" if high is None else f"an array of {low}..{high}"
    return Kind(words, lambda value: type(value) is tuple and low <= len(value) <= top)


def _is_line(value: Any) -> bool:
    return type(value) is str and 0 < len(value.encode()) <= _MAX_LINE


POSITIVE = whole(1, cbor.MAX_INTEGER)
COUNT = whole(0, cbor.MAX_INTEGER)
DAY = whole(18262, 84005)  # 2020..2199
ANY_DAY = whole(-62091, 84005)  # 1800..2199
FLAG = whole(1, 1)
HASH = octets(32)
LINE = Kind(f"text of 1..{_MAX_LINE} bytes", _is_line)
BYTES = Kind("bytes", lambda value: type(value) is bytes)
TEXT = Kind("text", lambda value: type(value) is str)
MAP = Kind("a map", lambda value: type(value) is dict)


def found(value: object) -> str:
    """Return what ``value`` is, without its text: numbers in full, strings by their length."""
    if type(value) is int:
        return str(value)
    if type(value) is bytes:
        return f"{len(value)} bytes"
    if type(value) is str:
        return f"text of {len(value)} characters"
    if type(value) is tuple:
        return f"an array of {len(value)}"
    return "a map" if type(value) is dict else type(value).__name__


class Label(NamedTuple):
    """One labelled entry of a map: its name in messages, its kind, and whether it may be absent."""

    name: str
    kind: Kind
    optional: bool = False


class Labelled:
    """A labelled map: known labels by their table, unknown ones from 0 ignored, unknown negative ones refused."""

    __slots__ = ("_holds", "_labels", "_required", "_what")

    def __init__(self, what: str, labels: Mapping[int, Label]) -> None:
        self._what = what
        self._labels = dict(labels)
        self._holds = {number: label.kind.holds for number, label in labels.items()}
        self._required = frozenset(number for number, label in labels.items() if not label.optional)

    def read(self, value: Any) -> dict[int, Any]:
        """Return the map, every known label of its kind; raise ``malformed`` or ``needs_newer``."""
        if type(value) is not dict:
            raise fault("malformed", f"{self._what}: found {found(value)}, expected a map")
        known = self._holds
        for number, item in value.items():
            holds = known.get(number)
            if holds is None:
                self._unknown(number)
            elif not holds(item):
                label = self._labels[number]
                raise fault(
                    "malformed",
                    f"{self._what}: {label.name} (label {number}): found {found(item)}, "
                    f"expected {label.kind.expected}",
                )
        if not self._required <= value.keys():
            missing = min(self._required - value.keys())
            raise fault(
                "malformed", f"{self._what}: {self._labels[missing].name} (label {missing}) is missing"
            )
        return value

    def _unknown(self, number: object) -> None:
        if type(number) is not int or number not in _LABELS:
            raise fault(
                "malformed", f"{self._what}: found {found(number)} as a label, expected an integer -24..23"
            )
        if number < 0:
            raise TrustListError(
                "needs_newer",
                f"{self._what}: label {number} is not known here",
                hint="a newer version of qrcert can read this",
            )


class Row:
    """An array of fixed places, each of its kind."""

    __slots__ = ("_kinds", "_what")

    def __init__(self, what: str, *kinds: Kind) -> None:
        self._what = what
        self._kinds = kinds

    def read(self, value: Any) -> tuple[Any, ...]:
        """Return the array, every place of its kind; raise ``malformed``."""
        if type(value) is not tuple or len(value) != len(self._kinds):
            raise fault(
                "malformed", f"{self._what}: found {found(value)}, expected an array of {len(self._kinds)}"
            )
        for place, (kind, item) in enumerate(zip(self._kinds, value, strict=True)):
            if not kind.holds(item):
                raise fault(
                    "malformed",
                    f"{self._what}: place {place}: found {found(item)}, expected {kind.expected}",
                )
        return value


def each_of(values: Iterable[Any], *, what: str, kind: Kind) -> None:
    """Return if every value is of ``kind``; raise ``malformed`` for the first that is not."""
    for value in values:
        if not kind.holds(value):
            raise fault("malformed", f"{what}: found {found(value)}, expected {kind.expected}")


def ascending(firsts: Sequence[Any], *, what: str) -> None:
    """Return if the first members of an array's entries strictly ascend (rule O); raise ``order``."""
    for place in range(1, len(firsts)):
        if not firsts[place - 1] < firsts[place]:
            same = firsts[place - 1] == firsts[place]
            raise fault(
                "order",
                f"{what}: entry {place} {'repeats' if same else 'should stand before'} the one before",
            )
