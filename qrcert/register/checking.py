"""Checking the register: is the audit's chain whole, and does every row stand as the chain left it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from qrcert.register import chain, lookup
from qrcert.register.manifests import Manifest, digests_of_batch, hash_of
from qrcert.register.records import AuditFault, AuditReport, Batch
from qrcert.register.tables import audit, batches, certificates, season_leaves, seasons, withdrawals

_AT_ONCE: Final = 2000  # rows that are in memory at a time


def check(connection: Connection, manifests: Sequence[tuple[str, Manifest]] = ()) -> AuditReport:
    """Walk the whole chain and compare every row with the state it should be in.

    ``manifests`` are those kept elsewhere, each with a name for messages: by them is found what the chain alone
    cannot show, that its end was cut off or all of it written anew.
    """
    walk = _Walk()
    faults = list(walk.rows(connection))
    faults += _compare(connection, walk.states)
    faults += _sums(connection, walk)
    for name, manifest in manifests:
        faults += _other_history(connection, name, manifest, walk)
    return AuditReport(walk.count, walk.head, tuple(faults))


class _Walk:
    """What a walk through the chain has found: its end, each subject's last state, the hash of each row."""

    def __init__(self) -> None:
        self.count, self.head = 0, chain.START
        self.states: dict[str, tuple[int, str]] = {}
        self.heads = [chain.START]

    def rows(self, connection: Connection) -> Iterator[AuditFault]:
        """Yield what is wrong with the chain itself."""
        query = select(audit).order_by(audit.c.seq).execution_options(yield_per=_AT_ONCE)
        for row in connection.execute(query):
            if row.seq != self.count + 1:
                message = f"audit rows {self.count + 1} to {row.seq - 1} are missing"
                yield AuditFault("gap", row.seq, row.subject, message)
                self.heads += [b""] * (row.seq - self.count - 1)
            self.count = row.seq
            if row.hash != chain.link(
                self.head, row.seq, row.at, row.act, row.subject, row.state, row.detail
            ):
                message = f"audit row {row.seq} ({row.act}, {row.at}) was changed, or the one before it"
                yield AuditFault("altered", row.seq, row.subject, message)
            self.head = row.hash
            self.heads.append(row.hash)
            if row.state:
                self.states[row.subject] = (row.seq, row.state)

    def has(self, seq: int, head: bytes) -> bool:
        """Return whether the chain has this hash at this row."""
        return seq < len(self.heads) and self.heads[seq] == head


def _compare(connection: Connection, states: dict[str, tuple[int, str]]) -> Iterator[AuditFault]:
    """Yield the rows that are not as the audit left them; takes what it finds out of ``states``."""
    for table in (certificates, batches, withdrawals, seasons):
        query = select(table).order_by(table.c.id).execution_options(yield_per=_AT_ONCE)
        for row in connection.execute(query).mappings():
            record = {column.name: row[column] for column in table.columns}
            subject = chain.subject_of(table, record)
            name = f"the certificate No. {record['number']!r}" if table is certificates else subject
            seq, state = states.pop(subject, (None, ""))
            if seq is None:
                yield AuditFault("row_unknown", None, subject, f"{name} stands in no audit row")
            elif state != chain.state_of(record):
                message = f"{name} is not as audit row {seq} left it"
                yield AuditFault("row_altered", seq, subject, message)
    for subject, (seq, _) in states.items():
        yield AuditFault("row_missing", seq, subject, f"{subject} of audit row {seq} is gone")


def _sums(connection: Connection, walk: _Walk) -> Iterator[AuditFault]:
    """Yield the batches and seasons whose certificates are not those that were counted."""
    for batch in lookup.all_batches(connection):
        if not _fits(connection, batch, walk):
            message = f"batch {batch.id} and its certificates do not fit its manifest"
            yield AuditFault("manifest", None, f"batch {batch.id}", message)
    handed = select(season_leaves.c.season, certificates.c.digest).join_from(
        season_leaves, certificates, certificates.c.id == season_leaves.c.certificate
    )
    for season in lookup.all_seasons(connection):
        leaves = sorted(
            connection.execute(handed.where(season_leaves.c.season == season.id)).scalars("digest")
        )
        if sha256(b"".join(leaves)).digest() != season.leaves:
            message = f"season {season.id} does not have the certificates that were handed in"
            yield AuditFault("manifest", None, f"season {season.id}", message)


def _fits(connection: Connection, batch: Batch, walk: _Walk) -> bool:
    if batch.audit_seq is None or batch.audit_head is None:  # older than manifests: only the digests count
        digests = digests_of_batch(connection, batch.id)
        return sha256(b"".join(digests)).digest() == batch.manifest
    return hash_of(connection, batch) == batch.manifest and walk.has(batch.audit_seq, batch.audit_head)


def _other_history(
    connection: Connection, name: str, manifest: Manifest, walk: _Walk
) -> Iterator[AuditFault]:
    """Yield a fault where a manifest kept elsewhere is of another history than this register's."""
    if not walk.has(manifest.audit_seq, manifest.audit_head):
        message = (
            f"{name} stands on audit row {manifest.audit_seq}, which this register does not have as it was"
        )
        yield AuditFault("other_history", manifest.audit_seq, name, message)
        return
    known = set()
    for some in lookup.chunks(manifest.certificates):
        query = select(certificates.c.digest).where(certificates.c.digest.in_(some))
        known |= set(connection.execute(query).scalars())
    if missing := len(set(manifest.certificates) - known):
        message = f"{name} has {missing} certificates that this register does not have"
        yield AuditFault("other_history", None, name, message)
