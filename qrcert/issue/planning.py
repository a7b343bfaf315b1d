"""Checking a class before anything is signed: the file, the list, the register, the dates, the pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from qrcert import page, wire
from qrcert.encode import Certificate, make_payload, sign_certificate
from qrcert.errors import RegisterError
from qrcert.form import Form
from qrcert.form import Office as FormOffice
from qrcert.issue.admission import Permit, ask_list, check_dates, check_list
from qrcert.issue.folder import Office
from qrcert.issue.sheets import Paper, make_sheet
from qrcert.register import Entry
from qrcert.roster import Roster, Row, read_class
from qrcert.signing import SigningKey
from qrcert.trust import TrustList, name_of_copy, name_of_number

_TOLD: Final = 5
"""Rows that one message lists."""

_TRIAL_PAGES: Final = 100
"""Pages of a trial printing at a time: enough to make it cheap, few enough to hold in memory."""

_Read = Callable[[date], Roster]


@dataclass(frozen=True, slots=True)
class Plan:
    """A class, checked and ready to be signed; ``permit`` is None for drafts and for a class issued unpublished."""

    office: Office
    form: Form
    form_office: FormOffice
    roster: Roster
    source: Path
    trust: TrustList | None
    permit: Permit | None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The class, in its order."""
        return self.roster.rows

    @property
    def issued(self) -> date:
        """The day of the batch: that of its first certificate."""
        return self.rows[0].issued

    @property
    def test(self) -> bool:
        """Whether the key is a test key."""
        return self.permit is not None and self.permit.entry.test

    def holders(self) -> tuple[str, str]:
        """Return the first and the last name of the class."""
        return self.rows[0].holder, self.rows[-1].holder

    def certificate(self, row: Row) -> Certificate:
        """Return what is signed for one row."""
        return Certificate(self.form, row.number, row.issued, row.values, test=self.test)

    def draft(self, row: Row) -> Paper:
        """Return one row as a paper without a code."""
        return Paper(row.number, row.issued, self.form.pack(row.values), row.office)

    def sheet(self, paper: Paper) -> page.Sheet:
        """Return what is printed for ``paper``."""
        head = self.office.letterhead
        return make_sheet(paper, letterhead=head, form=self.form, form_office=self.form_office)


def prepare(
    source: Path,
    *,
    office: Office,
    form: Form,
    form_office: FormOffice,
    today: date,
    issued: date | None = None,
    numbers_from: str | None = None,
    sheet: str | None = None,
    template: str = "certificate",
    unpublished: bool = False,
    draft: bool = False,
) -> Plan:
    """Return the plan for a class list, everything checked: the file, the list, the register, the dates, the pages.

    ``issued`` is the day of issue where the list has none, ``today`` by default; without it a number that was
    issued before keeps its day. ``unpublished`` leaves out the question whether the published list admits this;
    a ``draft`` needs neither list nor register. Raises `RosterError` with every fault of the file, `FormError`,
    `Refused`, `TrustListError`, `RegisterError`.
    """
    trust = permit = None
    if not (unpublished or draft):
        trust = office.published_list()
        permit = ask_list(trust, key=office.key, form16=form.hash, form_id=form.id)

    def read(day: date) -> Roster:
        return read_class(
            source, form, form_office, issued_default=day, sheet=sheet, numbers_from=numbers_from
        )

    roster = read(issued or today)
    stored = {} if draft else _stored(office, form, roster)
    if issued is None:
        roster = _with_stored_days(roster, stored, read)
    plan = Plan(office, form, form_office, roster, source, trust, permit)
    if not draft:
        _check_papers(plan, stored, today, template)
    return plan


def _stored(office: Office, form: Form, roster: Roster) -> dict[str, Entry]:
    """Return by number what the register has: what is live, else withdrawn, else what came of the same file."""
    numbers = [row.number for row in roster.rows]
    with office.open_register() as register:
        batch = register.find_batch(roster.source_hash, form=form.hash)
        same_file = () if batch is None else register.search(batch=batch.id)
        withdrawn = register.search(form=form.hash, status="withdrawn")
        live = register.live(form.hash, [(0, number) for number in numbers])
    return {one.number: one for one in (*same_file, *withdrawn, *live.values())}


