"""Verifying the text of a certificate: the thirteen steps, offline, against trust lists.

Nothing here signs, reads a file, knows the clock or draws: text and lists go in, a `Verdict` comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from qrcert import cbor, cose, wire
from qrcert.errors import FormError, Refused, Unreadable, Unsupported
from qrcert.form import Contents, Form
from qrcert.trust import KeyEntry, School, VerifiedList, name_of_copy, name_of_number

MAX_NUMBER: Final = 10**15 - 1
MAX_NUMBER_LENGTH: Final = 32
MAX_PART: Final = 4
FORM_BYTES: Final = 16
LAST_FIELD: Final = 23
WITHDRAWN: Final = 3
"""The kind of a withdrawal that no newer copy follows; 1 and 2 are replacements."""

EXIT_STATUS: Final = {
    "not_qrcert": 2,
    "unsupported": 2,
    "unreadable": 2,
    "unknown_school": 2,
    "altered": 1,
    "key_refused": 1,
    "withdrawn": 1,
    "replaced": 1,
    "unknown_form": 2,
    "check_clock": 2,
    "expired": 1,
    "genuine_old_list": 2,
    "genuine": 0,
}
"""Every verdict and what it means to a script: 0 genuine, 1 refused, 2 could not check."""

SHOWS_CONTENTS: Final = frozenset(("genuine", "genuine_old_list", "expired", "replaced", "withdrawn"))
SHOWS_NUMBER: Final = SHOWS_CONTENTS | {"unknown_form", "key_refused"}


class Claims(NamedTuple):
    """What a payload says once its signature holds: the wire values of one certificate."""

    form: bytes
    issued: int
    number: int | str
    part: int | None
    fields: dict[int, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one code against one trust list, and all that may be shown with it.

    ``code`` is one of `EXIT_STATUS`; ``reason`` says more for ``key_refused`` (window, void, stolen, unproven,
    rights); ``withdrawn`` is (day, kind). ``today`` is the day that step 12 went by and ``at`` whether it was
    given in place of the clock. ``trust`` is the list that judged, None where none could; ``others`` are the
    answers of the other lists that know the key. Days count from 1970-01-01.
    """

    code: str
    today: int
    trust: VerifiedList | None = None
    reason: str | None = None
    entry: KeyEntry | None = None
    claims: Claims | None = None
    form: Form | None = None
    withdrawn: tuple[int, int] | None = None
    at: bool = False
    others: tuple[Verdict, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 genuine, 1 refused, 2 could not check, for this answer alone and a list that was asked for."""
        return EXIT_STATUS[self.code]

    @property
    def test(self) -> bool:
        """Whether the key was admitted only for tests."""
        return self.entry is not None and self.entry.test

    @property
    def school(self) -> School | None:
        """The school that the list names for the key, where the signature holds and may be told."""
        return self.entry.school if self.entry and self.code in SHOWS_NUMBER else None

    @property
    def issued(self) -> date | None:
        """The day of signing, where it may be told."""
        return wire.to_date(self.claims.issued) if self.claims and self.code in SHOWS_NUMBER else None

    @property
    def number(self) -> str | None:
        """The number as printed; without its leading zeros where the form is not known."""
        if self.claims is None or self.code not in SHOWS_NUMBER:
            return None
        number = self.claims.number
        return self.form.number_text(number) if self.form else str(number)

    @property
    def until(self) -> date | None:
        """The certificate's own last day, if it has one and its contents may be shown."""
        if self.form is None or self.claims is None or self.code not in SHOWS_CONTENTS:
            return None
        day = self.form.until(self.claims.fields)
        return None if day is None else wire.to_date(day)

    def contents(self, language: str) -> Contents | None:
        """Return title, fields and marks for a reader of ``language``, or None where they must not be shown."""
        if self.form is None or self.claims is None or self.code not in SHOWS_CONTENTS:
            return None
        return self.form.show(self.claims.fields, part=self.claims.part, language=language)


def verify(
    text: str,
    *,
    trust: VerifiedList | Sequence[VerifiedList],
    now: datetime | date,
    at: date | None = None,
    max_list_age: int | None = None,
    proofs: Iterable[str] = (),
) -> Verdict:
    """Return the verdict on one scanned or typed text; never raises for bad text.

    ``trust`` is one list or several (`TrustList`, or lists opened from a store, which raise `Unreadable` where
    the store fails), each of which judges alone; of several answers a refusal comes first, then a genuine one,
    then one that cannot tell, and the rest stand in ``others``. ``now`` is the reader's clock, ``at`` a day in
    its place; ``max_list_age`` (days since the list was issued) stands in the place of the list's own effective
    end; ``proofs`` are ``QP1:`` texts found beside the code.

    The steps; the first that fails decides:

     1. the text begins with ``QC1:``                                   not_qrcert, unsupported
     2. length and base45                                               unreadable
     3. COSE_Sign1 in its one spelling                                  unreadable
     4. algorithm, headers, lengths of kid and signature                unsupported, unreadable
     5. a list has this kid                                             unknown_school
     6. the entry has this algorithm                                    altered
     7. its key verifies the signature                                  altered
     8. the payload obeys the wire format                               unsupported
     9. the key was good on the day of signing                          key_refused
    10. not withdrawn, by either name                                   withdrawn, replaced
    11. the form is known, among the key's rights, and obeyed           unknown_form, key_refused, unsupported
    12. the dates fit the clock, the certificate's own end, the list's  check_clock, expired, genuine_old_list
    13. genuine
    """
    lists = (trust,) if isinstance(trust, VerifiedList) else tuple(trust)
    today = wire.to_day(at or now)
    policy = _Policy(today, at is not None, max_list_age, tuple(proofs))

    # 1 to 4: what can be told from the text alone
    try:
        signed, message = _read(text)
    except Unsupported:
        return Verdict("unsupported", today)
    except Unreadable:
        return Verdict("not_qrcert" if wire.scheme(text) is None else "unreadable", today)

    # 5 to 7: some list has this kid, with this algorithm, and its key verifies
    # 8 to 13: each such list judges alone
    knows: VerifiedList | None = None
    answers: list[Verdict] = []
    for one in lists:
        entry = one.entry(message.kid)
        if entry is None:
            continue
        knows = knows or one
        if _holds(message, entry):
            answers.append(_judge(signed, message, one, entry, policy))
    if knows is None:
        return Verdict("unknown_school", today, lists[0] if len(lists) == 1 else None)
    if not answers:
        return Verdict("altered", today, knows)
    if len(answers) == 1:
        return answers[0]
    answers.sort(key=lambda answer: _WEIGHT[answer.exit_status])
    return replace(answers[0], others=tuple(answers[1:]))


_FIELDS = frozenset(range(1, LAST_FIELD + 1))
_WEIGHT = {1: 0, 0: 1, 2: 2}  # any refusal, else any genuine, else cannot tell


class _Policy(NamedTuple):
    """What the caller asked for: the day that counts, and how old a list may be."""

    today: int
    at: bool
    max_list_age: int | None
    proofs: tuple[str, ...]


def _read(text: str) -> tuple[bytes, cose.Sign1]:
    """Return the certificate's bytes and their COSE_Sign1, signature unchecked (steps 1 to 4)."""
    scheme = wire.scheme(text)
    if scheme is not None and scheme != "1":
        raise Unsupported(f"version {scheme} of the format")
    signed = wire.to_bytes(text)
    return signed, cose.read_sign1(signed, max_bytes=wire.MAX_BYTES)


def _holds(message: cose.Sign1, entry: KeyEntry) -> bool:
    """Tell whether the signature holds under the entry's key, for what such a key may sign (steps 6, 7)."""
    try:
        message.verify(entry.key, aad=cose.TEST_CERTIFICATE_AAD if entry.test else cose.CERTIFICATE_AAD)
    except Refused:
        return False
    return True


def _judge(
    signed: bytes, message: cose.Sign1, trust: VerifiedList, entry: KeyEntry, policy: _Policy
) -> Verdict:
    """Return the verdict of one list that vouches for the key (steps 8 to 13)."""
    today, at = policy.today, policy.at

    # 8: the payload obeys the wire format
    try:
        claims = _read_payload(message.payload)
    except (Unreadable, Unsupported):
        return Verdict("unsupported", today, trust, None, entry, at=at)

    # 9: the key was good on the day of signing
    digest = cose.digest_of(signed)
    form = trust.form(claims.form)
    obeyed = form if form is not None and _obeys(claims, form) else None
    reason = _key_fault(claims, digest, trust, entry, policy.proofs)
    if reason is not None:
        return Verdict("key_refused", today, trust, reason, entry, claims, obeyed, at=at)

    # 10: not withdrawn, by either name; where both are, the worse decides
    withdrawn = _worse(
        trust.withdrawal(name_of_copy(entry.kid, digest)),
        trust.withdrawal(name_of_number(entry.kid, claims.form, claims.number)),
    )
    if withdrawn is not None:
        code = "withdrawn" if withdrawn[1] == WITHDRAWN else "replaced"
        return Verdict(code, today, trust, None, entry, claims, obeyed, withdrawn, at)

    # 11: the form is known, among the key's rights, and obeyed
    if form is None:
        return Verdict("unknown_form", today, trust, None, entry, claims, at=at)
    if not trust.allows(entry.rights, claims.form):
        if trust.issued < claims.issued:
            return Verdict("unknown_form", today, trust, None, entry, claims, obeyed, at=at)
        return Verdict("key_refused", today, trust, "rights", entry, claims, obeyed, at=at)
    if obeyed is None:
        return Verdict("unsupported", today, trust, None, entry, at=at)

    # 12 and 13: the dates
    code = _date_fault(claims, form, trust, policy) or "genuine"
    return Verdict(code, today, trust, None, entry, claims, form, None, at)


def _worse(one: tuple[int, int] | None, two: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the withdrawal (day, kind) of the greater kind, the first of two alike, or None."""
    if one is None or two is None:
        return one or two
    return two if two[1] > one[1] else one


def _read_payload(payload: bytes) -> Claims:
    """Return the claims of a payload whose signature holds (step 8); raises `Unreadable`, `Unsupported`."""
    labelled = cbor.decode(payload, max_depth=2)
    if type(labelled) is not dict:
        raise Unsupported("the payload is not a map")
    form, issued = labelled.pop(0, None), labelled.pop(-1, None)
    number, part = labelled.pop(-2, None), labelled.pop(-3, None)
    if type(form) is not bytes or len(form) != FORM_BYTES:
        raise Unsupported("label 0 is not the 16 bytes of a form")
    if type(issued) is not int or not wire.FIRST_DAY <= issued <= wire.LAST_DAY:
        raise Unsupported("label -1 is not a day of the years 2020 to 2199")
    if not (
        0 <= number <= MAX_NUMBER
        if type(number) is int
        else type(number) is str and 1 <= len(number) <= MAX_NUMBER_LENGTH
    ):
        raise Unsupported("label -2 is neither a number of at most 15 digits nor a text of 1 to 32")
    if part is not None and (type(part) is not int or not 1 <= part <= MAX_PART):
        raise Unsupported("label -3 is not a part from 1 to 4")
    if not labelled.keys() <= _FIELDS:
        raise Unsupported("a label that is neither a field nor known")
    for value in labelled.values():
        kind = type(value)
        if kind is dict or (kind is tuple and not _is_compound(value)):
            raise Unsupported("a field holds a map, or an array of no known shape")
    return Claims(form, issued, number, part, labelled)


def _is_compound(value: tuple[Any, ...]) -> bool:
    """Tell whether an array is [year], [year, month] or a table's [bits, + text]."""
    if not value:
        return False
    if type(value[0]) is int:
        return len(value) <= 2 and type(value[-1]) is int
    if type(value[0]) is not bytes or len(value) < 2:
        return False
    return all(type(item) is bytes or type(item) is str for item in value[1:])


def _obeys(claims: Claims, form: Form) -> bool:
    """Tell whether number and fields are as the form says (step 11)."""
    try:
        form.check_number(claims.number)
        form.check(claims.fields, claims.part)
    except FormError:
        return False
    return True


def _key_fault(
    claims: Claims, digest: bytes, trust: VerifiedList, entry: KeyEntry, proofs: tuple[str, ...]
) -> str | None:
    """Return why the key does not vouch for this certificate (step 9), or None."""
    if not entry.start <= claims.issued <= entry.end:
        return "window"
    status = entry.status
    if status is not None and status[0] == "void":
        return "void"
    if status is None and trust.cutover is None:
        return None
    if trust.proven(entry, digest, proofs):
        return None
    return "stolen" if status is not None else "unproven"


def _date_fault(claims: Claims, form: Form, trust: VerifiedList, policy: _Policy) -> str | None:
    """Return the verdict of step 12 where a date does not fit, or None; the only step that knows the day."""
    today = policy.today
    if claims.issued > today + 1 or today < trust.issued - 1:
        return "check_clock"
    until = form.until(claims.fields)
    if until is not None and until < today:
        return "expired"
    end = trust.effective_end if policy.max_list_age is None else trust.issued + policy.max_list_age
    return "genuine_old_list" if today > end else None
