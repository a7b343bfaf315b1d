"""A school's work: the office folder, and issuing a class from its list to pages that were read back."""

from qrcert.issue.act import (
    MANIFEST,
    VOLUME,
    Issued,
    draw_and_check,
    draw_drafts,
    sign_and_record,
    sign_and_record_all,
)
from qrcert.issue.approval import Proposal, approve, require_approval
from qrcert.issue.copies import (
    RECOVERED,
    Recovery,
    finish_batch,
    read_recoveries,
    recover,
    reprint,
    write_duplicate,
)
from qrcert.issue.folder import (
    KEY,
    LIST,
    REQUEST,
    SETTINGS,
    Office,
    make_office,
    officer_line,
    open_office,
    require_no_office,
)
from qrcert.issue.planning import Plan, prepare
from qrcert.issue.progress import Progress
from qrcert.issue.replacing import (
    Replacement,
    prepare_replacement,
    require_same_words,
    sign_replacement,
    with_changes,
)
from qrcert.issue.requests import (
    REQUESTS,
    Asked,
    file_name,
    find_papers,
    reason_line,
    require_same_reason,
    withdraw,
    write_leaves,
    write_renewal,
)
from qrcert.issue.samples import sample_sheets
from qrcert.issue.size import Size, measure
from qrcert.issue.summary import write_screens, write_summary, write_symbols
from qrcert.issue.templates import PAGES, find_template, keep_template, printed_template

__all__ = [
    "KEY",
    "LIST",
    "MANIFEST",
    "PAGES",
    "RECOVERED",
    "REQUEST",
    "REQUESTS",
    "SETTINGS",
    "VOLUME",
    "Asked",
    "Issued",
    "Office",
    "Plan",
    "Progress",
    "Proposal",
    "Recovery",
    "Replacement",
    "Size",
    "approve",
    "draw_and_check",
    "draw_drafts",
    "file_name",
    "find_papers",
    "find_template",
    "finish_batch",
    "keep_template",
    "make_office",
    "measure",
    "officer_line",
    "open_office",
    "prepare",
    "prepare_replacement",
    "printed_template",
    "read_recoveries",
    "reason_line",
    "recover",
    "reprint",
    "require_approval",
    "require_no_office",
    "require_same_reason",
    "require_same_words",
    "sample_sheets",
    "sign_and_record",
    "sign_and_record_all",
    "sign_replacement",
    "with_changes",
    "withdraw",
    "write_duplicate",
    "write_leaves",
    "write_renewal",
    "write_screens",
    "write_summary",
    "write_symbols",
]
