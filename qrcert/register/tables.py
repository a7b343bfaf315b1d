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
)

HEAD = "0002"
"""The newest migration; a test holds it equal to what lies in ``migrations``."""

APPLICATION_ID = 0x71726372
"""``qrcr``: marks an SQLite file as a register of ours (PRAGMA application_id)."""

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
    CheckConstraint("state IN ('signed', 'done')", name="batches_state"),
    sqlite_autoincrement=True,
)

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
    Column("replaces", Integer, ForeignKey("certificates.id")),
    Column("batch", Integer, ForeignKey("batches.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("office", JSON, nullable=False),
    Column("printed", JSON, nullable=False),
    CheckConstraint("part BETWEEN 0 AND 4", name="certificates_part"),
    CheckConstraint("status IN ('live', 'withdrawn', 'replaced', 'void')", name="certificates_status"),
    CheckConstraint("kind BETWEEN 1 AND 3", name="certificates_kind"),
    sqlite_autoincrement=True,
)
Index(
    "certificates_live",
    certificates.c.form,
    certificates.c.part,
    certificates.c.number,
    unique=True,
    sqlite_where=certificates.c.status == "live",
    postgresql_where=certificates.c.status == "live",
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
