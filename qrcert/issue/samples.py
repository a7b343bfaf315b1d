"""A page filled with a form's sample: what it looks like before anybody prints a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qrcert import cose, page
from qrcert.encode import Certificate, sign_certificate
from qrcert.form import Form, Sample
from qrcert.form import Office as FormOffice
from qrcert.issue.letterhead import Letterhead, key_name
from qrcert.issue.sheets import Paper, make_sheet
from qrcert.page import Sheet
from qrcert.signing import SigningKey


def sample_sheets(
    form: Form,
    form_office: FormOffice,
    sample: Sample,
    *,
    template: page.Template,
    letterhead: Letterhead,
    today: date,
) -> list[Sheet]:
    """Return the sheets of a filled sample, marked as a test and signed with a key that is thrown away."""
    key = SigningKey.generate(cose.ED25519)
    head = replace(letterhead, key=key_name(key.kid))
    parts = range(1, len(form.parts) + 1) if template.by_parts and form.parts else (None,)
    sheets = []
    for part in parts:
        certificate = Certificate(form, sample.number, today, sample.values, part=part, test=True)
        text = sign_certificate(certificate, key=key)
        wire = form.pack(sample.values, part=part)
        office = {name: str(value) for name, value in sample.office.items()}
        paper = Paper(sample.number, today, wire, office, text, test=True, part=part)
        sheets.append(make_sheet(paper, letterhead=head, form=form, form_office=form_office))
    return sheets
