"""Issuing a class that was checked: sign, record, draw, read back.

Nothing is drawn before it is in the register, and nothing counts as issued before the drawn page was read and
verified as any employer would. Each step can be repeated: the same class list again gives the stored certificates
and the same pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from qrcert import cbor, cose, page, wire
from qrcert.decode import verify
from qrcert.encode import make_payload, sign_payload
from qrcert.errors import Refused
from qrcert.files import remove_leftovers, write_file
from qrcert.issue.approval import require_approval
from qrcert.issue.letterhead import Letterhead
from qrcert.issue.planning import Plan
from qrcert.issue.printing import Job, do_jobs, files_of
from qrcert.issue.progress import Progress, quiet
from qrcert.issue.sheets import Paper
from qrcert.register import Entry, NewBatch, NewEntry, Recorded, Tally
from qrcert.signing import Signer
from qrcert.trust import TrustList

VOLUME: Final = 200
"""Pages of a file that holds a class together: more than any class has, few enough for a printer's memory.

So many are drawn in one go: some seconds' work.
"""

MANIFEST: Final = "manifest-{}.json"
"""Beside the pages, one a batch: binds them to the register's history; kept elsewhere it shows one written anew."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What issuing did: the register's entries in class order, their files, and how many of them are new."""

    entries: tuple[Entry, ...]
    files: tuple[Path, ...]
    folder: Path
    added: int


def sign_and_record(
    plan: Plan, *, key: Signer, now: datetime, approvals: Sequence[bytes] = (), progress: Progress = quiet
) -> Recorded:
    """Sign the class and store it in the register in one transaction; raises `RegisterError`, `Refused`.

    Certificates that stand there with the same contents are given back as they were signed. ``approvals`` are the
    bytes of files, for an office that asks for them.
    """
    require_approval(plan, approvals)
    entries = signed_entries(plan, key, progress)
    with plan.office.open_register() as register:
        return register.record(batch_of(plan), entries, now=now)


def sign_and_record_all(
    plan: Plan, *, key: Signer, now: datetime, approvals: Sequence[bytes] = (), progress: Progress = quiet
) -> Tally:
    """Do as `sign_and_record` for a list as long as a region's, which is not held in memory as it was stored.

    It is still one transaction: while a hundred thousand are recorded, others who write to the register are told
    that it is in use.
    """
    require_approval(plan, approvals)
    entries = signed_entries(plan, key, progress)
    with plan.office.open_register() as register:
        return register.record_all(batch_of(plan), _told(entries, progress), now=now)


def _told(entries: Sequence[NewEntry], progress: Progress) -> Iterator[NewEntry]:
    for count, entry in enumerate(entries, 1):
        yield entry
        progress("record", count, len(entries))


def batch_of(plan: Plan) -> NewBatch:
    """Return what the register is told of a class."""
    return NewBatch(plan.form.hash, plan.form.id, plan.issued, plan.roster.source, plan.roster.source_hash)


def signed_entries(plan: Plan, key: Signer, progress: Progress = quiet) -> list[NewEntry]:
    """Return a class signed, as the register takes it, in its order, each part."""
    entries, printed = [], plan.letterhead.as_data()
    for place, row in enumerate(plan.rows, 1):
        for certificate in plan.certificates(row):
            payload = make_payload(certificate)
            entries.append(
                NewEntry(
                    number=row.number,
                    issued=row.issued,
                    payload=payload,
                    signed=sign_payload(payload, key=key, test=plan.test),
                    kid=key.kid,
                    holder=row.holder,
                    position=place,
                    part=certificate.part or 0,
                    office=row.office,
                    printed=printed,
                )
            )
        progress("sign", place, len(plan.rows))
    return entries


def draw_and_check(
    plan: Plan,
    recorded: Recorded,
    *,
    folder: Path,
    template: page.Template | str,
    now: datetime,
    progress: Progress = quiet,
    executor: Executor | None = None,
) -> Issued:
    """Verify every recorded certificate, draw it, read its page back, and mark the batch done.

    A volume is verified before it is drawn, while others draw those before it. Writes ``NUMBER.pdf`` for each, and
    in class order ``all.pdf``, or ``all-001.pdf`` and so on for more than `VOLUME` of them, into ``folder``; a file
    is there whole or not at all. With an ``executor`` pages are drawn wherever it does its work, a volume at once.
    Raises `Refused` for a certificate that does not verify, or whose page does not read back as what was signed.
    """
    names = [f"{name}.pdf" for name in file_names(entry.number for entry in recorded.entries)]
    count = len(set(names))
    progress("draw", 0, count)
    remove_leftovers(folder)
    done = 0
    jobs = _jobs(plan, _good_papers(plan, recorded.entries, now), names, page.as_template(template))
    for job, drawn in do_jobs(jobs, executor=executor):
        for name, data in files_of(job, drawn):
            write_file(folder / name, data, parents=True, swept=True)
            done += name != job.together
            progress("draw", done, count)
    ids = [entry.id for entry in recorded.entries]
    with plan.office.open_register() as register:
        for batch in sorted({entry.batch for entry in recorded.entries}):
            finished = register.finish(batch, drawn=ids, now=now)
            if finished.audit_seq is not None:  # of an older register there is none
                write_file(folder / MANIFEST.format(batch), register.manifest(batch), parents=True)
    return Issued(recorded.entries, tuple([folder / name for name in names]), folder, recorded.added)


def draw_drafts(plan: Plan, *, folder: Path, template: page.Template | str) -> Path:
    """Draw the class without codes, marked as a draft, into one ``draft.pdf``; nothing is signed or recorded."""
    sheets = [plan.sheet(paper) for row in plan.rows for paper in plan.drafts(row)]
    drawn = page.draw(sheets, day=plan.issued, page=template, together=True)
    return write_file(folder / "draft.pdf", drawn, parents=True)


def paper_of(entry: Entry, *, test: bool) -> Paper:
    """Return the paper of a stored certificate: its contents come from the signed bytes, nowhere else."""
    message = cose.read_sign1(entry.signed, max_bytes=wire.MAX_BYTES)
    fields = {label: value for label, value in cbor.decode(message.payload).items() if label > 0}
    office = {name: str(value) for name, value in entry.office.items()}
    return Paper(
        entry.number, entry.issued, fields, office, wire.to_text(entry.signed), test, entry.part or None
    )


def require_good(trust: TrustList | None, paper: Paper, now: datetime) -> None:
    """Raise `Refused` unless a certificate verifies against the published list, if there is one."""
    if trust is None:
        return
    verdict = verify(paper.text or "", trust=trust, now=now)
    if verdict.code not in _GOOD:
        reason = f" ({verdict.reason})" if verdict.reason else ""
        raise Refused(
            f"the certificate {paper.number} was signed, but it verifies as {verdict.code}{reason}",
            hint="is this computer's date right, and is list.qct the newest list?",
        )


def _good_papers(plan: Plan, entries: Sequence[Entry], now: datetime) -> Iterator[tuple[Paper, Letterhead]]:
    """Yield what is printed for each entry, once it verifies; raises `Refused` where one does not."""
    own = plan.office.letterhead
    for entry in entries:
        paper = paper_of(entry, test=plan.test)
        require_good(plan.trust, paper, now)
        yield paper, Letterhead.from_data(entry.printed, own)


def _jobs(
    plan: Plan,
    papers: Iterable[tuple[Paper, Letterhead]],
    names: Sequence[str],
    template: page.Template,
) -> Iterator[Job]:
    """Yield the work in the order in which its results are written, a volume and its certificates in one go.

    ``names`` has one for each paper. A volume ends with a certificate, never between two of its parts.
    """
    size, rest = _volume(len(plan.parts)), iter(papers)
    for volume, name in enumerate(_volume_names(len(names), len(plan.parts))):
        own = tuple(dict.fromkeys(names[volume * size : (volume + 1) * size]))
        kind = (plan.form, plan.form_office, template, plan.issued)
        yield Job(*kind, tuple(islice(rest, size)), own, together=name)


def _volume(parts: int) -> int:
    """Return how many papers a volume holds, of certificates of so many parts."""
    return VOLUME // parts * parts


def _volume_names(papers: int, parts: int) -> list[str]:
    """Return the names of the files that hold so many papers together."""
    volumes = -(-papers // _volume(parts))
    return ["all.pdf"] if volumes == 1 else [f"all-{volume:03}.pdf" for volume in range(1, volumes + 1)]


def file_names(numbers: Iterable[str]) -> Iterator[str]:
    """Yield a file name for each paper: letters, digits, points and hyphens; parts of one number have the same."""
    taken: set[str] = set()
    for number, parts in groupby(numbers):
        base = _UNSAFE.sub("_", number).strip("._") or "certificate"
        stem = base.split(".")[0].upper()
        if stem in _RESERVED or stem.startswith("ALL-"):
            base = f"certificate-{base}"
        name, count = base, 2
        while name.casefold() in taken:
            name, count = f"{base}-{count}", count + 1
        taken.add(name.casefold())
        yield from (name for _ in parts)


_GOOD: Final = ("genuine", "genuine_old_list", "expired")
"""What a page may verify as; it has expired only when an old one is drawn again."""

_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = {"CON", "PRN", "AUX", "NUL", "ALL", "DRAFT", "SUMMARY"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}
"""Names that Windows keeps for devices, and those of our own files beside the certificates."""
