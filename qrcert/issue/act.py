"""Issuing a class that was checked: sign, record, draw, read back.

Nothing is drawn before it is in the register, and nothing counts as issued before the drawn page was read and
verified as any employer would. Each step can be repeated: the same class list again gives the stored certificates
and the same pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from qrcert import cbor, cose, page, scan, wire
from qrcert.decode import verify
from qrcert.encode import make_payload, sign_bytes
from qrcert.errors import Refused
from qrcert.files import write_file
from qrcert.issue.planning import Plan
from qrcert.issue.sheets import Paper
from qrcert.register import Entry, NewBatch, NewEntry, Recorded
from qrcert.roster import Row
from qrcert.signing import Signer

READ_BACK_DPI: Final = 150
"""What a flatbed scanner in an office does by default."""

Progress = Callable[[str, int, int], None]
"""Is told which step is being done, how many certificates are through, and how many there are."""


def _quiet(step: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What issuing did: the register's entries in class order, their files, and how many of them are new."""

    entries: tuple[Entry, ...]
    files: tuple[Path, ...]
    folder: Path
    added: int


def sign_and_record(plan: Plan, *, key: Signer, now: datetime) -> Recorded:
    """Sign the class and store it in the register in one transaction; raises `RegisterError`, `Refused`.

    Certificates that stand there with the same contents are given back as they were signed.
    """
    batch = NewBatch(plan.form.hash, plan.form.id, plan.issued, plan.roster.source, plan.roster.source_hash)
    entries = [new_entry(plan, row, place, key) for place, row in enumerate(plan.rows, 1)]
    with plan.office.open_register() as register:
        return register.record(batch, entries, now=now)


def new_entry(plan: Plan, row: Row, place: int, key: Signer) -> NewEntry:
    """Return one row signed, as the register takes it; ``place`` is its place in the class, from 1."""
    certificate = plan.certificate(row)
    return NewEntry(
        number=row.number,
        issued=row.issued,
        payload=make_payload(certificate),
        signed=sign_bytes(certificate, key=key),
        kid=key.kid,
        holder=row.holder,
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
    sheets = [plan.sheet(paper) for paper in papers]
    files = []
    for done, (paper, sheet, name) in enumerate(zip(papers, sheets, file_names(papers), strict=True)):
        progress("draw", done, len(papers))
        drawn = page.draw([sheet], day=paper.issued, page=template)
        _read_back(plan, paper, drawn, 1, template=template, now=now)
        files.append(write_file(folder / f"{name}.pdf", drawn, parents=True))
    progress("draw", len(papers), len(papers))
    together = page.draw(sheets, day=plan.issued, page=template)
    for place, paper in enumerate(papers, 1):
        _read_back(plan, paper, together, place, template=template, now=now)
    write_file(folder / "all.pdf", together, parents=True)
    with plan.office.open_register() as register:
        register.finish(recorded.batch.id, now=now)
    return Issued(recorded.entries, tuple(files), folder, recorded.added)


def draw_drafts(plan: Plan, *, folder: Path, template: str) -> Path:
    """Draw the class without codes, marked as a draft, into one ``draft.pdf``; nothing is signed or recorded."""
    sheets = [plan.sheet(plan.draft(row)) for row in plan.rows]
    return write_file(folder / "draft.pdf", page.draw(sheets, day=plan.issued, page=template), parents=True)


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
            hint="hand out none of these pages; this is a fault of the program, please report it",
        )
    if plan.trust is None:
        return
    verdict = verify(texts[0], trust=plan.trust, now=now)
    if verdict.code not in _GOOD:
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


_GOOD: Final = ("genuine", "genuine_old_list", "expired")
"""What a page may verify as; it has expired only when an old one is drawn again."""

_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = {"CON", "PRN", "AUX", "NUL", "ALL", "DRAFT", "SUMMARY"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}
"""Names that Windows keeps for devices, and those of our own files beside the certificates."""
