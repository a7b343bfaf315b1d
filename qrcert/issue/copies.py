"""The same certificate once more: printed again from the register, or brought back into it from a paper.

A reprint is the signed bytes of the register on the page that they were printed on: nothing is signed, nobody can
tell it from the first. A recovery goes the other way, for a school whose archive burned: the code of a genuine
paper holds all that the school signed, and the register gets its row again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final

from qrcert import cbor, cose, page, scan, wire
from qrcert.decode import verify
from qrcert.errors import MissingExtra, Refused, Unreadable
from qrcert.files import write_file
from qrcert.form import Form
from qrcert.form import Office as FormOffice
from qrcert.issue.act import MANIFEST, file_names, paper_of, require_good
from qrcert.issue.folder import LIST, Office
from qrcert.issue.letterhead import Letterhead, key_name
from qrcert.issue.printing import Job, do_job, files_of
from qrcert.issue.replacing import with_changes
from qrcert.issue.requests import file_name
from qrcert.issue.sheets import DUPLICATE
from qrcert.register import Entry, NewBatch, NewEntry
from qrcert.trust import School, TrustList

RECOVERED: Final = "recovered"
"""Where the pre-filled duplicates of papers that were brought back lie in the office folder."""

_GENUINE: Final = ("genuine", "genuine_old_list", "expired")


def reprint(
    office: Office,
    entries: Sequence[Entry],
    *,
    form: Form,
    form_office: FormOffice,
    folder: Path,
    template: page.Template | str,
    now: datetime,
) -> tuple[Path, ...]:
    """Draw stored certificates once more into ``folder``, note it in the audit, and return the files.

    The page says what it said when it was issued, whatever the office's settings are now. Raises `Refused` for a
    form that is not theirs, and for a certificate that the published list, if there is one, does not call genuine.
    """
    for one in entries:
        if one.form != form.hash:
            raise Refused(
                f"No. {one.number!r} was issued with another form or edition than {form.id!r} as it stands here",
                hint="name the form's file: --form FILE",
            )
    trust = office.published_list() if (office.folder / LIST).exists() else None
    papers = []
    for one in entries:
        paper = paper_of(one, test=_is_test(trust, one.kid))
        require_good(trust, paper, now)
        papers.append((paper, Letterhead.from_data(one.printed, office.letterhead)))
    names = tuple(dict.fromkeys(f"{name}.pdf" for name in file_names(paper.number for paper, _ in papers)))
    job = Job(
        form, form_office, page.as_template(template), entries[0].issued, tuple(papers), names, together=None
    )
    drawn = files_of(job, do_job(job))
    made = {name: write_file(folder / name, data, parents=True) for name, data in drawn}
    files = [made[name] for name in names]
    with office.open_register() as register:
        for one in entries:
            register.note("reprint", one.id, now=now)
    return tuple(files)


def finish_batch(office: Office, batch: int, *, folder: Path, now: datetime) -> None:
    """Mark a batch done whose pages lie in ``folder``, and put its manifest beside them, as issuing does."""
    with office.open_register() as register:
        if register.finish(batch, now=now).audit_seq is not None:
            write_file(folder / MANIFEST.format(batch), register.manifest(batch), parents=True)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a paper brings back into the register: the code, the form it obeys, its school, and its holder."""

    signed: bytes
    form: Form
    school: School
    number: str
    holder: str


def read_recoveries(office: Office, picture: Path, *, now: datetime) -> tuple[Recovery, ...]:
    """Return what the genuine codes of a picture or PDF would bring back; nothing is changed.

    Only papers of this school, or of one whose successor it is, under the published list. Raises `Refused` where a
    code is anything but genuine, `Unreadable` where there is none.
    """
    trust = office.published_list()
    texts = [text for text in scan.read_codes(picture) if wire.scheme(text.strip()) is not None]
    if not texts:
        raise Unreadable(
            f"no certificate's code was read in {str(picture)!r}",
            hint="flat, in good light, the code filling a third of the picture",
        )
    return tuple([_recovery(office, trust, text, now) for text in texts])


