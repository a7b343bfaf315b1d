"""Issuing a class: check, sign, record, draw, read back.

Nothing is signed before everything was checked, nothing is drawn before it is in the register, and nothing
counts as issued before the drawn page was read and verified as any employer would. Each step can be repeated:
the same class list again gives the stored certificates and the same pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from qrcert import cbor, cose, page, scan, wire
from qrcert.decode import verify
from qrcert.encode import Certificate, make_payload, sign_bytes
from qrcert.errors import Refused, RegisterError
from qrcert.form import Form
from qrcert.form import Office as FormOffice
from qrcert.issue.admission import Permit, ask_list, check_day
from qrcert.issue.files import write_file
from qrcert.issue.folder import Office
from qrcert.issue.sheets import Paper, make_sheet
from qrcert.register import Entry, NewBatch, NewEntry, Recorded, Register
from qrcert.roster import Roster, Row, read_class
from qrcert.signing import Signer
from qrcert.trust import TrustList

READ_BACK_DPI: Final = 150
"""What a flatbed scanner in an office does by default."""

Progress = Callable[[str, int, int], None]
"""Is told which step is being done, how many certificates are through, and how many there are."""


def _quiet(step: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A class, checked and ready to be signed; ``permit`` is None only for a class issued unpublished."""

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
        first, last = (self.form.holder(self.form.pack(row.values)) for row in (self.rows[0], self.rows[-1]))
        return first, last

    def certificate(self, row: Row) -> Certificate:
        """Return what is signed for one row."""
        return Certificate(self.form, row.number, row.issued, row.values, test=self.test)


@dataclass(frozen=True, slots=True)
class Issued:
    """What issuing did: the register's entries in class order, their files, and how many of them are new."""

    entries: tuple[Entry, ...]
    files: tuple[Path, ...]
    folder: Path
    added: int


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
    unpublished: bool = False,
    draft: bool = False,
) -> Plan:
    """Return the plan for a class list, everything checked: the file, the values, the list, the register.

    ``issued`` is the day of issue where the list has none, ``today`` by default; a list that was issued before
    keeps its day. ``unpublished`` leaves out the question whether the published list admits this; a ``draft``
    needs no list either. Raises `RosterError` with every fault of the file, `Refused`, `TrustListError`,
    `RegisterError`.
    """
    trust = permit = None
    if not (unpublished or draft):
        trust = office.published_list()
        permit = ask_list(trust, key=office.key, form16=form.hash, form_id=form.id)
    roster = _read_roster(
        source, office, form, form_office, day=issued, today=today, sheet=sheet, first=numbers_from
    )
    plan = Plan(office, form, form_office, roster, source, trust, permit)
    for row in plan.rows:
        make_payload(plan.certificate(row))
        if permit is not None:
            check_day(permit, row.issued)
    if not draft:
        _check_register(plan)
    return plan


def _read_roster(
    source: Path,
    office: Office,
    form: Form,
    form_office: FormOffice,
    *,
    day: date | None,
    today: date,
    sheet: str | None,
    first: str | None,
) -> Roster:
    """Return the class; a list that was issued before keeps its day, so that it gives the same bytes."""

    def read(issued: date) -> Roster:
        return read_class(source, form, form_office, issued_default=issued, sheet=sheet, numbers_from=first)

    roster = read(day or today)
    if day is not None:
        return roster
    with _register(office) as register:
        batch = register.find_batch(roster.source_hash, form=form.hash)
    return roster if batch is None or batch.issued == today else read(batch.issued)


def _check_register(plan: Plan) -> None:
    """Raise `RegisterError` if a number of the class is live with other contents."""
    with _register(plan.office) as register:
        live = register.live(plan.form.hash, [(0, row.number) for row in plan.rows])
    for row in plan.rows:
        entry = live.get((0, row.number))
        if entry is None:
            continue
        if entry.contents != hashlib.sha256(make_payload(plan.certificate(row))).digest():
            raise RegisterError(
                f"row {row.line}: number {row.number} was issued on {entry.issued} to {entry.holder!r} "
                "with other contents",
                hint="a number is never issued twice: replace or void the old one, or correct the number",
            )


def sign_and_record(plan: Plan, *, key: Signer, now: datetime) -> Recorded:
    """Sign the class and store it in the register in one transaction; raises `RegisterError`, `Refused`.

    Certificates that stand there with the same contents are given back as they were signed.
    """
    batch = NewBatch(plan.form.hash, plan.form.id, plan.issued, plan.roster.source, plan.roster.source_hash)
    entries = [_entry(plan, row, place, key) for place, row in enumerate(plan.rows, 1)]
    with _register(plan.office) as register:
        return register.record(batch, entries, now=now)


