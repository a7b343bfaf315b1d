"""The register: what a school has issued, kept so that nothing is lost or doubled.

One row a signed certificate with its bytes; among live rows (form, part, number) is unique in the database
itself. Every act stands in an audit whose rows are chained by hashes. The register neither signs nor verifies
and reads no clock. Needs the extra ``issue``.
"""

from __future__ import annotations

from qrcert.errors import MissingExtra

try:
    from qrcert.register.book import Register
    from qrcert.register.copying import copy_older
    from qrcert.register.restoring import restore
except ModuleNotFoundError as error:
    raise MissingExtra("issue", error.name or "SQLAlchemy") from error
from qrcert.register.manifests import Manifest, read_manifest
from qrcert.register.records import (
    AuditFault,
    AuditReport,
    Batch,
    BatchState,
    Entry,
    Event,
    NewBatch,
    NewEntry,
    Opened,
    Query,
    Recorded,
    Restored,
    Season,
    Status,
    Tally,
)

__all__ = [
    "AuditFault",
    "AuditReport",
    "Batch",
    "BatchState",
    "Entry",
    "Event",
    "Manifest",
    "NewBatch",
    "NewEntry",
    "Opened",
    "Query",
    "Recorded",
    "Register",
    "Restored",
    "Season",
    "Status",
    "Tally",
    "copy_older",
    "read_manifest",
    "restore",
]
