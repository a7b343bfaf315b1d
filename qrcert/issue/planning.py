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
from qrcert.errors import Refused, RegisterError
from qrcert.form import Form
from qrcert.form import Office as FormOffice
from qrcert.issue.admission import (
    Permit,
    ask_list,
    ask_unpublished,
    check_dates,
    check_list,
    check_window,
)
from qrcert.issue.folder import LIST, Office
from qrcert.issue.letterhead import Letterhead
from qrcert.issue.progress import Progress, quiet
from qrcert.issue.sheets import Paper, make_sheet
from qrcert.issue.templates import find_template, printed_template
from qrcert.register import Entry
from qrcert.roster import Roster, Row, read_class
from qrcert.signing import SigningKey
from qrcert.trust import TrustList, name_of_copy, name_of_number

_TOLD: Final = 5
"""Rows that one message lists."""

_Read = Callable[[date], Roster]

_Stored = Mapping[tuple[str, int], Entry]
"""Entries by number and part."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A class, checked and ready to be signed; ``permit`` is None for drafts, and where the list lacks the key."""

    office: Office
    form: Form
    form_office: FormOffice
    roster: Roster
    source: Path
    trust: TrustList | None
    permit: Permit | None
    template: page.Template = page.BUILT_IN["certificate"]

    @property
    def parts(self) -> tuple[int | None, ...]:
        """The parts that are signed, each with a code of its own; None for one code that carries all."""
        return tuple(range(1, len(self.form.parts) + 1)) if self.template.by_parts else (None,)

    @property
    def letterhead(self) -> Letterhead:
        """What stands around every certificate of the class, and which page it is printed as."""
        name, digest = self.template.name, self.template.digest
        return replace(self.office.letterhead, page=name, template=digest)

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

    def certificates(self, row: Row) -> list[Certificate]:
        """Return what is signed for one row: one certificate, or one a part."""
        return [
            Certificate(self.form, row.number, row.issued, row.values, part=part, test=self.test)
            for part in self.parts
        ]

    def payloads(self) -> list[bytes]:
        """Return what is signed for the class, in its order."""
        return [make_payload(one) for row in self.rows for one in self.certificates(row)]

    def drafts(self, row: Row) -> list[Paper]:
        """Return one row as papers without codes."""
        return [
            Paper(row.number, row.issued, self.form.pack(row.values, part=part), row.office, part=part)
            for part in self.parts
        ]

    def sheet(self, paper: Paper) -> page.Sheet:
        """Return what is printed for ``paper``."""
        head = self.letterhead
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
    template: page.Template | str | None = "certificate",
    unpublished: bool = False,
    draft: bool = False,
    progress: Progress = quiet,
) -> Plan:
    """Return the plan for a class list, everything checked: the file, the list, the register, the dates, the pages.

    ``issued`` is the day of issue where the list has none, ``today`` by default; without it a number that was
    issued before keeps its day. Without a ``template`` the class is printed as it was before, else as the settings
    say. ``unpublished`` allows a key or form that the published list does not know yet, not what it forbids;
    a ``draft`` needs neither list nor register. Raises `RosterError` with every fault of the file, `FormError`,
    `Refused`, `TrustListError`, `RegisterError`.
    """
    trust, permit = (None, None) if draft else _ask(office, form, unpublished=unpublished)

    def read(day: date) -> Roster:
        return read_class(
            source, form, form_office, issued_default=day, sheet=sheet, numbers_from=numbers_from
        )

    roster = read(issued or today)
    stored = {} if draft else _stored(office, form, roster)
    if issued is None:
        roster = _with_stored_days(roster, stored, read)
    chosen = page.as_template(template) if template is not None else _template(office, roster, stored)
    plan = Plan(office, form, form_office, roster, source, trust, permit, chosen)
    require_parts(plan)
    if not draft:
        _check_papers(plan, stored, today, progress)
    return plan


def _ask(office: Office, form: Form, *, unpublished: bool) -> tuple[TrustList | None, Permit | None]:
    """Return the published list and its permit; of a class issued unpublished as far as the list knows of it."""
    if not unpublished:
        trust = office.published_list()
        return trust, ask_list(trust, key=office.key, form16=form.hash, form_id=form.id)
    if not (office.folder / LIST).exists():
        return None, None
    trust = office.published_list()
    permit = ask_unpublished(trust, key=office.key, form16=form.hash, form_id=form.id)
    return (trust if permit is not None and permit.form is not None else None), permit


def require_parts(plan: Plan) -> None:
    """Raise `Refused` for a page of parts where the form has none."""
    if plan.template.by_parts and not plan.form.parts:
        raise Refused(
            f"the page {plan.template.name!r} prints each part of a form, and {plan.form.id!r} has no parts",
            hint="--page certificate",
        )


def _stored(office: Office, form: Form, roster: Roster) -> _Stored:
    """Return by number and part what the register has: live, else withdrawn, else what came of the same file."""
    keys = [(part, row.number) for row in roster.rows for part in range(len(form.parts) + 1)]
    with office.open_register() as register:
        batch = register.find_batch(roster.source_hash, form=form.hash)
        same_file = () if batch is None else register.search(batch=batch.id)
        withdrawn = register.search(form=form.hash, status="withdrawn")
        live = register.live(form.hash, keys)
    return {(one.number, one.part): one for one in (*same_file, *withdrawn, *live.values())}