def _with_stored_days(roster: Roster, stored: Mapping[str, Entry], read: _Read) -> Roster:
    """Return the class with the stored day of each certificate to which the list gives none: it stays the same.

    Read once more with that day to fall back on, exactly the rows without a day of their own come out with it.
    """
    other = {
        entry.issued
        for row in roster.rows
        if (entry := stored.get(row.number)) is not None and entry.issued != row.issued
    }
    rows = list(roster.rows)
    for day in sorted(other):
        for place, row in enumerate(read(day).rows):
            entry = stored.get(row.number)
            if entry is not None and entry.issued == row.issued == day:
                rows[place] = row
    return replace(roster, rows=tuple(rows))


def _check_papers(plan: Plan, stored: Mapping[str, Entry], today: date, template: str) -> None:
    """Raise unless every certificate is live in the register as it stands in the list, or can be issued."""
    fresh: list[Row] = []
    others, gone = [], []
    for row in plan.rows:
        payload = make_payload(plan.certificate(row))
        entry = stored.get(row.number)
        same = entry is not None and entry.contents == hashlib.sha256(payload).digest()
        if entry is None or not (same or entry.status in ("live", "withdrawn")):
            fresh.append(row)
        elif entry.status != "live":
            gone.append(f"row {row.line}, No. {row.number!r} ({entry.holder}): {entry.status}")
        elif not same:
            others.append(f"row {row.line}, No. {row.number!r} ({entry.holder}, {entry.issued})")
        elif (day := _withdrawn_on(plan, entry)) is not None:
            place = f"row {row.line}, No. {row.number!r} ({entry.holder})"
            gone.append(f"{place}: withdrawn by the list on {wire.to_date(day)}")
    if others:
        raise RegisterError(
            f"issued before with other contents: {_listed(others)}; nothing was signed",
            hint="a number is never issued twice: replace or void the old one, or correct the number",
        )
    if gone:
        raise RegisterError(
            f"issued before and not valid any more: {_listed(gone)}; nothing was signed",
            hint="take the row out of the list, or give the certificate another number",
        )
    check_rows(plan, fresh, today=today, template=template)


def _withdrawn_on(plan: Plan, entry: Entry) -> int | None:
    """Return the day on which the published list withdrew a certificate that the register calls live, or None."""
    if plan.trust is None:
        return None
    number = plan.form.pack_number(entry.number)
    for name in (name_of_copy(entry.kid, entry.digest), name_of_number(entry.kid, entry.form, number)):
        if (found := plan.trust.withdrawal(name)) is not None:
            return found[0]
    return None


def check_rows(plan: Plan, rows: Sequence[Row], *, today: date, template: str) -> None:
    """Raise where a certificate that is about to be signed would not verify, or would not fit its page."""
    for row in rows:
        _check_fresh(plan, row, today)
    if rows:
        _try_pages(plan, rows, template)
        _try_code(plan, max(rows, key=lambda row: len(make_payload(plan.certificate(row)))), template)


def _listed(places: Sequence[str]) -> str:
    more = f" and {len(places) - _TOLD} more" if len(places) > _TOLD else ""
    return f"{'; '.join(places[:_TOLD])}{more}"


def _check_fresh(plan: Plan, row: Row, today: date) -> None:
    """Raise `Refused` where a certificate, once signed, would not verify as genuine."""
    certificate, where = plan.certificate(row), f"row {row.line}"
    check_dates(certificate, today=today, where=where)
    if plan.trust is not None and plan.permit is not None:
        check_list(certificate, plan.trust, plan.permit, today=today, where=where)


def _try_pages(plan: Plan, rows: Sequence[Row], template: str) -> None:
    """Set the pages of a class and keep none: what does not fit, or has letters that no font has, is told now."""
    for start in range(0, len(rows), _TRIAL_PAGES):
        sheets = [plan.sheet(plan.draft(row)) for row in rows[start : start + _TRIAL_PAGES]]
        page.draw(sheets, day=plan.issued, page=template)


def _try_code(plan: Plan, row: Row, template: str) -> None:
    """Set one page with a code as large as it will be, signed by a key that is thrown away."""
    text = sign_certificate(plan.certificate(row), key=SigningKey.generate(plan.office.key.alg))
    page.draw([plan.sheet(replace(plan.draft(row), text=text))], day=plan.issued, page=template)