def _recovery(office: Office, trust: TrustList, text: str, now: datetime) -> Recovery:
    verdict = verify(text, trust=trust, now=now)
    if verdict.code not in _GENUINE:
        reason = f" ({verdict.reason})" if verdict.reason else ""
        raise Refused(f"only a genuine paper can be brought back, this one is {verdict.code}{reason}")
    signed = wire.to_bytes(text)
    message = cose.read_sign1(signed, max_bytes=wire.MAX_BYTES)
    entry = trust.entry(message.kid)
    payload = cbor.decode(message.payload)
    form = trust.form(payload[0])
    assert entry is not None  # it is genuine
    assert form is not None
    _require_ours(office, trust, entry.school)
    fields = {label: value for label, value in payload.items() if label > 0}
    return Recovery(signed, form, entry.school, form.number_text(payload[-2]), form.holder(fields))


def _require_ours(office: Office, trust: TrustList, school: School) -> None:
    """Raise `Refused` unless a school is the office's own, or one that it succeeded, at whatever remove."""
    own = trust.entry(office.key.kid)
    schools = {one.id: one for one in trust.schools}
    seen: set[int] = set()
    heir: School | None = school
    while heir is not None and heir.id not in seen:
        if own is not None and heir.id == own.school.id:
            return
        seen.add(heir.id)
        heir = schools.get(heir.successor) if heir.successor is not None else None
    raise Refused(
        f"this paper was issued by {school.name_now!r}, neither this school nor one whose successor it is",
        hint="is list.qct the newest list? the authority names successors in it",
    )


def recover(office: Office, found: Sequence[Recovery], *, source: str, now: datetime) -> tuple[Entry, ...]:
    """Put papers back into the register, as they were signed; what stands there already stays as it is.

    Office fields (order, sex, SNILS) are in no code and stay empty. Raises `RegisterError` where a number is live
    with other contents.
    """
    entries: list[Entry] = []
    with office.open_register() as register:
        for place, one in enumerate(found, 1):
            standing = register.search(digest=sha256(one.signed).digest())
            if standing:
                entries.append(standing[-1])
                continue
            message = cose.read_sign1(one.signed, max_bytes=wire.MAX_BYTES)
            payload = cbor.decode(message.payload)
            issued = wire.to_date(payload[-1])
            batch = NewBatch(one.form.hash, one.form.id, issued, source, sha256(one.signed).digest())
            new = NewEntry(
                number=one.number,
                issued=issued,
                payload=message.payload,
                signed=one.signed,
                kid=message.kid,
                holder=one.holder,
                position=place,
                part=payload.get(-3, 0),
                printed={
                    "school": one.school.name_on(payload[-1]),
                    "place": one.school.place,
                    "key": key_name(message.kid),
                    "post": "",
                    "head": "",
                },
            )
            (entry,) = register.record(batch, [new], now=now).entries
            register.note("recovery", entry.id, detail=source, now=now)
            register.finish(entry.batch, now=now)
            entries.append(entry)
    return tuple(entries)


def write_duplicate(office: Office, entries: Sequence[Entry], form: Form) -> Path:
    """Write the class list (.xlsx) of a duplicate, filled in, for ``qrcert replace --from``.

    ``entries`` are the parts of the paper that were brought back, or the one that holds all.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtra("issue", "openpyxl") from error
    ticked = {DUPLICATE: "+"} if form.field(DUPLICATE) is not None else {}
    (row,) = json.loads(with_changes(entries, form, ticked))
    book = Workbook()
    for line, cells in enumerate((row.keys(), row.values()), 1):
        for column, value in enumerate(cells, 1):
            cell = book.active.cell(line, column, str(value))
            cell.data_type, cell.number_format = "s", "@"  # never a formula, and no zeros lost
    out = BytesIO()
    book.save(out)
    path = office.folder / RECOVERED / f"{file_name(entries[0].number)}.xlsx"
    return write_file(path, out.getvalue(), parents=True)


def _is_test(trust: TrustList | None, kid: bytes) -> bool:
    entry = None if trust is None else trust.entry(kid)
    return entry is not None and entry.test
