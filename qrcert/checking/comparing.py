"""The words printed on a page against what its code says: only where the same label stands with another value.

What cannot be found is not said to differ: pages are set in many ways, and a scan has no words at all. Labels and
values are compared as whole pieces of a line, in the document's own language, white space aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from qrcert import wire
from qrcert.decode import Verdict
from qrcert.form import Column, Contents, Date, Form, Mark, Table
from qrcert.scan import Run, Words

if TYPE_CHECKING:
    from qrcert.page.words import Words as PageWords

PRINT: Final = "print"
ATTACHMENT: Final = "attachment"
PART: Final = "part"
"""Where something stands that differs from the code: in the printed text, the attached text, the other part."""

NUMBER: Final = "number"
HOLDER: Final = "holder"
ISSUED: Final = "issued"
FORM: Final = "form"
SCHOOL: Final = "school"
WHICH_PART: Final = "part"
ANSWER: Final = "answer"
TEXT: Final = "text"
"""Names of what is compared besides fields and rows of tables; values of `ANSWER` are codes of verdicts."""

_LINES: Final = 4
"""Lines over which a label or a value may run on."""

_GAP: Final = 0.45
"""Letters' heights between two runs from which they are two pieces of a line: a column, a label and its text."""

_BELOW: Final = 3.0
"""Letters' heights below its label at which a value may stand."""

_MAX_STATES: Final = 2_000
"""States of a column that are written out to know another value when it is seen."""

_SIGN: Final = re.compile(r"(?:№|No\.?|Nr\.?|N°|Nº|Number|Номер)\s*:?\s*(.+)", re.IGNORECASE)

_DAY: Final = Date()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that stands elsewhere otherwise than in the code.

    ``where`` is `PRINT`, `ATTACHMENT` or `PART`; ``name`` is one of those above, a field's name, or the name of a
    table; ``label`` tells a person what it is, in the document's language, and is empty where only the name does;
    ``code`` and ``found`` are texts as shown.
    """

    where: str
    name: str
    label: str
    code: str
    found: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a line that stands by itself, with its place in points, y upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def beside(self, other: _Piece) -> bool:
        """Whether this stands on the line of ``other``, to its right."""
        low, high = max(self.bottom, other.bottom), min(self.top, other.top)
        return (
            high - low > 0.3 * min(self.top - self.bottom, other.top - other.bottom)
            and self.left > other.left
        )

    def under(self, other: _Piece) -> bool:
        """Whether this stands right below ``other``."""
        apart = other.bottom - self.top
        near = apart < _BELOW * max(other.top - other.bottom, self.top - self.bottom)
        return near and self.top < other.top and self.left < other.right and self.right > other.left


def own_words(language: str) -> PageWords:
    """Return what a page of ours says itself in a language."""
    from qrcert.page.words import words  # drawing is slow to import, and texts do without

    return words(language)


def compare_print(verdict: Verdict, page: Words | None) -> tuple[Difference, ...]:
    """Return what stands printed on a page otherwise than in the code that was read there."""
    contents = verdict.contents(verdict.form.language) if verdict.form else None
    if page is None or contents is None:
        return ()
    return tuple(_Comparison(verdict, contents, page).differences())


class _Comparison:
    """One page beside one code."""

    def __init__(self, verdict: Verdict, contents: Contents, page: Words) -> None:
        assert verdict.form is not None
        self._verdict = verdict
        self._form: Form = verdict.form
        self._contents = contents
        self._page = page
        self._pieces = list(_pieces(page.runs))
        self._labels = {_plain(one.label) for one in contents.fields} | {
            _plain(field.label.in_language(self._form.language)) for field in self._form.fields
        }

    def differences(self) -> Iterator[Difference]:
        yield from self._number()
        yield from self._holder()
        own = own_words(self._form.language)
        issued = wire.to_day(self._verdict.issued) if self._verdict.issued else None
        if issued is not None:
            ways = (_DAY.long(issued, self._form.language), _DAY.brief(issued, self._form.language))
            yield from self._value(ISSUED, own.issued, (*ways, _DAY.value(issued)))
        for shown in self._contents.fields:
            field = self._form.field(shown.name)
            brief = (
                field.kind.brief(self._verdict.claims.fields[field.key], self._form.language)
                if field and self._verdict.claims
                else shown.text
            )
            yield from self._value(shown.name, shown.label, (shown.text, brief, str(shown.value)))
        for mark in self._contents.marks:
            yield from self._mark(mark)

    def _number(self) -> Iterator[Difference]:
        """Yield a number of the same shape that stands, with its sign, by itself in place of the code's."""
        number = _tight(self._verdict.number or "")
        signed = [found[1] for one in self._pieces if (found := _SIGN.fullmatch(one.text))]
        if not number or number in _tight("".join(one.text for one in self._pieces)):
            return
        sign = own_words(self._form.language).number
        for other in signed:
            if _shape(_tight(other)) == _shape(number):
                yield Difference(PRINT, NUMBER, sign, self._verdict.number or "", other)
                return

    def _holder(self) -> Iterator[Difference]:
        """Yield what the page marks as its one heading, where that is not the holder: our pages mark the name."""
        assert self._verdict.claims is not None
        holder = self._form.holder(self._verdict.claims.fields)
        headings = [one for one in self._page.headings if one.strip()]
        if len(headings) == 1 and _tight(headings[0]) != _tight(holder):
            yield Difference(PRINT, HOLDER, holder_label(self._form), holder, _plain(headings[0]))

    def _value(self, name: str, label: str, ways: Sequence[str]) -> Iterator[Difference]:
        """Yield the value that stands beside or below ``label`` if it is none of the ``ways`` to write it."""
        expected = [_tight(way) for way in ways if way]
        found: list[str] = []
        for first, last in self._stand(label):
            text = self._beside(first, last, expected)
            if text is None:
                continue
            if text == "":
                return
            found.append(text)
        if found and expected:
            yield Difference(PRINT, name, label, ways[0], found[0])

    def _beside(self, first: int, last: int, expected: Sequence[str]) -> str | None:
        """Return what stands beside the label of these pieces: "" as expected, None nothing sure."""
        following = self._pieces[last + 1 : last + 1 + _LINES]
        if not following:
            return None
        value = following[0]
        near = any(map(value.beside, self._pieces[first : last + 1])) or value.under(self._pieces[last])
        if not near or value.text in self._labels:
            return None
        written = ""
        for piece in following:
            written += _tight(piece.text)
            if written in expected:
                return ""
        start = _tight(value.text)
        if any(one.startswith(start) for one in expected):
            return None
        return _plain(value.text)

    def _mark(self, mark: Mark) -> Iterator[Difference]:
        """Yield the first cell of a row that stands there with another value of its column."""
        table = self._form.field(mark.table)
        if table is None or not isinstance(table.kind, Table):
            return
        columns = [one for one, text in zip(table.kind.columns, mark.texts, strict=True) if text]
        others: list[tuple[str, str]] = []
        for first, last in self._stand(mark.subject):
            label, following = (
                self._pieces[first : last + 1],
                self._pieces[last + 1 : last + 1 + len(columns)],
            )
            row = [piece.text for piece in following if any(map(piece.beside, label))]
            other = self._other_cell(mark, columns, row)
            if other is True:
                return
            if other is not False:
                others.append(other)
        if others:
            yield Difference(PRINT, mark.table, mark.subject, *others[0])

    def _other_cell(
        self, mark: Mark, columns: Sequence[Column], row: Sequence[str]
    ) -> tuple[str, str] | bool:
        """Return the first cell (in the code, as printed) of a row that holds another value of its column.

        True where the row is as in the code, False where nothing sure can be said.
        """
        given = [(cell, text) for cell, text in zip(mark.cells, mark.texts, strict=True) if text]
        for text, column, (cell, written) in zip(row, columns, given, strict=False):
            if _tight(text) not in (_tight(written), _tight(str(cell))):
                known = _tight(text) in _values(column, self._form.language)
                return (written, text) if known else False
        return bool(row)

    def _stand(self, label: str) -> Iterator[tuple[int, int]]:
        """Yield the first and the last piece of each place where ``label`` stands by itself."""
        wanted = _tight(label)
        for first in range(len(self._pieces)):
            written = ""
            for last in range(first, min(first + _LINES, len(self._pieces))):
                written += _tight(self._pieces[last].text)
                if written in (wanted, f"{wanted}:"):
                    yield first, last
                if not wanted.startswith(written):
                    break


