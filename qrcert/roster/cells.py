"""Making values out of cells as spreadsheets have them: 4.0 for 4, a date for the mark 9-8, nothing for «-».

Every function raises FormError, in English and Russian, for a cell that cannot be what its column asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta

from qrcert.errors import FormError
from qrcert.form import Choice, Date, Field, Form, Number, OfficeField, Table, read_cells
from qrcert.roster.grid import Broken
from qrcert.text import faults, normalise
from qrcert.wire import FIRST_DAY, LAST_DAY, to_date

_YES = frozenset(("+", "1", "v", "x", "y", "д", "да", "есть", "истина", "true", "yes", "х", "✓", "✔"))
_NO = frozenset(("-", "–", "—", "0", "false", "n", "no", "ложь", "н", "нет"))
_DASHES = frozenset("-–—")

_BLANKS = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_EXACT = 10**15  # spreadsheets keep 15 digits of a number and lose what comes after them
_SPOILED = re.compile(r"[0-9]+[.,][0-9]+E\+?[0-9]+|[0-9]+E\+[0-9]+", re.IGNORECASE)  # 6,62E+12
_ERROR = re.compile(
    r"#(N/A|Н/Д|REF!|ССЫЛКА!|DIV/0!|ДЕЛ/0!|VALUE!|ЗНАЧ!|NAME\?|ИМЯ\?|NULL!|ПУСТО!|NUM!|ЧИСЛО!|SPILL!|ПЕРЕНОС!|##+)"
)
"""What stands in a .csv for an error of a formula, and for a column that was too narrow to show its value."""
_MONTHS = "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAY_AND_MONTH = re.compile(
    rf"[0-9]{{1,2}}[.\- ]({_MONTHS})\.?|({_MONTHS})[.\- ]+[0-9]{{1,2}}", re.IGNORECASE
)
_MIDNIGHT = re.compile(r"[T ]00:00(:00)?$")
_SERIAL = re.compile("[0-9]{5,6}")
_DAY_ZERO = date(1899, 12, 30)  # of the day numbers of spreadsheets, right from 1900-03-01 on
_SERIALS = range(10_000, 109_576)  # 1927-05-18 to 2199-12-31; a smaller number is a year

_DAY = Date()


def clean(cell: object) -> object:
    """Return a cell as a value: whole floats as int, text in NFC with single blanks and none at its ends.

    Refused are cells without a value, text that may not be shown, and formulas or their errors that stand there as
    text.
    """
    if isinstance(cell, Broken):
        raise FormError(cell.en, ru=cell.ru)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if not isinstance(cell, str):
        return cell
    text = _BLANKS.sub(" ", normalise(cell)).strip()
    if found := faults(text):
        en, ru = "; ".join(fault.en for fault in found), "; ".join(fault.ru for fault in found)
        raise FormError(f"the text {en}", ru=ru)
    if text.startswith("="):
        raise FormError("a formula that stands here as text", ru="формула записана как текст")
    if _ERROR.fullmatch(text):
        raise FormError(f"the cell holds the error {text}", ru=f"в ячейке ошибка {text}")
    return text


def number_value(cell: object, form: Form) -> str:
    """Return a certificate's number as printed; a numeric cell gets the zeros back that it cannot keep."""
    value = _no_date(clean(cell))
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _EXACT:
        return form.number_text(form.pack_number(value if form.digits else str(value)))
    if not isinstance(value, str) or _SPOILED.fullmatch(value):
        raise FormError(
            f"{value!r} was spoiled by a spreadsheet: format the column as text and type the number again",
            ru=f"«{value}» испорчено Excel: сделайте столбец текстовым и наберите номер снова",
        )
    if form.digits and value.isascii() and value.isdigit() and len(value) < form.digits:
        raise FormError(
            f"{value!r} has {len(value)} digits, expected {form.digits}: zeros in front may be lost",
            ru=f"«{value}»: цифр {len(value)}, нужно {form.digits}; возможно, потеряны нули в начале",
        )
    return form.number_text(form.pack_number(value))


