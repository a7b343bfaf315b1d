"""The tables of the register as they are now; how they came to be so stands in ``migrations``."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

HEAD = "0003"
"""The newest migration; a test holds it equal to what lies in ``migrations``."""

APPLICATION_ID = 0x71726372
"""``qrcr``: marks an SQLite file as ours (PRAGMA application_id); on a server it is the name of the lock."""

STATES = "'live', 'withdrawn', 'replaced', 'void'"

metadata = MetaData()

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("form", LargeBinary(16), nullable=False),
    Column("form_id", String(100), nullable=False),
    Column("issued", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_hash", LargeBinary(32), nullable=False, index=True),
    Column("count", Integer, nullable=False),
    Column("manifest", LargeBinary(32), nullable=False),
    Column("state", String(10), nullable=False),
    Column("audit_seq", Integer),
    Column("audit_head", LargeBinary(32)),
    CheckConstraint("state IN ('signed', 'done')", name="batches_state"),
    sqlite_autoincrement=True,
)
"""``audit_seq`` and ``audit_head`` are the end of the audit on which the batch was set (not before 0003)."""

certificates = Table(
    "certificates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("form", LargeBinary(16), nullable=False),
    Column("form_id", String(100), nullable=False),
    Column("part", Integer, nullable=False),
    Column("number", String(32), nullable=False, index=True),
    Column("issued", Date, nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("contents", LargeBinary(32), nullable=False),
    Column("kid", LargeBinary(8), nullable=False, index=True),
    Column("holder", Text, nullable=False),
    Column("holder_key", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("kind", Integer),
    Column("changed", Date),
    Column("reason", Text, nullable=False),
    Column("replaces", Integer, ForeignKey("certificates.id"), index=True),
    Column("batch", Integer, ForeignKey("batches.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("office", JSON, nullable=False),
    Column("printed", JSON, nullable=False),
    CheckConstraint("part BETWEEN 0 AND 4", name="certificates_part"),
    CheckConstraint(f"status IN ({STATES})", name="certificates_status"),
    CheckConstraint("kind BETWEEN 1 AND 3", name="certificates_kind"),
    sqlite_autoincrement=True,
)
Index(
    "certificates_live",
    certificates.c.form,
    certificates.c.part,
    certificates.c.number,
    unique=True,
    sqlite_where=text("status = 'live'"),
    postgresql_where=text("status = 'live'"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("certificate", Integer, ForeignKey("certificates.id"), nullable=False, index=True),
    Column("status", String(10), nullable=False),
    Column("kind", Integer),
    Column("day", Date, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint(f"status IN ({STATES})", name="withdrawals_status"),
    CheckConstraint("kind BETWEEN 1 AND 3", name="withdrawals_kind"),
    sqlite_autoincrement=True,
)
"""Every withdrawal, replacement and voiding, and each that was lifted (``live``), as they came."""

seasons = Table(
    "seasons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kid", LargeBinary(8), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    Column("leaves", LargeBinary(32), nullable=False),
    sqlite_autoincrement=True,
)
"""What was handed to the authority to close a season; ``leaves`` is SHA-256 over the digests in ascending order."""

season_leaves = Table(
    "season_leaves",
    metadata,
    Column("season", Integer, ForeignKey("seasons.id"), primary_key=True),
    Column("certificate", Integer, ForeignKey("certificates.id"), primary_key=True),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("act", String(20), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("state", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
Index(
    "audit_later",
    audit.c.subject,
    sqlite_where=text("act <> 'issue'"),
    postgresql_where=text("act <> 'issue'"),
)
"""What was done to a certificate after it was issued: few rows, found at once."""
