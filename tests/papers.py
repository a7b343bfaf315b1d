"""Printed certificates as PDFs of ours, and the ways in which one of their three sides alone is changed."""

from __future__ import annotations

import functools
import io
import tomllib
from dataclasses import replace
from typing import Any

import pikepdf

import school
from qrcert.encode import Certificate, sign_certificate
from qrcert.form import read_office, shipped_forms
from qrcert.issue.letterhead import Letterhead, key_name
from qrcert.issue.sheets import Paper, make_sheet
from qrcert.page import Sheet, draw
from qrcert.symbol import Symbol


def sheet_of(certificate: Certificate, text: str, *, sex: str | None = None) -> Sheet:
    """The sheet that the school prints for a certificate whose code is ``text``."""
    form = certificate.form
    wire = form.pack(dict(certificate.values), part=certificate.part)
    paper = Paper(str(certificate.number), certificate.issued, wire, {"sex": sex} if sex else {}, text)
    form_office = read_office(tomllib.loads(shipped_forms()[form.id]))
    head = Letterhead("School No. 7", "Moscow", key_name(school.KEY.kid))
    return make_sheet(paper, letterhead=head, form=form, form_office=form_office)


def sheet(name: str = school.ATTESTAT, **changes: Any) -> Sheet:
    """The sheet of a filled sample, its sheet's own members changed as asked."""
    return replace(sheet_of(school.certificate(name), school.text(name)), **changes)


def pdf(*sheets: Sheet) -> bytes:
    return draw(sheets, day=school.ISSUED)


@functools.cache
def paper(name: str = school.ATTESTAT) -> bytes:
    """The PDF of a filled sample as it was issued."""
    return pdf(sheet(name))


def with_code(base: Sheet, text: str) -> Sheet:
    """The sheet with another code printed; the attached text stays."""
    return replace(base, symbol=Symbol(text).matrix)


def certificate_text(name: str = school.ATTESTAT, *, key: Any = school.KEY, **changes: Any) -> str:
    return sign_certificate(school.certificate(name, **changes), key=key)


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def without_attachments(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        for name in list(document.attachments):
            del document.attachments[name]
        return saved(document)


def locked(data: bytes, *, user: str = "", owner: str = "boss") -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        return saved(document, encryption=pikepdf.Encryption(user=user, owner=owner))
