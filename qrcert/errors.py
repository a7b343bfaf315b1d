"""The errors of qrcert: one root, and one class for each kind of trouble that a caller can act on.

Messages are lower case without a full stop, tell what was found and what was expected, and show foreign
text with ``%r``. ``hint`` is the next step for the person at the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class QrcertError(Exception):
    """Root of everything that qrcert raises.

    ``hint`` says what to do next, or is None.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error cross from one process to another whole, whatever its class is made of."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[QrcertError], arguments: tuple[object, ...], facts: dict[str, object]) -> QrcertError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(facts)
    return error


class Unreadable(QrcertError):
    """Bytes, text or a file that are not what they should be."""


class TooBig(Unreadable):
    """Input beyond a stated cap; nothing past the cap was looked at."""


class UnknownFile(Unreadable):
    """A file that is of no kind this program reads: neither a picture nor a PDF."""


class Refused(QrcertError):
    """Understood, and not allowed: a signature that does not hold, an act the rules forbid."""


class FormError(QrcertError):
    """A form that breaks the language of forms, or values that a form does not allow.

    ``ru`` is the message in Russian, where a person filling in a form meets it. ``field`` names the field at
    fault and ``row`` the row of its table, as printed. Where several things are wrong, ``faults`` holds one
    such error for each.
    """

    def __init__(
        self,
        message: str,
        *,
        ru: str | None = None,
        field: str | None = None,
        row: str | None = None,
        faults: Sequence[FormError] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.ru = ru
        self.field = field
        self.row = row
        self.faults = tuple(faults)


class TrustListError(QrcertError):
    """A trust list, request or delta that must not be used.

    ``code`` is one of the refusal codes of the trust list layout, for example ``threshold`` or ``went_back``.
    """

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class KeyFileError(QrcertError):
    """A key file that cannot be read, opened or trusted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a class list: where it stands and what it is, in English and Russian.

    ``row`` is the row as the spreadsheet counts it, from 1, or None for the whole file; ``column`` is the
    heading, or None for a whole row.
    """

    row: int | None
    column: str | None
    en: str
    ru: str

    def text(self, language: str) -> str:
        """Return the fault as one line in ``language`` (``ru``, else English), place first."""
        russian = language == "ru"
        where = []
        if self.row is not None:
            where.append(f"строка {self.row}" if russian else f"row {self.row}")
        if self.column is not None:
            where.append(f"столбец «{self.column}»" if russian else f"column {self.column!r}")
        said = self.ru if russian else self.en
        return f"{', '.join(where)}: {said}" if where else said


class RosterError(QrcertError):
    """A class list with faults: ``problems`` holds every one of them."""

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class RegisterError(QrcertError):
    """The register cannot be opened, or refuses what would lose or double a certificate."""


class MissingExtra(QrcertError):
    """A command needs an optional part that is not installed; the hint is the line that installs it."""

    def __init__(self, extra: str, library: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed", hint=f'pip install "qrcert[{extra}]"'
        )
        self.extra = extra


class Unsupported(QrcertError):
    """Well-formed, and made by rules that this version does not know."""