def _pieces(runs: Iterable[Run]) -> Iterator[_Piece]:
    """Yield the runs with those joined that follow each other on a line without a gap."""
    last: _Piece | None = None
    for run in runs:
        piece = _Piece(_plain(run[0]), *run[1:])
        if not piece.text:
            continue
        if last is not None and _runs_on(last, piece):
            space = " " if run[0][:1].isspace() or piece.left - last.right > 0.5 else ""
            last = _Piece(
                last.text + space + piece.text,
                last.left,
                min(last.bottom, piece.bottom),
                piece.right,
                max(last.top, piece.top),
            )
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _runs_on(one: _Piece, two: _Piece) -> bool:
    high = max(one.top - one.bottom, two.top - two.bottom)
    return two.beside(one) and two.left - one.right < _GAP * high


def _values(column: Column, language: str) -> set[str]:
    """Return all that can stand in a column, as a value and written out, without blanks."""
    found: set[str] = set()
    for state in range(min(column.states, _MAX_STATES)):
        found |= {_tight(str(column.value(state))), _tight(column.long(state, language))}
    return found - {"", "None"}


def holder_label(form: Form) -> str:
    """Return the labels of the fields that name a person, in the document's language."""
    return " ".join(field.label.in_language(form.language) for field in form.fields if field.holder)


def kind_of(verdict: Verdict) -> str:
    """Return of what kind a certificate is: its title, and which edition of which form; "" where it is not told."""
    contents = verdict.contents(verdict.form.language) if verdict.form else None
    if verdict.form is None or contents is None:
        return ""
    return f"{contents.title} ({verdict.form.id}, {verdict.form.edition})"


def school_of(verdict: Verdict) -> str:
    """Return the name of the school that signed, on that day; "" where it is not told."""
    if verdict.school is None or verdict.claims is None:
        return ""
    return verdict.school.name_on(verdict.claims.issued)


def _plain(text: str) -> str:
    """Return a text in NFC with single blanks."""
    return " ".join(normalize("NFC", text).split())


def _tight(text: str) -> str:
    """Return a text in NFC without blanks: how a page breaks its lines does not matter."""
    return "".join(normalize("NFC", text).split())


def _shape(text: str) -> str:
    """Return a number with every digit as 9 and every letter as A."""
    return "".join("9" if one.isdigit() else "A" if one.isalpha() else one for one in text)
