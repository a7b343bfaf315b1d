"""What is asked of a source and what is found in it: the values that the rooms of checking hand each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from qrcert import scan, wire
from qrcert.checking.comparing import Difference
from qrcert.decode import Verdict, verify
from qrcert.errors import MissingExtra, QrcertError, TooBig
from qrcert.trust import VerifiedList

MAX_CODES: Final = 2_000
"""Certificates of one source: a large school's year."""

MAX_PROOFS: Final = 64
"""Season proofs of one source; a paper has one."""

MAX_FOREIGN: Final = 120
"""Characters of a foreign code that are shown; the rest is of no use to anybody."""


UNREAD: Final = ("no_code", "unread", "file", "camera")
"""How findings came that have no code to judge; a machine is told as the reason."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the person at the screen asked for: the lists to go by, the clock, and the policy."""

    lists: tuple[VerifiedList, ...]
    now: datetime
    at: date | None = None
    max_list_age: int | None = None
    named_lists: bool = False
    """Whether the lists were named in the command, so that a test key's papers may pass."""
    seconds: float = scan.SECONDS
    """Time for a picture while it gives nothing new; documents of several pages and archives have twice that."""

    def verify(self, text: str, *, proofs: Sequence[str] = ()) -> Verdict:
        """Return the verdict on one text under this request."""
        return verify(
            text, trust=self.lists, now=self.now, at=self.at, max_list_age=self.max_list_age, proofs=proofs
        )

    def exit_status(self, verdict: Verdict) -> int:
        """Return 0, 1 or 2; a test key's genuine paper is 0 only under a list that was named."""
        if verdict.exit_status == 0 and verdict.test and not self.named_lists:
            return 2
        return verdict.exit_status


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be told beside a verdict, which it does not change.

    ``code``: ``print``, ``attachment``, ``parts`` (something differs: ``differences``), ``only_attached`` (the
    verdict is of the file's attachment, no page shows a code), ``not_shown`` (``count`` attached certificates
    stand on no page), ``hasty`` (``pages`` were looked at by the first engine only), ``other_parts`` (``parts``
    of the certificate are not in this file).
    """

    code: str
    differences: tuple[Difference, ...] = ()
    pages: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict and where it comes from.

    ``page`` counts from 1 in a PDF, else None; ``how`` is ``typed`` for text, ``attached`` for the text that a PDF
    carries where no page shows a code, ``unread`` where a code was seen and could not be read, ``no_code`` where a
    picture gave none, ``file`` where the file itself could not be read, ``camera`` where a camera gave no pictures
    (``fault`` tells why, ``advice`` what to do); ``text`` is the code itself, ``foreign`` one that is not ours,
    shortened; both raw. ``passing``: it was a matter of time or memory, and another run may read more.
    """

    source: str
    page: int | None
    verdict: Verdict
    how: str = ""
    fault: str | None = None
    advice: str | None = None
    foreign: str | None = None
    text: str | None = None
    remarks: tuple[Remark, ...] = ()
    passing: bool = False

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All that stands elsewhere otherwise than in the code."""
        return tuple(one for remark in self.remarks for one in remark.differences)


def nothing(source: str, request: Request, how: str) -> Finding:
    """Return the finding that there was nothing to judge."""
    return Finding(source, None, Verdict("unreadable", wire.to_day(request.at or request.now)), how)


def unread(source: str, request: Request, error: QrcertError, *, how: str = "file") -> Finding:
    """Return the finding that a source, a file or a ``camera``, could not be read, and why."""
    passing = isinstance(error, TooBig | MissingExtra)
    return replace(nothing(source, request, how), fault=str(error), advice=error.hint, passing=passing)


def too_many(codes: Sequence[object], proofs: Sequence[str]) -> TooBig | None:
    """Return what is wrong with more codes or proofs than any honest source holds: each costs work."""
    for what, found, most in (("codes", codes, MAX_CODES), ("proofs", proofs, MAX_PROOFS)):
        if len(found) > most:
            return TooBig(f"{len(found)} {what} in one source, at most {most} are looked at")
    return None
