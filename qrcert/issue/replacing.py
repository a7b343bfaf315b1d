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

from qrcert import cbor, cose, page, wire
from qrcert.encode import make_payload
from qrcert.errors import FormError, Refused, RegisterError
from qrcert.form import Form, Table
from qrcert.form import Office as FormOffice
from qrcert.issue.act import batch_of, signed_entries
from qrcert.issue.admission import ask_list
from qrcert.issue.approval import require_approval
from qrcert.issue.folder import Office
from qrcert.issue.planning import Plan, check_rows, require_parts
from qrcert.issue.requests import request_withdrawal, require_same_reason
from qrcert.register import Entry, Recorded
from qrcert.roster import Row, read_class
from qrcert.signing import Signer
from qrcert.trust import Copy, Wanted

Kind = Literal["right", "wrong"]

KINDS: Final[Mapping[Kind, int]] = {"right": 1, "wrong": 2}
"""What the old contents were, and the kind of the withdrawal in a trust list."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A checked replacement: the plan of the one new certificate, and the entries whose place it takes.

    They are one, or one a part of the form, all of which are replaced. ``done`` is set where the register has it
    already: then it is only asked for and drawn once more.
    """

    plan: Plan
    old: tuple[Entry, ...]
    done: bool


def with_changes(entries: Sequence[Entry], form: Form, changes: Mapping[str, str]) -> str:
    """Return the class list (JSON) of one paper as it was signed, with ``changes`` by heading; "" empties a cell.

    ``entries`` are its parts, or the one that holds all.

    A heading is a field's name or label, a row of a table, or ``TABLE: ROW``. Raises `FormError` for one that is
    none of these.
    """
    cells = {name: value for entry in entries for name, value in _cells(entry, form).items()}
    for heading, value in changes.items():
        cells[_heading(form, cells, heading)] = value
    row = {"number": entries[0].number} | {name: value for name, value in cells.items() if value}
    return json.dumps([row], ensure_ascii=False)


def prepare_replacement(
    source: Path,
    old: Sequence[Entry],
    *,
    office: Office,
    form: Form,
    form_office: FormOffice,
    today: date,
    issued: date | None = None,
    sheet: str | None = None,
    template: page.Template | str = "certificate",
) -> Replacement:
    """Return the checked replacement of a paper by the row of a class list that has its number.

    ``old`` is the paper, each part of it; the new one has the parts that the ``template`` prints. ``issued`` is the
    new one's day of issue where the list has none, ``today`` by default.

    Raises as `qrcert.issue.prepare` does, `RegisterError` where the list has no such row, and `Refused` for a form
    that is not the paper's or contents that are those of the very paper.
    """
    entry = old[0]
    if form.hash != entry.form:
        raise Refused(
            f"No. {entry.number!r} was issued with another form or edition than {form.id!r} as it stands here",
            hint="name the form's file: --form FILE",
        )
    trust = office.published_list()
    permit = ask_list(trust, key=office.key, form16=form.hash, form_id=form.id)
    roster = read_class(source, form, form_office, issued_default=issued or today, sheet=sheet)
    rows = tuple(row for row in roster.rows if row.number == entry.number)
    if not rows:
        raise RegisterError(f"no row of {roster.source!r} has the number {entry.number!r}")
    plan = Plan(
        office,
        form,
        form_office,
        replace(roster, rows=rows),
        source,
        trust,
        permit,
        page.as_template(template),
    )
    require_parts(plan)
    (row,) = rows
    as_stored = replace(row, issued=entry.issued)
    contents = tuple(one.contents for one in old)
    if _contents(plan, as_stored) == contents and (entry.replaces or row.issued == entry.issued):
        if entry.replaces is None:
            raise Refused(
                f"No. {entry.number!r} of {entry.issued} says the same: it would be the same certificate",
                hint="print it again from the class list, or replace it on another day",
            )
        plan = replace(plan, roster=replace(roster, rows=(as_stored,)))
        return Replacement(plan, _replaced(office, old), done=True)
    if len(old) != len(plan.parts):
        raise Refused(
            f"No. {entry.number!r} was issued with {len(old)} codes, and the page {plan.template.name!r} prints "
            f"{len(plan.parts)}",
            hint="--page parts replaces a paper of parts, --page certificate one of a single code",
        )
    check_rows(plan, rows, today=today)
    return Replacement(plan, tuple(old), done=False)


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
    for `qrcert.issue.sign_and_record`. Raises as `require_same_words` does.
    """
    plan, old = replacement.plan, replacement.old
    require_same_words(replacement, kind=kind, reason=reason)
    require_approval(plan, approvals)
    pairs = [(one.id, new) for one, new in zip(old, signed_entries(plan, key), strict=True)]
    with plan.office.open_register() as register:
        recorded = register.replace(
            batch_of(plan), pairs, kind=KINDS[kind], day=now.date(), reason=reason, now=now
        )
        every = register.search(number=old[0].number, form=old[0].form)
    changed = [one for one in every if one.id in {before.id for before in old}]
    wanted = [_replacing(one) for one in changed]
    path = request_withdrawal(plan.office, wanted, changed, key=key, nonce=nonce, today=now.date())
    return recorded, path


def require_same_words(replacement: Replacement, *, kind: Kind, reason: str) -> None:
    """Raise `RegisterError` where a replacement that is done was of another kind, or for another reason.

    Both were told, or may have been, and stay; without a ``reason`` none is compared.
    """
    if not replacement.done:
        return
    for one in replacement.old:
        if one.kind != KINDS[kind]:
            was = next(word for word, number in KINDS.items() if number == one.kind)
            raise RegisterError(
                f"No. {one.number!r} was replaced on {one.changed} with --kind {was}, and that stays",
                hint=f"--kind {was} asks the authority and prints once more",
            )
    require_same_reason(replacement.old, reason)


def _replacing(entry: Entry) -> Wanted:
    """Return the line of a request for a paper that was replaced."""
    assert entry.changed is not None
    assert entry.kind is not None
    return Wanted(Copy(entry.kid, entry.digest), wire.to_day(entry.changed), entry.kind)


def _contents(plan: Plan, row: Row) -> tuple[bytes, ...]:
    return tuple(sha256(make_payload(one)).digest() for one in plan.certificates(row))


def _replaced(office: Office, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the papers whose places ``entries`` took."""
    with office.open_register() as register:
        every = {one.id: one for one in register.search(number=entries[0].number, form=entries[0].form)}
    return tuple(every[one.replaces] for one in entries if one.replaces is not None)


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