def issued_value(cell: object) -> date:
    """Return the day of signing, of the years 2020 to 2199 that the format has room for."""
    days = _DAY.pack(date_value(clean(cell)))
    if not isinstance(days, int) or not FIRST_DAY <= days <= LAST_DAY:
        raise FormError(
            f"{cell!s} is not within 2020..2199, the years of signing",
            ru=f"{cell!s} не входит в годы 2020..2199",
        )
    return to_date(days)


def field_value(cell: object, field: Field) -> object:
    """Return what ``field.pack`` takes, or None for an empty field; tables have `table_rows`."""
    kind = field.kind
    value = clean(cell)
    if isinstance(kind, Date):
        return date_value(value)
    if isinstance(kind, Choice) and len(kind.items) == 1:
        return _tick(value, kind)
    value = _no_date(value)
    if isinstance(kind, Number):
        return value
    return _spelled(value)


def office_value(cell: object, own: OfficeField) -> str:
    """Return what the register keeps of a cell."""
    value = clean(cell)
    return own.pack(value.isoformat() if isinstance(value, date) else _spelled(value))


def row_cells(cell: object, table: Table) -> tuple[object, ...] | None:
    """Return the columns of a table's row out of one cell, or None where the row is not there."""
    value = clean(cell)
    if not table.columns:
        ticked = _ticked(value)
        if ticked is None:
            raise FormError(f"{value!r} is neither yes nor no", ru=f"«{value}»: ожидается да или нет")
        return () if ticked else None
    value = _spelled(_no_date(value))
    if not isinstance(value, str):
        raise FormError(f"{value!r} is no cell of a table", ru=f"«{value}» — не ячейка таблицы")
    if value in _DASHES and not (len(table.columns) == 1 and table.columns[0].optional):
        return None
    return tuple(read_cells(value, table.columns))


def table_rows(cell: object) -> list[object]:
    """Return the rows of a whole table, which only JSON can hold in one cell."""
    rows = _deep(cell)
    if not isinstance(rows, list):
        raise FormError(f"{rows!r} is not a list of rows", ru=f"«{rows}» — не список строк")
    return rows


def date_value(value: object) -> object:
    """Return a cleaned cell as the date kinds take it: a spreadsheet's day number or midnight becomes a day."""
    if isinstance(value, str):
        value = _MIDNIGHT.sub("", value)
        if _SERIAL.fullmatch(value):
            value = int(value)
    if type(value) is int and value in _SERIALS:
        return _DAY_ZERO + timedelta(days=value)
    return value


def _no_date(value: object) -> object:
    """Return a value that may be anything but a date or time, which only a spreadsheet can have made of it."""
    if isinstance(value, date):
        made = f"{value:%Y-%m-%d}"
        typed = f"{value.day}-{value.month}", f"{value.month}-{value.day}"
    elif isinstance(value, (time, timedelta)) or (isinstance(value, str) and _DAY_AND_MONTH.fullmatch(value)):
        made, typed = str(value), ("9-8", "9:8")
    else:
        return value
    raise FormError(
        f"a spreadsheet made {made!r} of what was typed, {typed[0]} or {typed[1]} perhaps: "
        "format the column as text and type it again",
        ru=f"Excel превратил набранное (возможно, {typed[0]} или {typed[1]}) в «{made}»: "
        "сделайте столбец текстовым и наберите снова",
    )


def _spelled(value: object) -> object:
    """Return numbers as the text that they were typed as; other things as they are."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if abs(value) >= _EXACT:
        raise FormError(
            f"{value!r} has more digits than a spreadsheet keeps", ru=f"{value!r}: Excel потерял цифры"
        )
    return str(value)


def _tick(value: object, kind: Choice) -> object:
    """Return the only item of a list for a tick or for the item itself, None for a dash or a no."""
    ticked = _ticked(value)
    if ticked is None:
        return _spelled(_no_date(value))
    return kind.items[0].word if ticked else None


def _ticked(value: object) -> bool | None:
    word = str(value).casefold()
    return True if word in _YES else False if word in _NO else None


def _deep(value: object) -> object:
    """Return a table's rows from JSON with every text and number cleaned."""
    if isinstance(value, (list, tuple)):
        return [_deep(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _deep(item) for key, item in value.items()}
    return clean(value)
