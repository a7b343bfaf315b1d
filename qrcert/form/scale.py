"""A scale of whole or decimal numbers: reading what people write, the integer on the wire, writing it out."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from qrcert.errors import FormError
from qrcert.form.wording import Text, quoted, quoted_ru

MAX_INTEGER = 2**53 - 1
"""Integers of a certificate stay exact in every language that reads them, JavaScript included."""

MAX_DIGITS = 15
"""The decimal digits that every integer within +-(2^53-1) has room for."""

# Languages whose decimals stand after a comma; all others take the point.
_COMMA = frozenset(
    (
        *("be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu"),
        *("hy", "id", "is", "it", "ka", "kk", "ky", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt"),
        *("ro", "ru", "sk", "sl", "sq", "sr", "sv", "tg", "tr", "tt", "uk", "uz", "vi"),
    )
)
_RANGE = re.compile(r"(-?[0-9]{1,16}(?:\.[0-9]{1,15})?)\.\.(-?[0-9]{1,16}(?:\.[0-9]{1,15})?)", re.ASCII)
_WRITTEN = re.compile(r"([+-]?)([0-9]{1,20})(?:[.,]([0-9]{1,20}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from ``low`` to ``high``, both as integers: the number times 10^``decimals``.

    ``digits`` is the least number of digits to show, with zeros in front; ``unit`` stands after the number.
    """

    low: int = -MAX_INTEGER
    high: int = MAX_INTEGER
    decimals: int = 0
    digits: int = 0
    unit: Text | None = None

    def scaled(self, value: object) -> int:
        """Return the integer on the wire for an int, Decimal, float or text; raise `FormError`.

        Text may have a comma for the point. A float stands for the shortest decimal that gives it.
        """
        match = _WRITTEN.fullmatch(spelled(value).strip())
        if match is None:
            raise FormError(f"{quoted(value)} is not a number", ru=f"{quoted_ru(value)} — не число")
        sign, whole, fraction = match[1], match[2], (match[3] or "").rstrip("0")
        if len(fraction) > self.decimals:
            if self.decimals == 0:
                raise FormError(f"{match[0]} is not a whole number", ru=f"{match[0]} — не целое число")
            raise FormError(
                f"{match[0]} has more than {self.decimals} decimals",
                ru=f"{match[0]}: знаков после запятой больше {self.decimals}",
            )
        number = int(f"{sign}{whole}{fraction.ljust(self.decimals, '0')}")
        if not self.low <= number <= self.high:
            raise FormError(
                f"{match[0]} is not within {self.limits()}", ru=f"{match[0]} не входит в {self.limits()}"
            )
        return number

    def plain(self, number: int) -> str:
        """Return the number with a point before its decimals and the zeros that ``digits`` asks for."""
        sign = "-" if number < 0 else ""
        if not self.decimals:
            return f"{sign}{abs(number):0{self.digits}d}"
        written = f"{abs(number):0{self.decimals + 1}d}"
        return f"{sign}{written[: -self.decimals]}.{written[-self.decimals :]}"

    def value(self, number: int) -> int | str:
        """Return the value for JSON: the integer itself, or text where there are decimals."""
        return self.plain(number) if self.decimals else number

    def text(self, number: int, language: str) -> str:
        """Return the number as people of ``language`` write it, with its unit."""
        written = self.plain(number)
        if language in _COMMA:
            written = written.replace(".", ",")
        return written if self.unit is None else f"{written} {self.unit.in_language(language)}"

    def limits(self) -> str:
        """Return ``1.0..6.0``, as a form writes it."""
        return f"{self.plain(self.low)}..{self.plain(self.high)}"


def read_scale(limits: str | None, *, digits: int | None, unit: Text | None) -> Scale:
    """Return the scale of a form's ``range``, ``digits`` and ``unit``; raise `FormError` for what cannot be."""
    if digits is not None and not 1 <= digits <= MAX_DIGITS:
        raise FormError(f"digits is {digits}, 1..{MAX_DIGITS} are possible")
    if limits is None:
        if digits is None:
            return Scale(unit=unit)
        return Scale(low=0, high=10**digits - 1, digits=digits, unit=unit)
    match = _RANGE.fullmatch(limits)
    if match is None:
        raise FormError(f"range is {quoted(limits)}, where LOWEST..HIGHEST is due")
    decimals = [len(end.partition(".")[2]) for end in match.groups()]
    if decimals[0] != decimals[1]:
        raise FormError(f"the two ends of {limits} have not equally many decimals")
    low, high = (int(end.replace(".", "")) for end in match.groups())
    if low > high:
        raise FormError(f"range is {limits}, which holds nothing")
    if max(abs(low), abs(high)) > MAX_INTEGER:
        raise FormError(f"range is {limits}, beyond +-(2^53-1) on the wire")
    if digits is not None and decimals[0]:
        raise FormError("digits goes with whole numbers only")
    return Scale(low, high, decimals[0], digits or 0, unit)


def spelled(value: object) -> str:
    """Return a text as it is and a number as plain decimal text, a whole one without a point; else nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        value = int(value) if value.is_integer() else Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= MAX_DIGITS * 2:
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER:
        return str(value)
    return ""
