"""The tables: batches, certificates, and the audit with its hash chain."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("form", sa.LargeBinary(16), nullable=False),
        sa.Column("form_id", sa.String(100), nullable=False),
        sa.Column("issued", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("manifest", sa.LargeBinary(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.CheckConstraint("state IN ('signed', 'done')", name="batches_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batches_source_hash", "batches", ["source_hash"])
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("form", sa.LargeBinary(16), nullable=False),
        sa.Column("form_id", sa.String(100), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("issued", sa.Date, nullable=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("contents", sa.LargeBinary(32), nullable=False),
        sa.Column("kid", sa.LargeBinary(8), nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("holder_key", sa.Text, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("kind", sa.Integer),
        sa.Column("changed", sa.Date),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("replaces", sa.Integer, sa.ForeignKey("certificates.id")),
        sa.Column("batch", sa.Integer, sa.ForeignKey("batches.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("office", sa.JSON, nullable=False),
        sa.Column("printed", sa.JSON, nullable=False),
        sa.CheckConstraint("part BETWEEN 0 AND 4", name="certificates_part"),
        sa.CheckConstraint("status IN ('live', 'withdrawn', 'replaced', 'void')", name="certificates_status"),
        sa.CheckConstraint("kind BETWEEN 1 AND 3", name="certificates_kind"),
        sqlite_autoincrement=True,
    )
    for column in ("number", "kid", "batch"):
        op.create_index(f"ix_certificates_{column}", "certificates", [column])
    op.create_index(
        "certificates_live",
        "certificates",
        ["form", "part", "number"],
        unique=True,
        sqlite_where=sa.text("status = 'live'"),
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA application_id = 0x71726372")
