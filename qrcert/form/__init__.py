"""Forms: one file for each kind of certificate, which says what stands in the code, on paper and on the screen.

A form is read once and then packs, checks and shows certificates. What is hashed is the form in its document's
language; translations stand beside it and may be mended for ever.
"""

from __future__ import annotations

from qrcert.form.columns import Column, read_cells
from qrcert.form.dates import Date
from qrcert.form.filling import sample_of
from qrcert.form.headings import Heading, Headings
from qrcert.form.kinds import Choice, Kind, Number, Value, Wire, Words
from qrcert.form.model import Contents, Field, Form, Mark, Shown
from qrcert.form.office import Export, Office, OfficeField
from qrcert.form.office_reading import read_office
from qrcert.form.reading import read_form
from qrcert.form.reducing import reduce_form
from qrcert.form.sentences import RECORDED, SPECIAL, STATES, Line
from qrcert.form.shipped import Sample, shipped_forms, shipped_samples
from qrcert.form.tables import Table
from qrcert.form.wording import Item, Text

__all__ = [
    "RECORDED",
    "SPECIAL",
    "STATES",
    "Choice",
    "Column",
    "Contents",
    "Date",
    "Export",
    "Field",
    "Form",
    "Heading",
    "Headings",
    "Item",
    "Kind",
    "Line",
    "Mark",
    "Number",
    "Office",
    "OfficeField",
    "Sample",
    "Shown",
    "Table",
    "Text",
    "Value",
    "Wire",
    "Words",
    "read_cells",
    "read_form",
    "read_office",
    "reduce_form",
    "sample_of",
    "shipped_forms",
    "shipped_samples",
]
