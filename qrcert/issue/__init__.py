"""A school's work: the office folder, and issuing a class from its list to pages that were read back."""

from qrcert.issue.act import Issued, Progress, draw_and_check, draw_drafts, sign_and_record
from qrcert.issue.folder import KEY, LIST, REQUEST, SETTINGS, Office, make_office, open_office
from qrcert.issue.planning import Plan, prepare
from qrcert.issue.size import Size, measure
from qrcert.issue.summary import write_summary, write_symbols

__all__ = [
    "KEY",
    "LIST",
    "REQUEST",
    "SETTINGS",
    "Issued",
    "Office",
    "Plan",
    "Progress",
    "Size",
    "draw_and_check",
    "draw_drafts",
    "make_office",
    "measure",
    "open_office",
    "prepare",
    "sign_and_record",
    "write_summary",
    "write_symbols",
]
