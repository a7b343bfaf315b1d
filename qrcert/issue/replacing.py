"""A new certificate in the place of one that was handed out: changed contents, or the same ones once more.

The old one is withdrawn by its own bytes, so that the new one may keep the number; nothing links the two but the
school's register.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from qrcert import cbor, cose, wire
from qrcert.encode import make_payload
from qrcert.errors import FormError, Refused, RegisterError
from qrcert.form import Form, Table
from qrcert.form import Office as FormOffice
from qrcert.issue.act import new_entry
from qrcert.issue.admission import ask_list
from qrcert.issue.approval import require_approval
from qrcert.issue.folder import Office
from qrcert.issue.planning import Plan, check_rows
from qrcert.issue.requests import find_papers, request_withdrawal
from qrcert.register import Entry, NewBatch, Recorded
from qrcert.roster import Row, read_class
from qrcert.signing import Signer
from qrcert.trust import Copy, Wanted

Kind = Literal["right", "wrong"]

KINDS: Final[Mapping[Kind, int]] = {"right": 1, "wrong": 2}
"""What the old contents were, and the kind of the withdrawal in a trust list."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A checked replacement: the plan of the one new certificate, and the entry whose place it takes.

    ``done`` is set where the register has it already: then it is only asked for and drawn once more.
    """

    plan: Plan
    old: Entry
    done: bool


def find_paper(office: Office, number: str, *, form_id: str | None = None) -> Entry:
    """Return the one live paper with a number; raises `RegisterError` if there is none, or several parts."""
    found = find_papers(office, number, form_id=form_id, status="live")
    if len(found) > 1:
        raise RegisterError(f"No. {number!r} has {len(found)} parts; replace the class that holds them")
    return found[0]


def with_changes(entry: Entry, form: Form, changes: Mapping[str, str]) -> str:
    """Return the class list (JSON) of one paper as it was signed, with ``changes`` by heading; "" empties a cell.

    A heading is a field's name or label, a row of a table, or ``TABLE: ROW``. Raises `FormError` for one that is
    none of these.
    """
    cells = _cells(entry, form)
    for heading, value in changes.items():
        cells[_heading(form, cells, heading)] = value
    row = {"number": entry.number} | {name: value for name, value in cells.items() if value}
    return json.dumps([row], ensure_ascii=False)


def prepare_replacement(
    source: Path,
    entry: Entry,
    *,
    office: Office,
    form: Form,
    form_office: FormOffice,
    today: date,
    sheet: str | None = None,
    template: str = "certificate",
) -> Replacement:
    """Return the checked replacement of ``entry`` by the row of a class list that has its number.

    Raises as `qrcert.issue.prepare` does, `RegisterError` where the list has no such row, and `Refused` for a form
    that is not the paper's or contents that are those of the very paper.
    """
    if form.hash != entry.form:
        raise Refused(
            f"No. {entry.number!r} was issued with another form or edition than {form.id!r} as it stands here",
            hint="name the form's file: --form FILE",
        )
    trust = office.published_list()
    permit = ask_list(trust, key=office.key, form16=form.hash, form_id=form.id)
    roster = read_class(source, form, form_office, issued_default=today, sheet=sheet)
    rows = tuple(row for row in roster.rows if row.number == entry.number)
    if not rows:
        raise RegisterError(f"no row of {roster.source!r} has the number {entry.number!r}")
    plan = Plan(office, form, form_office, replace(roster, rows=rows), source, trust, permit)
    (row,) = rows
    as_stored = replace(row, issued=entry.issued)
    if _contents(plan, as_stored) == entry.contents and (entry.replaces or row.issued == entry.issued):
        if entry.replaces is None:
            raise Refused(
                f"No. {entry.number!r} of {entry.issued} says the same: it would be the same certificate",
                hint="print it again from the class list, or replace it on another day",
            )
        plan = replace(plan, roster=replace(roster, rows=(as_stored,)))
        return Replacement(plan, _by_id(office, entry), done=True)
    check_rows(plan, rows, today=today, template=template)
    return Replacement(plan, entry, done=False)


def sign_replacement(
    replacement: Replacement,
    *,
    kind: Kind,
    reason: str,
    key: Signer,
    nonce: bytes,
    now: datetime,
    approvals: Sequence[bytes] = (),
) -> tuple[Recorded, Path]:
    """Sign the new certificate, put it into the register, and write the request that withdraws the old one.

    Returns what was recorded and the request's path; `qrcert.issue.draw_and_check` draws the page. ``approvals`` as
    for `qrcert.issue.sign_and_record`.
    """
    plan, old = replacement.plan, replacement.old
    require_approval(plan, approvals)
    (row,) = plan.rows
    batch = NewBatch(plan.form.hash, plan.form.id, row.issued, plan.roster.source, plan.roster.source_hash)
    pairs = [(old.id, new_entry(plan, row, 1, key))]
    with plan.office.open_register() as register:
        recorded = register.replace(batch, pairs, kind=KINDS[kind], day=now.date(), reason=reason, now=now)
        (before,) = [one for one in register.search(digest=old.digest) if one.id == old.id]
    assert before.changed is not None
    assert before.kind is not None
    wanted = Wanted(Copy(old.kid, old.digest), wire.to_day(before.changed), before.kind)
    path = request_withdrawal(plan.office, [wanted], [before], key=key, nonce=nonce, today=now.date())
    return recorded, path


def _contents(plan: Plan, row: Row) -> bytes:
    return sha256(make_payload(plan.certificate(row))).digest()


def _by_id(office: Office, entry: Entry) -> Entry:
    """Return the paper whose place ``entry`` took."""
    with office.open_register() as register:
        every = register.search(number=entry.number, form=entry.form)
    return next(one for one in every if one.id == entry.replaces)


def _cells(entry: Entry, form: Form) -> dict[str, str]:
    """Return a stored paper as a spreadsheet would have it: a cell for each field and each row of a table."""
    payload = cbor.decode(cose.read_sign1(entry.signed, max_bytes=wire.MAX_BYTES).payload)
    cells = {name: str(value) for name, value in entry.office.items()}
    values = form.values({label: value for label, value in payload.items() if label > 0})
    for name, value in values.items():
        field = form.field(name)
        assert field is not None
        if not isinstance(field.kind, Table):
            cells[name] = str(value)
            continue
        assert isinstance(value, list)
        for row in value:
            word, *inside = (row["free"], *row.get("cells", ())) if isinstance(row, dict) else row
            spelled = " ".join("-" if one is None else str(one) for one in inside)
            cells[f"{field.label.original}: {word}"] = spelled or "+"
    return cells


def _heading(form: Form, cells: Mapping[str, str], heading: str) -> str:
    """Return the key of ``cells`` that a person means by ``heading``, or a new one as it stands."""
    if heading in cells:
        return heading
    for field in form.fields:
        if heading in (field.name, *(field.label.in_language(one) for one in form.languages)):
            return field.name
    rows = [key for key in cells if key.endswith(f": {heading}")]
    if len(rows) == 1:
        return rows[0]
    if ": " in heading or len(rows) > 1:
        return heading  # the class list's reader knows, or says what it takes
    raise FormError(
        f"no field or row {heading!r} in the form {form.id!r}",
        ru=f"в форме {form.id!r} нет поля или строки {heading!r}",
        hint=f"fields: {', '.join(field.name for field in form.fields)}",
    )
