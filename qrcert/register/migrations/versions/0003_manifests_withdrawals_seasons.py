"""Batches name the end of the audit they stand on; withdrawals and seasons get tables; the guards close gaps.

Found since 0002: ``INSERT OR REPLACE`` removes rows in SQLite past the guards against deleting, and ``TRUNCATE``
does in PostgreSQL; a void certificate could be made live again by hand; batches could be rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STATES = "'live', 'withdrawn', 'replaced', 'void'"

# Columns that never change once a row is there, by table; "" for all.
FIXED = {
    "batches": "form, form_id, issued, source, source_hash, audit_seq, audit_head",
    "withdrawals": "",
    "seasons": "",
    "season_leaves": "",
}
UNDELETED = ("withdrawals", "seasons", "season_leaves")
GUARDED = ("batches", "certificates", "audit", *UNDELETED)

# In SQLite a row that is put in the place of another one has its key, or another unique value.
SAME = {
    "audit": "seq = NEW.seq",
    "batches": "id = NEW.id",
    "certificates": "id = NEW.id OR digest = NEW.digest",
    "withdrawals": "id = NEW.id",
    "seasons": "id = NEW.id",
    "season_leaves": "season = NEW.season AND certificate = NEW.certificate",
}
LIVE = "status = 'live' AND form = NEW.form AND part = NEW.part AND number = NEW.number AND id <> NEW.id"

FINAL = "OLD.status IN ('replaced', 'void') AND NEW.status <> OLD.status"


def upgrade() -> None:
    op.add_column("batches", sa.Column("audit_seq", sa.Integer))
    op.add_column("batches", sa.Column("audit_head", sa.LargeBinary(32)))
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("certificate", sa.Integer, sa.ForeignKey("certificates.id"), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("kind", sa.Integer),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint(f"status IN ({STATES})", name="withdrawals_status"),
        sa.CheckConstraint("kind BETWEEN 1 AND 3", name="withdrawals_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_withdrawals_certificate", "withdrawals", ["certificate"])
    op.create_table(
        "seasons",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kid", sa.LargeBinary(8), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("leaves", sa.LargeBinary(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "season_leaves",
        sa.Column("season", sa.Integer, sa.ForeignKey("seasons.id"), primary_key=True),
        sa.Column("certificate", sa.Integer, sa.ForeignKey("certificates.id"), primary_key=True),
    )
    op.create_index("ix_certificates_replaces", "certificates", ["replaces"])
    later = sa.text("act <> 'issue'")
    op.create_index("audit_later", "audit", ["subject"], sqlite_where=later, postgresql_where=later)
    _postgresql_guards() if op.get_bind().dialect.name == "postgresql" else _sqlite_guards()


def _postgresql_guards() -> None:
    refuse = "EXECUTE FUNCTION qrcert_refuse()"
    for table, columns in FIXED.items():
        of = f"OF {columns} " if columns else ""
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE {of}ON {table} FOR EACH ROW {refuse}")
    for table in UNDELETED:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
        )
    op.execute(
        "CREATE TRIGGER certificates_final BEFORE UPDATE OF status ON certificates "
        f"FOR EACH ROW WHEN ({FINAL}) {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER certificates_no_renaming BEFORE UPDATE OF id ON certificates FOR EACH ROW {refuse}"
    )


def _sqlite_guards() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'qrcert: this row never changes'); END"
    live = "BEGIN SELECT RAISE(ABORT, 'qrcert: this number is live already'); END"
    for table, columns in FIXED.items():
        of = f"OF {columns} " if columns else ""
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE {of}ON {table} {refuse}")
    for table in UNDELETED:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    for table, same in SAME.items():
        found = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608, the names stand above
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({found}) {refuse}"
        )
    for event in ("INSERT ON", "UPDATE OF status ON"):
        found = f"SELECT 1 FROM certificates WHERE {LIVE}"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER certificates_one_live_{event[:6].lower()} BEFORE {event} certificates "
            f"WHEN NEW.status = 'live' AND EXISTS ({found}) {live}"
        )
    op.execute(
        f"CREATE TRIGGER certificates_final BEFORE UPDATE OF status ON certificates WHEN {FINAL} {refuse}"
    )
    op.execute(f"CREATE TRIGGER certificates_no_renaming BEFORE UPDATE OF id ON certificates {refuse}")