def _template(office: Office, roster: Roster, stored: _Stored) -> page.Template:
    """Return the page that the first of the class to be in the register was printed as, else the settings' own."""
    numbers = {row.number for row in roster.rows}
    before = [one for one in stored.values() if one.number in numbers and one.status == "live"]
    return printed_template(office, before) if before else find_template(office, None)


def _with_stored_days(roster: Roster, stored: _Stored, read: _Read) -> Roster:
    """Return the class with the stored day of each certificate to which the list gives none: it stays the same.

    Read once more with that day to fall back on, exactly the rows without a day of their own come out with it.
    """
    days: dict[str, date] = {number: entry.issued for (number, _), entry in stored.items()}
    other = {day for row in roster.rows if (day := days.get(row.number)) is not None and day != row.issued}
    rows = list(roster.rows)
    for day in sorted(other):
        for place, row in enumerate(read(day).rows):
            if days.get(row.number) == row.issued == day:
                rows[place] = row
    return replace(roster, rows=tuple(rows))


def _check_papers(plan: Plan, stored: _Stored, today: date, progress: Progress) -> None:
    """Raise unless every certificate is live in the register as it stands in the list, or can be issued."""
    fresh: dict[str, Row] = {}
    others, gone = [], []
    papers = ((pupil, one) for pupil in plan.rows for one in plan.certificates(pupil))
    for done, (row, certificate) in enumerate(papers, 1):
        progress("check", done, len(plan.rows) * len(plan.parts))
        payload = make_payload(certificate)
        entry = stored.get((row.number, certificate.part or 0))
        same = entry is not None and entry.contents == hashlib.sha256(payload).digest()
        if entry is None or not (same or entry.status in ("live", "withdrawn")):
            fresh[row.number] = row
        elif entry.status != "live":
            gone.append(f"row {row.line}, No. {row.number!r} ({entry.holder}): {entry.status}")
        elif not same:
            others.append(f"row {row.line}, No. {row.number!r} ({entry.holder}, {entry.issued})")
        elif (day := _withdrawn_on(plan, entry)) is not None:
            place = f"row {row.line}, No. {row.number!r} ({entry.holder})"
            gone.append(f"{place}: withdrawn by the list on {wire.to_date(day)}")
    _require_same_parts(plan, stored)
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
    check_rows(plan, list(fresh.values()), today=today, progress=progress)


def _require_same_parts(plan: Plan, stored: _Stored) -> None:
    """Raise `RegisterError` where a number lives with one code for all and is now to get one a part, or back."""
    wanted = {part or 0 for part in plan.parts}
    otherwise = [
        f"row {row.line}, No. {row.number!r} ({entry.holder})"
        for row in plan.rows
        for part in range(len(plan.form.parts) + 1)
        if part not in wanted
        and (entry := stored.get((row.number, part))) is not None
        and entry.status == "live"
    ]
    if otherwise:
        raise RegisterError(
            f"issued before with other parts: {_listed(otherwise)}; nothing was signed",
            hint="print them as they were issued, with --page parts or without, or replace them",
        )


def _withdrawn_on(plan: Plan, entry: Entry) -> int | None:
    """Return the day on which the published list withdrew a certificate that the register calls live, or None."""
    if plan.trust is None:
        return None
    number = plan.form.pack_number(entry.number)
    for name in (name_of_copy(entry.kid, entry.digest), name_of_number(entry.kid, entry.form, number)):
        if (found := plan.trust.withdrawal(name)) is not None:
            return found[0]
    return None


def check_rows(plan: Plan, rows: Sequence[Row], *, today: date, progress: Progress = quiet) -> None:
    """Raise where a certificate that is about to be signed would not verify, or would not fit its page."""
    for row in rows:
        _check_fresh(plan, row, today)
    if rows:
        _try_pages(plan, rows, progress)
        _try_codes(
            plan, max(rows, key=lambda row: max(len(make_payload(one)) for one in plan.certificates(row)))
        )


def _listed(places: Sequence[str]) -> str:
    more = [f"and {len(places) - _TOLD} more"] if len(places) > _TOLD else []
    return "; ".join([*places[:_TOLD], *more])


def _check_fresh(plan: Plan, row: Row, today: date) -> None:
    """Raise `Refused` where a certificate, once signed, would not verify as genuine."""
    where = f"row {row.line}"
    for certificate in plan.certificates(row):
        check_dates(certificate, today=today, where=where)
        if plan.permit is not None and plan.trust is None:
            check_window(certificate, plan.permit, where=where)
        if plan.trust is not None and plan.permit is not None:
            check_list(certificate, plan.trust, plan.permit, today=today, where=where)


def _try_pages(plan: Plan, rows: Sequence[Row], progress: Progress) -> None:
    """Measure the pages of a class: what does not fit, or has letters that no font has, is told now."""
    for done, row in enumerate(rows, 1):
        page.measure([plan.sheet(paper) for paper in plan.drafts(row)], page=plan.template)
        progress("fit", done, len(rows))


def _try_codes(plan: Plan, row: Row) -> None:
    """Set one page a part with a code as large as it will be, signed by a key that is thrown away."""
    key = SigningKey.generate(plan.office.key.alg)
    texts = [sign_certificate(one, key=key) for one in plan.certificates(row)]
    papers = [replace(paper, text=text) for paper, text in zip(plan.drafts(row), texts, strict=True)]
    page.draw([plan.sheet(paper) for paper in papers], day=plan.issued, page=plan.template)
