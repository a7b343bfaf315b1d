"""Guards in the database itself: audit rows and signed bytes never change, and nothing is deleted."""

from alembic import op

revision = "0002"
down_revision = "0001"

FIXED = (
    "form, form_id, part, number, issued, signed, digest, contents, kid, holder, replaces, batch, position"
)

GUARDS = {
    "audit_no_update": "UPDATE ON audit",
    "audit_no_delete": "DELETE ON audit",
    "certificates_no_delete": "DELETE ON certificates",
    "certificates_no_update": f"UPDATE OF {FIXED} ON certificates",
    "batches_no_delete": "DELETE ON batches",
}


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION qrcert_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'qrcert: this row never changes'; END $$"
        )
    for name, event in GUARDS.items():
        action = (
            "FOR EACH ROW EXECUTE FUNCTION qrcert_refuse()"
            if postgres
            else "BEGIN SELECT RAISE(ABORT, 'qrcert: this row never changes'); END"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} {action}")