def _entry(plan: Plan, row: Row, place: int, key: Signer) -> NewEntry:
    certificate = plan.certificate(row)
    return NewEntry(
        number=row.number,
        issued=row.issued,
        payload=make_payload(certificate),
        signed=sign_bytes(certificate, key=key),
        kid=key.kid,
        holder=plan.form.holder(plan.form.pack(row.values)),
        position=place,
        office=dict(row.office),
        printed={"school": plan.office.school, "place": plan.office.place, "head": plan.office.head},
    )


def draw_and_check(
    plan: Plan, recorded: Recorded, *, folder: Path, template: str, now: datetime, progress: Progress = _quiet
) -> Issued:
    """Draw every recorded certificate, read each page back, verify it, and mark the batch done.

    Writes ``NUMBER.pdf`` for each and ``all.pdf`` in class order into ``folder``; a file is there whole or not at
    all. Raises `Refused` for a page whose code does not read back as what was signed.
    """
    papers = [_paper(plan, entry) for entry in recorded.entries]
    sheets = [
        make_sheet(one, office=plan.office, form=plan.form, form_office=plan.form_office) for one in papers
    ]
    files = []
    for done, (paper, sheet, name) in enumerate(zip(papers, sheets, file_names(papers), strict=True)):
        progress("draw", done, len(papers))
        drawn = page.draw([sheet], day=paper.issued, page=template)
        _read_back(plan, paper, drawn, 1, template=template, now=now)
        files.append(write_file(folder / f"{name}.pdf", drawn))
    progress("draw", len(papers), len(papers))
    together = page.draw(sheets, day=plan.issued, page=template)
    for place, paper in enumerate(papers, 1):
        _read_back(plan, paper, together, place, template=template, now=now)
    write_file(folder / "all.pdf", together)
    with _register(plan.office) as register:
        register.finish(recorded.batch.id, now=now)
    return Issued(recorded.entries, tuple(files), folder, recorded.added)


def draw_drafts(plan: Plan, *, folder: Path, template: str) -> Path:
    """Draw the class without codes, marked as a draft, into one ``draft.pdf``; nothing is signed or recorded."""
    papers = [Paper(row.number, row.issued, plan.form.pack(row.values), row.office) for row in plan.rows]
    sheets = [
        make_sheet(one, office=plan.office, form=plan.form, form_office=plan.form_office) for one in papers
    ]
    return write_file(folder / "draft.pdf", page.draw(sheets, day=plan.issued, page=template))


def _paper(plan: Plan, entry: Entry) -> Paper:
    """Return the paper of a stored certificate: its contents come from the signed bytes, nowhere else."""
    message = cose.read_sign1(entry.signed, max_bytes=wire.MAX_BYTES)
    fields = {label: value for label, value in cbor.decode(message.payload).items() if label > 0}
    office = {name: str(value) for name, value in entry.office.items()}
    return Paper(entry.number, entry.issued, fields, office, wire.to_text(entry.signed), plan.test)


def _read_back(plan: Plan, paper: Paper, drawn: bytes, number: int, *, template: str, now: datetime) -> None:
    """Raise `Refused` unless the drawn page's code is read as signed and verifies against the published list."""
    texts = scan.read_pdf_area(drawn, number, box=page.code_box(template), dpi=READ_BACK_DPI)
    if texts != [paper.text]:
        raise Refused(
            f"the page of {paper.number} was drawn, but its code reads back as {len(texts)} codes or another text",
            hint="nothing was issued; this is a fault of the program, please report it",
        )
    if plan.trust is None:
        return
    verdict = verify(texts[0], trust=plan.trust, now=now)
    if verdict.code not in ("genuine", "genuine_old_list"):
        reason = f" ({verdict.reason})" if verdict.reason else ""
        raise Refused(
            f"the page of {paper.number} was drawn, but it verifies as {verdict.code}{reason}",
            hint="is this computer's date right, and is list.qct the newest list?",
        )


def file_names(papers: Sequence[Paper]) -> Iterator[str]:
    """Yield a file name for each number: letters, digits, points and hyphens, each name once."""
    taken: set[str] = set()
    for paper in papers:
        base = _UNSAFE.sub("_", paper.number).strip("._") or "certificate"
        if base.split(".")[0].upper() in _RESERVED:
            base = f"certificate-{base}"
        name, count = base, 2
        while name.casefold() in taken:
            name, count = f"{base}-{count}", count + 1
        taken.add(name.casefold())
        yield name


_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = {"CON", "PRN", "AUX", "NUL", "ALL", "DRAFT", "SUMMARY"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in range(10)
}
"""Names that Windows keeps for devices, and those of our own files beside the certificates."""


def _register(office: Office) -> Register:
    journal = "delete" if office.journal == "delete" else "wal"
    return Register.open(office.register_place, create=True, journal=journal)  # type: ignore[arg-type]
