"""Pictures, documents and texts on one side, trust lists on the other, verdicts and their words out."""

from qrcert.checking.comparing import Difference
from qrcert.checking.findings import MAX_CODES, Finding, Remark, Request, unread
from qrcert.checking.inspecting import layers
from qrcert.checking.parts import name_parts, with_parts
from qrcert.checking.report import as_data, as_lines
from qrcert.checking.sources import (
    MAX_FILE_BYTES,
    MAX_TEXT_BYTES,
    Checked,
    check_bytes,
    check_file,
    check_source,
    check_text,
    files_below,
    texts_of,
)

__all__ = [
    "MAX_CODES",
    "MAX_FILE_BYTES",
    "MAX_TEXT_BYTES",
    "Checked",
    "Difference",
    "Finding",
    "Remark",
    "Request",
    "as_data",
    "as_lines",
    "check_bytes",
    "check_file",
    "check_source",
    "check_text",
    "files_below",
    "layers",
    "name_parts",
    "texts_of",
    "unread",
    "with_parts",
]
