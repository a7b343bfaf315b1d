"""Days, months and years: on the wire, as values (ISO 8601), and written out for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from qrcert.errors import FormError
from qrcert.form.wording import quoted, quoted_ru

FIRST_YEAR, LAST_YEAR = 1800, 2199
"""Nobody named on a certificate was born before, and the days of QC1 end in 2199."""

_EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY, LAST_DAY = (
    date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH,
    date(LAST_YEAR, 12, 31).toordinal() - _EPOCH,
)
FIRST_MONTH, LAST_MONTH = (FIRST_YEAR - 1970) * 12, (LAST_YEAR - 1970) * 12 + 11

Wire = int | tuple[int, ...]

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
_DOTTED = re.compile(r"(?:(?:([0-9]{1,2})\.)?([0-9]{1,2})\.)?([0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """How a language writes dates: names of months after a day and alone, patterns, the short form of a day."""

    after_day: tuple[str, ...]
    alone: tuple[str, ...]
    day: str
    month: str
    year: str
    short: str


def _calendar(
    after_day: str, alone: str = "", *, day: str, month: str = "{m} {y}", year: str = "{y}", short: str
) -> _Calendar:
    return _Calendar(tuple(after_day.split()), tuple((alone or after_day).split()), day, month, year, short)


_CALENDARS = {
    "ru": _calendar(
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        day="{d} {m} {y} г.",
        month="{m} {y} г.",
        year="{y} г.",
        short="{d:02}.{n:02}.{y}",
    ),
    "en": _calendar(
        "January February March April May June July August September October November December",
        day="{d} {m} {y}",
        short="{y}-{n:02}-{d:02}",
    ),
    "de": _calendar(
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        day="{d}. {m} {y}",
        short="{d:02}.{n:02}.{y}",
    ),
    "fr": _calendar(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        day="{d} {m} {y}",
        short="{d:02}/{n:02}/{y}",
    ),
    "es": _calendar(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        day="{d} de {m} de {y}",
        month="{m} de {y}",
        short="{d:02}/{n:02}/{y}",
    ),
}


@dataclass(frozen=True, slots=True)
class Date:
    """A day, or with ``month`` a month; ``partial`` ones may lack what is not known, down to the year.

    ``until`` marks the certificate's own last day.
    """

    month: bool = False
    partial: bool = False
    until: bool = False
    type: ClassVar[str] = "date"

    def pack(self, value: object) -> Wire:
        """Return days or months since 1970-01, or [year], [year, month].

        Takes a `date`, text as ``2008-05-17`` or ``17.05.2008``, cut short where the field allows it, and for
        a partial date a year as int.
        """
        year, month, day = self._parts(value)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise FormError(
                f"the year {year} is not within {FIRST_YEAR}..{LAST_YEAR}",
                ru=f"год {year} не входит в {FIRST_YEAR}..{LAST_YEAR}",
            )
        if day is not None and month is not None:
            return date(year, month, day).toordinal() - _EPOCH
        if month is None:
            return (year,)
        return (year - 1970) * 12 + month - 1 if self.month else (year, month)

    def _parts(self, value: object) -> tuple[int, int | None, int | None]:
        """Return year, month and day as far as given and as this field has them."""
        given = _read(value)
        if given is None:
            raise self._strange(value)
        year, month, day = given
        if self.month and day is not None:
            if not isinstance(value, date) or day != 1:  # a spreadsheet keeps a month as its first day
                raise self._strange(value)
            day = None
        whole = month is not None if self.month else day is not None
        if not whole and not self.partial:
            raise self._strange(value)
        return year, month, day

    def _strange(self, value: object) -> FormError:
        en, ru = ("2008-05", "05.2008") if self.month else ("2008-05-17", "17.05.2008")
        if self.partial:
            en, ru = f"{en} or less of it", f"{ru} или его часть"
        return FormError(
            f"{quoted(value)} is not a date, expected one like {en}",
            ru=f"{quoted_ru(value)} — не дата, ожидается как {ru}",
        )

    def check(self, wire: object) -> None:
        """Raise `FormError` unless ``wire`` is a day, month or partial date of the years 1800..2199."""
        if type(wire) is int:
            if not (FIRST_MONTH <= wire <= LAST_MONTH if self.month else FIRST_DAY <= wire <= LAST_DAY):
                raise FormError(f"not within the years {FIRST_YEAR}..{LAST_YEAR}")
        elif not (self.partial and type(wire) is tuple and self._is_partial(wire)):
            raise FormError("not a date of this field's kind")

    def _is_partial(self, wire: tuple[object, ...]) -> bool:
        """Tell whether ``wire`` is [year], or in a field of days [year, month]."""
        if not 1 <= len(wire) <= (1 if self.month else 2) or not all(type(part) is int for part in wire):
            return False
        year, month = (*wire, 1)[:2]
        return FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12  # type: ignore[operator]

    def value(self, wire: Wire) -> str:
        """Return ``2008-05-17``, ``2008-05`` or ``2008``."""
        year, month, day = self.parts(wire)
        return f"{year}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")

    def parts(self, wire: Wire) -> tuple[int, int | None, int | None]:
        """Return year, month and day as far as they are known."""
        if isinstance(wire, tuple):
            return wire[0], (wire[1] if len(wire) > 1 else None), None
        if self.month:
            return 1970 + wire // 12, wire % 12 + 1, None
        day = date.fromordinal(wire + _EPOCH)
        return day.year, day.month, day.day

    def brief(self, wire: Wire, language: str) -> str:
        """Return the date in figures as ``language`` writes them; what is not a whole day stays as its value."""
        year, month, day = self.parts(wire)
        calendar = _CALENDARS.get(language)
        if calendar is None or day is None:
            return self.value(wire)
        return calendar.short.format(y=year, n=month, d=day)

    def long(self, wire: Wire, language: str) -> str:
        """Return ``17 May 2008`` in the language's own way; a language without a calendar here gets ISO 8601."""
        year, month, day = self.parts(wire)
        calendar = _CALENDARS.get(language)
        if calendar is None:
            return self.value(wire)
        if month is None:
            return calendar.year.format(y=year)
        if day is None:
            return calendar.month.format(m=calendar.alone[month - 1], y=year)
        first = "1er" if language == "fr" and day == 1 else day
        return calendar.day.format(d=first, m=calendar.after_day[month - 1], y=year)


def _read(value: object) -> tuple[int, int | None, int | None] | None:
    """Return year, month and day as far as ``value`` gives them, or None where it is no date."""
    if isinstance(value, date):
        if isinstance(value, datetime) and value.time() != datetime.min.time():
            return None
        return value.year, value.month, value.day
    if type(value) is int:
        return value, None, None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DOTTED.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return int(year), int(month) if month else None, int(day) if day else None
